"""Metrics: what a profile did, counted when it is asked for.

Counts and sums over interactions are metrics, never fields: no value of a source is changed by them.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from graph.connection import AsyncGraph, Row
from graph.journeys import JourneyOwners, window_rows
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


async def get_metrics(graph: AsyncGraph, owners: JourneyOwners, customers: Iterable[SourceCustomer]) -> ProfileMetrics:
    """The metrics of a profile. One statement, which reads the history: 10,000 interactions. Raises GraphError."""
    rows = await graph.read(
        "get_metrics",
        windows=window_rows(owners.windows),
        customers=list(owners.customers),
        own_devices=list(owners.own_devices),
        shared_devices=list(owners.shared_devices),
        names=list(ORDER_NAMES),
        most=MOST_INTERACTIONS,
    )
    known = (customer.created_at for customer in customers if customer.created_at is not None)
    return _metrics(rows[0], min(known, default=None))


def _metrics(row: Row, known_since: datetime | None) -> ProfileMetrics:
    channels = tuple(_channel(channel) for channel in sorted(row["channels"], key=lambda each: each["channel"] or ""))
    revenue = revenue_of(order for channel in row["channels"] for order in channel["orders"])
    interactions = sum(channel.interactions for channel in channels)
    beginnings = [moment(at) for at in row["beginnings"]]
    return ProfileMetrics(
        known_since=known_since,
        first_seen_at=min([*beginnings, *(channel.first_contact_at for channel in channels)], default=None),
        last_seen_at=max((channel.last_contact_at for channel in channels), default=None),
        interactions=interactions,
        sessions=row["sessions"],
        orders=sum(each.orders for each in revenue),
        revenue=revenue,
        channels=channels,
        cut=interactions >= MOST_INTERACTIONS,
    )


def _channel(row: Row) -> ChannelMetrics:
    return ChannelMetrics(row["channel"], row["interactions"], moment(row["first_at"]), moment(row["last_at"]))
