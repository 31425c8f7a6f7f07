"""Journeys: the interactions of a profile over all channels, newest first.

Each owner (a customer, or a device that was theirs at the time) is read from the ``(owner, at)`` index and the pages
are merged, so the cost follows the page and not the length of the history.
"""

from asyncio import gather
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson

from graph.clusters import get_clusters
from graph.connection import AsyncGraph, Row
from graph.recognition import DeviceUse, Session, device_uses, session_of
from graph.times import milliseconds, moment

_BEGINNING = datetime(1900, 1, 1, tzinfo=UTC)
_END = datetime(9999, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class JourneyInteraction:
    """One thing that happened. ``owner``: the customer or the device through which it belongs to the journey."""

    key: str
    source: str
    type: str
    name: str
    channel: str | None
    at: datetime
    owner: str
    session: str | None
    amount: float | None
    currency: str | None
    properties: dict[str, Any]


@dataclass(frozen=True, slots=True)
class JourneyFilter:
    """Which interactions: none of a kind means all of it. ``since`` is included, ``until`` is not."""

    channels: tuple[str, ...] | None = None
    types: tuple[str, ...] | None = None
    names: tuple[str, ...] | None = None
    since: datetime | None = None
    until: datetime | None = None
    sources: tuple[str, ...] | None = None


EVERYTHING = JourneyFilter()


@dataclass(frozen=True, slots=True)
class JourneyPosition:
    """Where a page ended: the next page holds what is older, by time and then key."""

    at: datetime
    key: str


@dataclass(frozen=True, slots=True)
class JourneyPage:
    """Interactions, newest first. ``has_more``: older ones follow."""

    interactions: tuple[JourneyInteraction, ...]
    has_more: bool


@dataclass(frozen=True, slots=True)
class Window:
    """An owner, and the time in which its interactions belong to the journey.

    ``members``: customers of the cluster, on a device that others used as well: nothing counts of a session in which
    somebody else logged in. None: everything counts.
    """

    owner: str
    since: datetime
    until: datetime
    members: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class JourneyOwners:
    """Through whom and what interactions belong to a journey. ``shared``: devices that others used as well."""

    customers: tuple[str, ...]
    windows: tuple[Window, ...]
    own_devices: tuple[str, ...]
    shared_devices: tuple[str, ...]


async def get_journey_owners(graph: AsyncGraph, members: Sequence[str], confidence: float) -> JourneyOwners:
    """The owners of a cluster's interactions: customers, devices of their own, shared devices while they were theirs.

    Raises GraphError.
    """
    return (await list_journey_owners(graph, [members], confidence))[0]


async def list_journey_owners(
    graph: AsyncGraph, clusters: Sequence[Sequence[str]], confidence: float
) -> list[JourneyOwners]:
    """The owners of the interactions of each of several clusters, in their order. Raises GraphError."""
    rows = await graph.read("list_device_users", customers=list(_distinct(clusters)))
    return await owners_of_all(graph, clusters, rows, confidence)


async def owners_of_all(
    graph: AsyncGraph, clusters: Sequence[Sequence[str]], rows: Sequence[Row], confidence: float
) -> list[JourneyOwners]:
    """The same from rows of ``list_device_users``; the clusters of other users are read. Raises GraphError."""
    known = {key: tuple(cluster) for cluster in clusters for key in cluster}
    cluster_of = known | await get_clusters(graph, _users(rows) - known.keys(), confidence)
    return [_owners(cluster, rows, cluster_of) for cluster in clusters]


def owners_alone(members: Sequence[str], rows: Sequence[Row]) -> JourneyOwners | None:
    """The owners of one cluster, from rows of ``list_device_users``; none where others used its devices as well."""
    cluster = tuple(members)
    return _owners(cluster, rows, dict.fromkeys(cluster, cluster)) if _users(rows) <= set(cluster) else None


def _users(rows: Sequence[Row]) -> set[str]:
    return {user["customer"] for row in rows if not row["is_hub"] for user in row["users"]}


def _distinct(clusters: Sequence[Sequence[str]]) -> dict[str, None]:
    return dict.fromkeys(key for cluster in clusters for key in cluster)


def _owners(members: Sequence[str], rows: Sequence[Row], cluster_of: Mapping[str, tuple[str, ...]]) -> JourneyOwners:
    windows = [Window(member, _BEGINNING, _END) for member in members]
    own: list[str] = []
    shared: list[str] = []
    mine = frozenset(members)
    for row in rows:
        if mine.isdisjoint(row["holders"]):
            continue
        uses = [] if row["is_hub"] else device_uses(row["users"], cluster_of)
        if len(uses) == 1:
            own.append(row["device"])
            windows.append(Window(row["device"], _BEGINNING, _END))
        else:
            shared.append(row["device"])
            windows += _windows_alone(row["device"], uses, tuple(members))
    return JourneyOwners(tuple(members), tuple(windows), tuple(own), tuple(shared))


def _windows_alone(device: str, uses: Sequence[DeviceUse], members: tuple[str, ...]) -> list[Window]:
    """The times in which only the cluster used a shared device: its interval without those of the others."""
    mine = next((use for use in uses if set(members).intersection(use.cluster)), None)
    if mine is None:
        return []
    others = sorted((use.first_login_at, use.last_login_at) for use in uses if use is not mine)
    windows: list[Window] = []
    since = mine.first_login_at
    for start, end in others:
        if start > since:
            windows.append(Window(device, since, min(start, mine.last_login_at), members))
        since = max(since, end)
    windows.append(Window(device, since, mine.last_login_at, members))
    return [window for window in windows if window.since < window.until]


async def get_journey(
    graph: AsyncGraph, owners: JourneyOwners, wanted: JourneyFilter, first: int, after: JourneyPosition | None = None
) -> JourneyPage:
    """One page of a journey: at most ``first`` interactions older than ``after``. Raises GraphError."""
    parameters = _parameters(wanted, first, after)
    # Read as one row with a list: the driver takes longer for each row than Neo4j for the whole page.
    (page,), visits = await gather(
        graph.read("get_journey", windows=window_rows(owners.windows), **parameters),
        _before_login(graph, owners, parameters),
    )
    return page_of([*page["interactions"], *visits], first)


async def _before_login(graph: AsyncGraph, owners: JourneyOwners, parameters: dict[str, Any]) -> list[Row]:
    if not owners.shared_devices:
        return []
    customers, devices = list(owners.customers), list(owners.shared_devices)
    return await graph.read("list_interactions_before_login", customers=customers, devices=devices, **parameters)


async def list_journeys(
    graph: AsyncGraph,
    owners: Sequence[JourneyOwners],
    wanted: JourneyFilter,
    first: int,
    after: JourneyPosition | None = None,
) -> list[JourneyPage]:
    """One page of each of several journeys, in the order of ``owners``; one statement. Raises GraphError."""
    if len(owners) == 1:
        return [await get_journey(graph, owners[0], wanted, first, after)]
    rows = await graph.read("list_journeys", rows=owner_rows(owners), **_parameters(wanted, first, after))
    pages = {row["number"]: page_of(row["interactions"], first) for row in rows}
    return [pages[number] for number in range(len(owners))]


def page_of(rows: Sequence[Row], first: int) -> JourneyPage:
    """A page of rows that hold at least its interactions and the one that follows them."""
    distinct = {row["key"]: row for row in rows}
    newest = sorted(distinct.values(), key=lambda row: (row["at"], key_order(row["key"])), reverse=True)
    return JourneyPage(tuple(interaction_of(row) for row in newest[:first]), has_more=len(newest) > first)


def key_order(key: str) -> bytes:
    """What keys of one moment are sorted by: their UTF-16 units, as Neo4j compares them with the key of a cursor."""
    return key.encode("utf-16-be", "surrogatepass")


def key_in_order(order: bytes) -> str:
    """The key that is sorted by ``order``."""
    return order.decode("utf-16-be", "surrogatepass")


def keyset(wanted: JourneyFilter, first: int, after: JourneyPosition | None) -> dict[str, Any]:
    """Where a page begins and ends, as statements take it; one more is read, to know whether more follow."""
    position = JourneyPosition(wanted.until or _END, "")
    if after is not None and (after.at, after.key) < (position.at, position.key):
        position = after
    return {
        "before": milliseconds(position.at),
        "before_key": position.key,
        "since": milliseconds(wanted.since or _BEGINNING),
        "limit": first + 1,
    }


def _parameters(wanted: JourneyFilter, first: int, after: JourneyPosition | None) -> dict[str, Any]:
    return keyset(wanted, first, after) | {
        "channels": list(wanted.channels) if wanted.channels else None,
        "types": list(wanted.types) if wanted.types else None,
        "names": list(wanted.names) if wanted.names else None,
        "sources": list(wanted.sources) if wanted.sources else None,
    }


def owner_rows(owners: Sequence[JourneyOwners]) -> list[Row]:
    """Owners as statements take them that read for several profiles, numbered."""
    return [
        {
            "number": number,
            "windows": window_rows(each.windows),
            "customers": list(each.customers),
            "own_devices": list(each.own_devices),
            "shared_devices": list(each.shared_devices),
        }
        for number, each in enumerate(owners)
    ]


def window_rows(windows: Sequence[Window]) -> list[Row]:
    """Windows as statements take them."""
    return [
        {
            "owner": window.owner,
            "since": milliseconds(window.since),
            "until": milliseconds(window.until),
            "members": None if window.members is None else list(window.members),
        }
        for window in windows
    ]


def interaction_of(row: Row) -> JourneyInteraction:
    """An interaction from a row of ``get_journey``."""
    return JourneyInteraction(
        row["key"],
        row["source"],
        row["type"],
        row["name"],
        row["channel"],
        moment(row["at"]),
        row["owner"],
        row["session"],
        row["amount"],
        row["currency"],
        orjson.loads(row["properties"]) if row["properties"] else {},
    )


@dataclass(frozen=True, slots=True)
class ProfileSession:
    """A session of a profile. ``logged_in``: who proved it was theirs, none where only the device tells."""

    session: Session
    logged_in: str | None


async def get_sessions(graph: AsyncGraph, owners: JourneyOwners, first: int) -> tuple[ProfileSession, ...]:
    """The newest sessions of a profile: with a login, or on devices of its own. Raises GraphError."""
    return (await list_sessions(graph, [owners], first))[0]


async def list_sessions(
    graph: AsyncGraph, owners: Sequence[JourneyOwners], first: int
) -> list[tuple[ProfileSession, ...]]:
    """The same of each of several profiles, in the order of ``owners``; one statement. Raises GraphError."""
    rows = await graph.read("list_sessions", rows=owner_rows(owners), limit=first)
    found: list[list[ProfileSession]] = [[] for _ in owners]
    for row in rows:
        found[row["number"]].append(ProfileSession(session_of(row), row["logged_in"]))
    return [tuple(sessions) for sessions in found]
