"""Feed: the profiles that somebody in this process follows, read together twice a second.

One statement reads what is new of a hundred profiles, whoever follows them, so what it costs grows with the profiles
and not with the subscribers. All that is known comes from the graph: whichever process a subscriber asks, it is told
the same. Who belongs to a profile is read again after each change of it, and now and then, because at another
confidence than the default no event says so.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import asynccontextmanager, suppress
from itertools import islice
from time import monotonic

from api.execution.errors import log_failure
from api.live.watched import WatchedProfile
from graph.changes import ChangesAfter, get_profile_now, list_changes
from graph.connection import AsyncGraph
from graph.errors import CdpError, SubscriptionError

POLL_S = 0.5
PROFILES_A_READ, CHANGES_A_READ = 100, 200
# So often what is not read to its end is gone on with before the others are looked at again.
READS_AT_ONCE = 20
RECHECK_S = 15.0
# When a server comes back, all who followed it do: they would take all connections to the database.
BEGINNING_AT_ONCE = 8
# So long the database may be away before subscribers are told to come back later.
PATIENCE_S = 30.0
TOLD_S = 1.0
MOST_SUBSCRIBERS, MOST_OF_ONE_VIEWER = 500, 250

# The customer by whom a profile is followed, and the confidence.
Followed = tuple[str, float]


class ChangeFeed:
    """What changes in the profiles that are followed in this process."""

    def __init__(self, graph: AsyncGraph) -> None:
        self._graph = graph
        self._watched: dict[Followed, WatchedProfile] = {}
        self._subscribers = Counter[str]()
        self._alone = asyncio.Event()
        self._alone.set()
        self._polling: asyncio.Task[None] | None = None
        self._answered_at = monotonic()
        self.beginning = asyncio.Semaphore(BEGINNING_AT_ONCE)
        self._stopping: SubscriptionError | None = None

    @property
    def subscribers(self) -> int:
        """How many subscriptions are open."""
        return self._subscribers.total()

    @property
    def profiles(self) -> int:
        """How many profiles are followed."""
        return len(self._watched)

    @asynccontextmanager
    async def following(self, customer: str, confidence: float, subject: str) -> AsyncGenerator[WatchedProfile]:
        """Follow the profile that holds a customer, for a viewer.

        Raises SubscriptionError, GraphError.
        """
        self._admit(subject)
        followed = customer, confidence
        watched = self._watched.setdefault(followed, WatchedProfile(customer, confidence))
        self._subscribers[subject] += 1
        self._alone.clear()
        watched.followers += 1
        try:
            await self._begin(watched)
            yield watched
        finally:
            watched.followers -= 1
            self._subscribers -= Counter({subject: 1})
            if not self._subscribers:
                self._alone.set()
            if not watched.followers:
                self._watched.pop(followed, None)

    def _admit(self, subject: str) -> None:
        if self._stopping:
            raise self._stopping
        if self.subscribers >= MOST_SUBSCRIBERS or self._subscribers[subject] >= MOST_OF_ONE_VIEWER:
            raise SubscriptionError(
                "There are too many subscriptions.", "End some that are not needed, or try again later."
            )

    async def _begin(self, watched: WatchedProfile) -> None:
        """Read a profile for its first follower; the others wait for it."""
        async with watched.beginning:
            if not watched.begun:
                async with self.beginning:
                    await self._recheck(watched)
                    await self._read([watched])  # what time it is
                    # What may still be late, to its end: whoever begins now is told nothing of it.
                    while await self._read([watched]):
                        pass
                watched.begun = True
        if self._polling is None or self._polling.done():
            self._answered_at = monotonic()
            self._polling = asyncio.create_task(self._poll())

    async def _poll(self) -> None:
        """Read until nobody follows anything."""
        while self._watched:
            await asyncio.sleep(POLL_S)
            begun = [watched for watched in self._watched.values() if watched.begun]
            try:
                await self._look(begun)
                self._answered_at = monotonic()
            except Exception as error:  # noqa: BLE001 -- whoever follows is told; others may go on
                if not isinstance(error, CdpError):
                    log_failure("-", error)
                if monotonic() - self._answered_at > PATIENCE_S:
                    for watched in begun:
                        watched.fail(error)

    async def _look(self, begun: Sequence[WatchedProfile]) -> None:
        """Who belongs to each profile where that may have changed, and what is new."""
        for chunk in _chunks(begun):
            rest = chunk
            for _ in range(READS_AT_ONCE):
                rest = await self._read(rest)
        for watched in begun:
            if watched.may_have_changed or monotonic() - watched.rechecked_at > RECHECK_S:
                await self._recheck(watched)

    async def _recheck(self, watched: WatchedProfile) -> None:
        watched.hold(await get_profile_now(self._graph, watched.customer, watched.confidence))

    async def _read(self, watched: Sequence[WatchedProfile]) -> list[WatchedProfile]:
        """Read what is new of some profiles; gives those of which there is more."""
        asked = {str(number): found for number, found in enumerate(watched) if found.now}
        rows = [
            ChangesAfter(name, found.now.owners, found.settled, found.known)
            for name, found in asked.items()
            if found.now
        ]
        found = await list_changes(self._graph, rows, CHANGES_A_READ) if rows else {}
        for name, read in found.items():
            asked[name].take(read)
        return [asked[name] for name, read in found.items() if read.cut]

    async def stop(self) -> None:
        """Tell everybody who follows to go on elsewhere, and wait a moment until they were told."""
        self._stopping = SubscriptionError(
            "The server stops.", "Subscribe again, with the cursor of the last change as `after`."
        )
        for watched in self._watched.values():
            watched.fail(self._stopping)
        with suppress(TimeoutError):
            async with asyncio.timeout(TOLD_S):
                await self._alone.wait()

    async def close(self) -> None:
        """End the reading."""
        if self._polling is not None:
            self._polling.cancel()
            with suppress(asyncio.CancelledError):
                await self._polling


@asynccontextmanager
async def opened_feed(graph: AsyncGraph) -> AsyncGenerator[ChangeFeed]:
    """A feed that is closed at the end."""
    feed = ChangeFeed(graph)
    try:
        yield feed
    finally:
        await feed.close()


def _chunks(watched: Sequence[WatchedProfile]) -> Iterator[list[WatchedProfile]]:
    rest = iter(watched)
    while chunk := list(islice(rest, PROFILES_A_READ)):
        yield chunk
