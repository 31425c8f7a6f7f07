"""Links page by page."""

from typing import Annotated

import strawberry

from api.access.viewer import Scope
from api.contract.paging import DEFAULT_PAGE, After, Connection, First, Paging
from api.execution.context import RequestInfo
from graph.evidence import LinkEvidence
from graph.listing import LinkFilter, list_links


@strawberry.input(
    name="LinkFilter",
    description="Which links are listed. A part that is left out lets everything through; where few links fit, a page "
    "takes long.",
)
class LinkFilterInput:
    """Which links are listed."""

    method: str | None = strawberry.field(default=None, description="Who claims them: `splink`, `rule` or `steward`.")
    rule: str | None = strawberry.field(default=None, description="Name of the rule that claims them.")
    model_version: str | None = strawberry.field(default=None, description="Model that scored them.")
    run_id: str | None = strawberry.field(default=None, description="Run that wrote them.")
    min_probability: float | None = strawberry.field(default=None, description="At least this probable, 0 to 1.")
    max_probability: float | None = strawberry.field(default=None, description="At most this probable, 0 to 1.")


Wanted = Annotated[LinkFilterInput | None, strawberry.argument(name="filter", description="Which links.")]


@strawberry.type
class LinkQueries:
    """The root field for links. It needs the scopes ``profile:read`` and ``identity:explain``."""

    @strawberry.field(description="Live links with their evidence, by the keys of their customers.")
    async def links(
        self, info: RequestInfo, first: First = DEFAULT_PAGE, after: After = None, wanted: Wanted = None
    ) -> Connection[LinkEvidence]:
        """Raises ForbiddenError, InputError, GraphError."""
        info.context.viewer.require(Scope.PROFILE_READ)
        info.context.viewer.require(Scope.IDENTITY_EXPLAIN)
        paging = Paging.of("links", first, after, (str,))
        position = str(paging.position[0]) if paging.position else ""
        found = await list_links(info.context.graph, _filter(wanted), position, first + 1)
        return paging.page(found, lambda link: (f"{link.left} ~ {link.right}",))


def _filter(wanted: LinkFilterInput | None) -> LinkFilter:
    if wanted is None:
        return LinkFilter()
    return LinkFilter(
        wanted.method,
        wanted.rule,
        wanted.model_version,
        wanted.run_id,
        wanted.min_probability,
        wanted.max_probability,
    )
