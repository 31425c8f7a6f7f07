"""Metrics: what a profile did, counted when it is asked for.

Counts and sums over interactions are metrics, never fields: no value of a source is changed by them.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from graph.connection import AsyncGraph, Row
from graph.journeys import JourneyOwners, owner_rows
from graph.orders import ORDER_NAMES, Revenue, revenue_of
from graph.source_customers import SourceCustomer
from graph.times import moment

MOST_INTERACTIONS = 50_000
"""So many interactions of one owner are counted, the newest ones."""


@dataclass(frozen=True, slots=True)
class ChannelMetrics:
    """One channel. ``channel``: none where the sources name none."""

    channel: str | None
    interactions: int
    first_contact_at: datetime
    last_contact_at: datetime


@dataclass(frozen=True, slots=True)
class ProfileMetrics:
    """What a profile did. ``cut``: older interactions were not counted.

    ``known_since``: when a source first knew the person; ``first_seen_at``, ``last_seen_at``: of interactions.
    """

    known_since: datetime | None
    first_seen_at: datetime | None
    last_seen_at: datetime | None
    interactions: int
    sessions: int
    orders: int
    revenue: tuple[Revenue, ...]
    channels: tuple[ChannelMetrics, ...]
    cut: bool


async def list_metrics(
    graph: AsyncGraph, asked: Sequence[tuple[JourneyOwners, tuple[SourceCustomer, ...]]]
) -> list[ProfileMetrics]:
    """The metrics of each of several profiles, in their order. One statement, which reads the history.

    Raises GraphError.
    """
    owners = [owners for owners, _ in asked]
    rows = await graph.read("list_metrics", rows=owner_rows(owners), names=list(ORDER_NAMES), most=MOST_INTERACTIONS)
    by_number = {row["number"]: row for row in rows}
    return [_metrics(by_number[number], _known_since(customers)) for number, (_, customers) in enumerate(asked)]


def _known_since(customers: Iterable[SourceCustomer]) -> datetime | None:
    return min((customer.created_at for customer in customers if customer.created_at is not None), default=None)


def _metrics(row: Row, known_since: datetime | None) -> ProfileMetrics:
    channels = tuple(_channels(row["channels"]))
    revenue = revenue_of(order for part in row["channels"] for order in part["orders"])
    beginnings = [moment(at) for at in row["beginnings"]]
    return ProfileMetrics(
        known_since=known_since,
        first_seen_at=min([*beginnings, *(channel.first_contact_at for channel in channels)], default=None),
        last_seen_at=max((channel.last_contact_at for channel in channels), default=None),
        interactions=sum(channel.interactions for channel in channels),
        sessions=row["sessions"],
        orders=sum(each.orders for each in revenue),
        revenue=revenue,
        channels=channels,
        cut=max(_by_owner(row["channels"]).values(), default=0) >= MOST_INTERACTIONS,
    )


def _channels(parts: Iterable[Row]) -> Iterable[ChannelMetrics]:
    """Each channel, of what each owner did on it."""
    by_channel: dict[str | None, list[Row]] = defaultdict(list)
    for part in parts:
        by_channel[part["channel"]].append(part)
    for channel, found in sorted(by_channel.items(), key=lambda each: each[0] or ""):
        yield ChannelMetrics(
            channel,
            sum(part["interactions"] for part in found),
            moment(min(part["first_at"] for part in found)),
            moment(max(part["last_at"] for part in found)),
        )


def _by_owner(parts: Iterable[Row]) -> Counter[str]:
    """How many interactions of each owner were counted: of one that has more, the rest was not read."""
    counted = Counter[str]()
    for part in parts:
        counted[part["owner"]] += part["interactions"]
    return counted
