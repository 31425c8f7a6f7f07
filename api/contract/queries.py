"""Queries: what can be asked."""

from typing import Annotated

import strawberry

from api.contract.audit import AuditQueries
from api.contract.inputs import ProfileBy, identity_of
from api.contract.levels import ConfidenceLevels, confidence_levels
from api.contract.paging import DEFAULT_PAGE, page_size
from api.contract.scalars import Confidence
from api.contract.search import Search, SearchHit, search_profiles
from api.contract.types import ProfileResult, SessionResult
from api.execution.context import RequestInfo
from graph.identities import IdentityKind, UnknownIdentity, find_profile, not_known
from graph.recognition import recognise_session

MAX_HITS = 50
# By what somebody may ask without knowing a person: a browser holds these ids, and another may try them out.
GUESSABLE = frozenset({IdentityKind.SESSION, IdentityKind.DEVICE})

By = Annotated[ProfileBy, strawberry.argument(description="By what the profile is asked for.")]
AtConfidence = Annotated[
    Confidence | None, strawberry.argument(description="How sure the answer has to be; the default level if left out.")
]
SessionKey = Annotated[strawberry.ID, strawberry.argument(description="Key of the session, `source:session id`.")]
Text = Annotated[str, strawberry.argument(description="Email, telephone number, customer number, id, name or town.")]
First = Annotated[int, strawberry.argument(description=f"At most so many profiles, 1 to {MAX_HITS}.")]


@strawberry.type(description="What can be asked. Nothing here changes anything.")
class Query(AuditQueries):
    """The root of every query."""

    @strawberry.field(description="One profile, by anything that points at it.")
    async def profile(self, info: RequestInfo, by: By, confidence: AtConfidence = None) -> ProfileResult:
        """Raises InputError, GraphError."""
        wanted = await info.context.levels.confidence_of(confidence)
        identity = identity_of(by, info.context.country)
        if isinstance(identity, UnknownIdentity):
            return identity
        if identity.kind in GUESSABLE:
            found = await info.context.look_up(
                lambda: find_profile(info.context.graph, identity, wanted), not_known(identity.kind)
            )
        else:
            found = await find_profile(info.context.graph, identity, wanted)
        info.context.seen.found(found)
        return found

    @strawberry.field(description="One session: whose it is, how sure that is, and why.")
    async def session(self, info: RequestInfo, id: SessionKey, confidence: AtConfidence = None) -> SessionResult:  # noqa: A002
        """Raises InputError, GraphError."""
        wanted = await info.context.levels.confidence_of(confidence)
        found = await info.context.look_up(lambda: recognise_session(info.context.graph, id, wanted), None)
        if found and found.recognition.customer:
            info.context.seen.customer(found.recognition.customer)
        return found or not_known(IdentityKind.SESSION)

    @strawberry.field(description="Profiles by an identifier, exactly, or by words of names, company, town or number.")
    async def search(
        self, info: RequestInfo, text: Text, first: First = DEFAULT_PAGE, confidence: AtConfidence = None
    ) -> list[SearchHit]:
        """Raises InputError, GraphError."""
        size = page_size(first, MAX_HITS)
        wanted = await info.context.levels.confidence_of(confidence)
        hits = await search_profiles(info.context.graph, Search(text, size, wanted, info.context.country))
        for hit in hits:
            info.context.seen.found(hit.profile)
        return hits

    @strawberry.field(description="The levels that can be given as a confidence.")
    async def confidence_levels(self, info: RequestInfo) -> ConfidenceLevels:
        """Raises GraphError."""
        return confidence_levels(await info.context.levels.get())
