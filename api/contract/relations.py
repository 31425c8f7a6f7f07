"""Relations of a profile: who lives with somebody, read only where it is asked for."""

from collections.abc import Sequence
from typing import Annotated

import strawberry

from api.access.field_rules import ids, sentence
from api.access.masking import classify
from api.contract.exposure import Exposed, expose, expose_choice
from api.contract.paging import DEFAULT_PAGE, MAX_PAGE, page_size
from api.contract.profile_parts import resolved_by
from api.execution.context import RequestInfo
from graph.households import Relation, RelationKind, list_relations
from graph.profiles import Profile

expose_choice(
    RelationKind,
    {
        RelationKind.SAME_ADDRESS: "One family name and one address.",
        RelationKind.SHARED_EMAIL: "An email address that few others have.",
        RelationKind.SHARED_PHONE: "A telephone number that few others have.",
    },
)
classify(Relation, {"reason": sentence, "customers": ids})
expose(
    Relation,
    Exposed(
        {
            "kind": "What they have in common.",
            "reason": "The same in words, with the customers that it rests on.",
            "profile_id": "Id of the other profile.",
            "fields": "Unified fields of the other profile.",
            "customers": "Keys of the customers of the other profile.",
        },
        words="Another profile that has an address, an email or a telephone number in common. No link: it is another "
        "person at this confidence.",
        ids=("profile_id",),
    ),
)

First = Annotated[int, strawberry.argument(description=f"At most so many, 1 to {MAX_PAGE}.")]


async def relations(
    profile: strawberry.Parent[Profile], info: RequestInfo, first: First = DEFAULT_PAGE
) -> Sequence[Relation]:
    """Other people of the household: one address and family name, or an email or telephone number in common."""
    return await info.context.together.read(list_relations, profile, profile.confidence, page_size(first))


PROFILE_RELATIONS = resolved_by(relations)
