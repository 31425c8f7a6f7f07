"""Context of one request: the graph, the levels, and what several fields of one answer need."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from strawberry import Info

from api.access.viewer import Viewer
from api.contract.levels import LevelsCache
from api.live.feed import ChangeFeed
from graph.connection import AsyncGraph
from graph.journeys import JourneyOwners, get_journey_owners
from graph.profiles import Profile


@dataclass(slots=True)
class RequestContext:
    """What resolvers work with. One for each request and each subscription.

    ``country``: of national telephone numbers. ``ask_again``: who asks, by the credentials that were sent, now.
    ``connection_params``: what a WebSocket said of itself when it was opened.
    """

    graph: AsyncGraph
    levels: LevelsCache
    request_id: str
    country: str | None
    viewer: Viewer
    feed: ChangeFeed
    ask_again: Callable[[], Awaitable[Viewer]] | None = None
    connection_params: Mapping[str, Any] | None = None
    owners: dict[tuple[str, float], asyncio.Task[JourneyOwners]] = field(
        default_factory=dict[tuple[str, float], "asyncio.Task[JourneyOwners]"]
    )

    async def renew_viewer(self) -> None:
        """Look again who asks: what stays open outlives keys and tokens. Raises AccessError."""
        if self.ask_again is not None:
            self.viewer = await self.ask_again()

    async def journey_owners(self, profile: Profile) -> JourneyOwners:
        """Through whom interactions belong to a profile: read once, for its journeys and its sessions."""
        asked = profile.id, profile.confidence
        if asked not in self.owners:
            read = get_journey_owners(self.graph, profile.members, profile.confidence)
            self.owners[asked] = asyncio.ensure_future(read)
        return await self.owners[asked]


RequestInfo = Info[RequestContext, None]
