"""Context of one request: the graph, the levels, and what several fields of one answer need."""

import asyncio
from dataclasses import dataclass, field
from time import monotonic

from strawberry import Info

from api.access.viewer import Viewer
from api.contract.levels import LevelsCache
from api.operation.sync_work import SyncWork
from graph.connection import AsyncGraph
from graph.journeys import JourneyOwners, get_journey_owners
from graph.profiles import Profile


@dataclass(slots=True)
class RequestContext:
    """What resolvers work with. One for each request.

    ``country``: of national telephone numbers; ``until``: when the request is given up, by the monotonic clock;
    ``writes``: something was begun that changes the graph.
    """

    graph: AsyncGraph
    levels: LevelsCache
    request_id: str
    country: str | None
    viewer: Viewer
    sync_work: SyncWork
    until: float
    writes: bool = False
    owners: dict[tuple[tuple[str, ...], float], asyncio.Task[JourneyOwners]] = field(
        default_factory=dict[tuple[tuple[str, ...], float], "asyncio.Task[JourneyOwners]"]
    )

    @property
    def seconds_left(self) -> float:
        """Until the request is given up."""
        return self.until - monotonic()

    async def journey_owners(self, profile: Profile) -> JourneyOwners:
        """Through whom interactions belong to a profile: read once, for its journeys and its sessions."""
        asked = profile.members, profile.confidence
        if asked not in self.owners:
            read = get_journey_owners(self.graph, profile.members, profile.confidence)
            self.owners[asked] = asyncio.ensure_future(read)
        return await self.owners[asked]


RequestInfo = Info[RequestContext, None]
