"""Context of one request: the graph, the levels, and what several fields of one answer need."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from time import monotonic
from typing import Any, TypeVar

from strawberry import Info

from api.access.viewer import Viewer
from api.audit.log import AuditLog
from api.audit.seen import Seen
from api.contract.levels import LevelsCache
from api.execution.allowances import Allowances
from api.execution.limits import Cost
from api.execution.prepared import PreparedDocuments
from api.execution.reading_ahead import ReadingAhead
from api.execution.reading_together import Together
from api.execution.selections import Selections
from api.live.feed import ChangeFeed
from api.operation.sync_work import SyncWork
from graph.connection import AsyncGraph
from graph.journey_starts import get_started_owners, known_owners
from graph.journeys import JourneyOwners, list_journey_owners
from graph.profiles import Profile

Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class Refused:
    """The status of an answer that can be asked for again later."""

    status: int
    retry_after_s: int


@dataclass(slots=True)
class AskedOperation:
    """What a request asked for, as far as it was understood. ``kind``: query, mutation or subscription."""

    text: str | None = None
    name: str | None = None
    kind: str | None = None
    variables: Mapping[str, Any] | None = None
    cost: Cost | None = None
    refused: Refused | None = None


@dataclass(slots=True)
class RequestContext:
    """What resolvers work with. One for each request and each subscription.

    ``country``: of national telephone numbers; ``until``: when the request is given up, by the monotonic clock.
    ``ask_again``: who asks, by the credentials that were sent, now. ``connection_params``: what a WebSocket said of
    itself when it was opened.
    """

    graph: AsyncGraph
    levels: LevelsCache
    request_id: str
    country: str | None
    viewer: Viewer
    allowances: Allowances
    documents: PreparedDocuments
    sync_work: SyncWork
    until: float
    audit: AuditLog
    feed: ChangeFeed
    ask_again: Callable[[], Awaitable[Viewer]] | None = None
    connection_params: Mapping[str, Any] | None = None
    seen: Seen = field(default_factory=Seen)
    asked: AskedOperation = field(default_factory=AskedOperation)
    owners: dict[tuple[tuple[str, ...], float], asyncio.Task[JourneyOwners]] = field(
        default_factory=dict[tuple[tuple[str, ...], float], "asyncio.Task[JourneyOwners]"]
    )
    selections: Selections | None = None
    ahead: ReadingAhead = field(default_factory=ReadingAhead)
    together: Together = field(init=False)

    def __post_init__(self) -> None:
        self.together = Together(self.graph)

    def for_operation(self) -> "RequestContext":
        """The same for one operation of a connection: what one has remembered must not answer another."""
        return replace(self, seen=Seen(), asked=AskedOperation(), owners={}, ahead=ReadingAhead(), selections=None)

    def close(self) -> None:
        """Let go of what points back here, so that the request is forgotten now, not when cycles are looked for."""
        self.ask_again = None

    async def renew_viewer(self) -> None:
        """Look again who asks: what stays open outlives keys and tokens. Raises AccessError."""
        if self.ask_again is not None:
            self.viewer = await self.ask_again()

    @property
    def seconds_left(self) -> float:
        """Until the request is given up."""
        return self.until - monotonic()

    async def journey_owners(self, profile: Profile) -> JourneyOwners:
        """Through whom interactions belong to a profile: read once, for its journeys and its sessions."""
        started = self.ahead.started(profile)
        if started is not None and (known := known_owners(started)) is not None:
            return known
        asked = profile.members, profile.confidence
        if asked not in self.owners:
            self.owners[asked] = asyncio.ensure_future(self._read_owners(profile))
        return await self.owners[asked]

    async def _read_owners(self, profile: Profile) -> JourneyOwners:
        started = self.ahead.started(profile)
        if started is not None:
            return await get_started_owners(self.graph, started)
        return await self.together.read(list_journey_owners, profile.members, profile.confidence)

    async def look_up(self, read: Callable[[], Awaitable[Found]], unknown: Found) -> Found:
        """What a read finds by an id that somebody may guess; after too many that were ``unknown``, that at once."""
        if not self.allowances.may_guess(self.viewer.subject):
            return unknown
        found = await read()
        if found != unknown:
            self.allowances.guessed_right(self.viewer.subject)
        return found


RequestInfo = Info[RequestContext, None]
