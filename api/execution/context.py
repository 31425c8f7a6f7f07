"""Context of one request: the graph, the levels, and what several fields of one answer need."""

import asyncio
from dataclasses import dataclass, field

from strawberry import Info

from api.access.viewer import Viewer
from api.contract.levels import LevelsCache
from api.execution.reading_together import Together
from graph.connection import AsyncGraph
from graph.journeys import JourneyOwners, list_journey_owners
from graph.profiles import Profile


@dataclass(slots=True)
class RequestContext:
    """What resolvers work with. One for each request. ``country``: of national telephone numbers."""

    graph: AsyncGraph
    levels: LevelsCache
    request_id: str
    country: str | None
    viewer: Viewer
    owners: dict[tuple[tuple[str, ...], float], asyncio.Task[JourneyOwners]] = field(
        default_factory=dict[tuple[tuple[str, ...], float], "asyncio.Task[JourneyOwners]"]
    )
    together: Together = field(init=False)

    def __post_init__(self) -> None:
        self.together = Together(self.graph)

    async def journey_owners(self, profile: Profile) -> JourneyOwners:
        """Through whom interactions belong to a profile: read once, for its journeys and its sessions."""
        asked = profile.members, profile.confidence
        if asked not in self.owners:
            read = self.together.read(list_journey_owners, profile.members, profile.confidence)
            self.owners[asked] = asyncio.ensure_future(read)
        return await self.owners[asked]


RequestInfo = Info[RequestContext, None]
