"""Changes: what was written of profiles since a moment, in the order of its arrival, whenever it happened.

Interactions and identity events carry the time at which they were written, by the database's clock. A transaction is
seen when it commits, so what was written may be seen late by as long as a transaction may take: whoever follows has to
look back so far (``LATE_MS``) and tell by the keys what is new.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from operator import attrgetter

from graph.clusters import MEMBERS_LIMIT
from graph.connection import WRITE_TIMEOUT_S, AsyncGraph, Row
from graph.identity_events import RecordedEvent, event_of
from graph.journeys import (
    JourneyInteraction,
    JourneyOwners,
    get_journey_owners,
    interaction_of,
    key_in_order,
    key_order,
    window_rows,
)
from graph.profile_ids import first_of, profile_id

LATE_MS = int(1_000 * WRITE_TIMEOUT_S)
# A moment and what a key is sorted by (``key_order``): everything up to it, in the order in which changes are read.
Place = tuple[int, bytes]


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that was written. ``written_at``: epoch milliseconds, by the database's clock."""

    written_at: int
    key: str
    what: JourneyInteraction | RecordedEvent

    @property
    def place(self) -> Place:
        """Where it stands in the order of arrival."""
        return self.written_at, key_order(self.key)


@dataclass(frozen=True, slots=True)
class ChangesAfter:
    """What is asked of one profile: what was written after ``since``, but not what is ``known``.

    ``name``: by which the answer is found.
    """

    name: str
    owners: JourneyOwners
    since: Place
    known: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class ReadChanges:
    """Changes, oldest first.

    ``now``: the database's clock. ``present``: how many of the customers there are still. ``cut``: more follow after
    the last.
    """

    now: int
    present: int
    changes: tuple[Change, ...]
    cut: bool


@dataclass(frozen=True, slots=True)
class ProfileNow:
    """The profile that holds a customer: its present id, and through whom and what it does things."""

    id: str
    owners: JourneyOwners


async def get_profile_now(graph: AsyncGraph, customer: str, confidence: float) -> ProfileNow | None:
    """The profile that holds a customer now; none where the customer is gone. Raises GraphError."""
    rows = await graph.read("list_members", key=customer, confidence=confidence, limit=MEMBERS_LIMIT)
    members = [row["key"] for row in rows if not row["retired"]]
    if not members:
        return None
    owners = await get_journey_owners(graph, members, confidence)
    return ProfileNow(profile_id(first_of({row["key"]: row["rank"] for row in rows})), owners)


async def list_changes(graph: AsyncGraph, asked: Sequence[ChangesAfter], limit: int) -> dict[str, ReadChanges]:
    """What was written of several profiles, by their names, of each at most ``limit``. Raises GraphError."""
    rows = await graph.read("list_changes", rows=[_row(profile) for profile in asked], limit=limit)
    return {row["name"]: _read(row, limit) for row in rows}


def _row(asked: ChangesAfter) -> Row:
    return {
        "name": asked.name,
        "since": asked.since[0],
        "since_key": key_in_order(asked.since[1]),
        "windows": window_rows(asked.owners.windows),
        "customers": list(asked.owners.customers),
        "known": list(asked.known),
    }


def _read(row: Row, limit: int) -> ReadChanges:
    """Both lists as one; where one of them was cut, the other may not go further than it does."""
    parts = list(_interactions(row["interactions"])), list(_events(row["events"]))
    ends = [part[-1].place for part in parts if len(part) == limit]
    distinct = {change.key: change for part in parts for change in part}
    found = sorted(distinct.values(), key=attrgetter("place"))
    kept = [change for change in found if not ends or change.place <= min(ends)]
    return ReadChanges(row["now"], row["present"], tuple(kept), cut=bool(ends))


def _interactions(rows: Sequence[Row]) -> Iterator[Change]:
    for row in rows:
        values = {name: value for name, value in row.items() if name != "written_at"}
        yield Change(row["written_at"], row["key"], interaction_of(values))


def _events(rows: Sequence[Row]) -> Iterator[Change]:
    for row in rows:
        yield Change(row["written_at"], row["key"], event_of(row))
