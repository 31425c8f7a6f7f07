"""Queries: what can be asked."""

from datetime import datetime
from typing import Annotated

import strawberry

from api.access.field_rules import FieldClass
from api.access.masking import hides
from api.access.viewer import Scope
from api.contract.arguments import AsOfTime, AtConfidence, By
from api.contract.audit import AuditQueries
from api.contract.explanations.queries import ExplanationQueries
from api.contract.guesses import found_profile
from api.contract.inputs import identity_of
from api.contract.levels import ConfidenceLevels, confidence_levels
from api.contract.lists.queries import ListQueries
from api.contract.paging import DEFAULT_PAGE, page_size
from api.contract.search import Search, SearchHit, search_profiles
from api.contract.sessions import SessionQueries
from api.contract.types import ProfileResult
from api.contract.viewers import ViewerQueries
from api.execution.context import RequestInfo
from api.execution.reading_ahead import journey_ahead
from graph.identities import ReadProfile, UnknownIdentity, nobody
from graph.profiles import get_profile

MAX_HITS = 50

Text = Annotated[str, strawberry.argument(description="Email, telephone number, customer number, id, name or town.")]
First = Annotated[int, strawberry.argument(description=f"At most so many profiles, 1 to {MAX_HITS}.")]
ProfilesOfTime = Annotated[
    datetime | None,
    strawberry.argument(
        description="A past moment: customers are found by what is known of them today, and the profiles are those of "
        "that moment, as `profile` shows them with `asOf`. Who had not been resolved by then is left out."
    ),
]


@strawberry.type(description="What can be asked. Nothing here changes anything.")
class Query(SessionQueries, ExplanationQueries, ListQueries, AuditQueries, ViewerQueries):
    """The root of every query."""

    @strawberry.field(description="One profile, by anything that points at it.")
    async def profile(
        self, info: RequestInfo, by: By, confidence: AtConfidence = None, as_of: AsOfTime = None
    ) -> ProfileResult:
        """Raises InputError, GraphError."""
        wanted = await info.context.levels.confidence_of(confidence, as_of)
        identity = identity_of(by, info.context.country)
        if isinstance(identity, UnknownIdentity):
            return identity
        if not info.context.viewer.may(Scope.PROFILE_READ):
            return nobody(identity, as_of)
        return await found_profile(info.context, identity, wanted, as_of, _reader(info))

    @strawberry.field(
        description="Profiles by an identifier, exactly, or by words of names, company, town or number; "
        "by words only for viewers who may see names."
    )
    async def search(
        self,
        info: RequestInfo,
        text: Text,
        first: First = DEFAULT_PAGE,
        confidence: AtConfidence = None,
        as_of: ProfilesOfTime = None,
    ) -> list[SearchHit]:
        """Raises InputError, GraphError."""
        size = page_size(first, MAX_HITS)
        wanted = await info.context.levels.confidence_of(confidence, as_of)
        viewer = info.context.viewer
        if not viewer.may(Scope.PROFILE_READ):
            return []
        by_words = viewer.may(Scope.PII_DEMOGRAPHIC)
        search = Search(text, size, wanted, info.context.country, by_words, as_of)
        return await search_profiles(info.context.graph, search)

    @strawberry.field(description="The levels that can be given as a confidence.")
    async def confidence_levels(self, info: RequestInfo) -> ConfidenceLevels:
        """Raises GraphError."""
        return confidence_levels(await info.context.levels.get())


def _reader(info: RequestInfo) -> ReadProfile:
    """How the profile is read: with the beginning of its journey where the operation asks for it and may see it."""
    first = journey_ahead(info._raw_info)  # noqa: SLF001 # pyright: ignore[reportPrivateUsage]
    if first is None or hides(info.context.viewer, FieldClass.EVENTS):
        return get_profile
    return info.context.ahead.reader(first)
