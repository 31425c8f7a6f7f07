"""Following: one subscriber's way through what changes in a profile, from where it stood."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass
from time import monotonic

from api.live.feed import ChangeFeed
from api.live.positions import Position
from api.live.watched import WatchedProfile
from graph.changes import LATE_MS, Change, ChangesAfter, list_changes
from graph.connection import AsyncGraph

PAGE = 100
# So often somebody who listens has to prove again that they may.
RENEWED_S = 30.0


@dataclass(frozen=True, slots=True)
class Moved:
    """The profile has another id; ``id``: none where nobody of it is left."""

    former_id: str
    id: str | None


@dataclass(frozen=True, slots=True)
class Begun:
    """From here on everything is told."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a subscriber is told, with the id of the profile and the cursor after it."""

    cursor: str
    profile_id: str
    what: Begun | Change | Moved


@dataclass(frozen=True, slots=True)
class Subscriber:
    """Who follows which profile, and from where on. ``renew``: raises AccessError where they may not any more.

    ``asked_id``: by which the profile is known to them. ``position``: none begins now.
    """

    customer: str
    confidence: float
    asked_id: str
    subject: str
    renew: Callable[[], Awaitable[None]]
    position: Position | None = None


async def follow(feed: ChangeFeed, graph: AsyncGraph, subscriber: Subscriber) -> AsyncGenerator[Told]:
    """What changes in a profile, as it is written, until nobody of it is left.

    Raises SubscriptionError, AccessError, GraphError.
    """
    async with feed.following(subscriber.customer, subscriber.confidence, subscriber.subject) as watched:
        position = subscriber.position or _beginning(watched)
        known_as, renewed_at = subscriber.asked_id, monotonic()
        yield Told(position.cursor(), known_as, Begun())
        while True:
            version, settled = watched.version, watched.settled
            if watched.now is None or watched.now.id != known_as:
                moved = Moved(known_as, watched.now.id if watched.now else None)
                yield Told(position.cursor(), moved.id or known_as, moved)
                if moved.id is None:
                    return
                known_as = moved.id
            async with aclosing(_missed(graph, watched, position)) as missed:
                async for change in missed:
                    yield Told(position.cursor(), known_as, change)
            for change in watched.kept:
                if position.is_new(change):
                    position.tell(change)
                    yield Told(position.cursor(), known_as, change)
            position.settle(settled)
            await watched.turned(version, RENEWED_S)
            if monotonic() - renewed_at >= RENEWED_S:
                await subscriber.renew()
                renewed_at = monotonic()


def _beginning(watched: WatchedProfile) -> Position:
    """The present: what is there already counts as told."""
    position = Position(watched.settled)
    for change in watched.kept:
        position.tell(change)
    return position


async def _missed(graph: AsyncGraph, watched: WatchedProfile, position: Position) -> AsyncGenerator[Change]:
    """What was written before what is kept, page by page."""
    place = position.since
    while watched.now and place < watched.kept_after:
        asked = ChangesAfter("", watched.now.owners, place)
        read = (await list_changes(graph, [asked], PAGE))[""]
        for change in read.changes:
            if position.is_new(change):
                position.tell(change)
                yield change
        place = read.changes[-1].place if read.cut else watched.kept_after
        position.settle(min(place, (read.now - LATE_MS, b"")))
