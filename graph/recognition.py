"""Recognition: whose a session is, how sure that is, and why. Sessions recognise, they never merge.

Reasons name no customer and no device: a key may hold an email, and whoever has not proved who they are reads them too.
"""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from graph.clusters import get_clusters
from graph.connection import AsyncGraph, Row
from graph.guards import DEVICE, current_guards
from graph.times import milliseconds, moment

# After this long without a login, who used a shared device last says little about who uses it now.
PROBABLE_FOR = timedelta(days=30)


class RecognitionLevel(StrEnum):
    """How surely a session is somebody's."""

    AUTHENTICATED = "authenticated"
    RECOGNISED = "recognised"
    PROBABLE = "probable"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Session:
    """One visit."""

    key: str
    source: str
    channel: str | None
    started_at: datetime
    ended_at: datetime
    entry_page: str | None
    campaign: str | None
    device: str | None


@dataclass(frozen=True, slots=True)
class Login:
    """Proof that a session was a customer, the last one on a device at the moment ``at``."""

    customer: str
    at: datetime
    device: str | None = None


@dataclass(frozen=True, slots=True)
class DeviceUse:
    """The time in which one person, as a cluster, logged in on a device. ``customer``: the member who did so last."""

    customer: str
    cluster: tuple[str, ...]
    first_login_at: datetime
    last_login_at: datetime
    logins: int


@dataclass(frozen=True, slots=True)
class Recognition:
    """The answer: level, reason in words, and the customer, none where the level is unknown."""

    level: RecognitionLevel
    reason: str
    customer: str | None = None


@dataclass(frozen=True, slots=True)
class SessionRecognition:
    """A session with its recognition at a confidence, as of a time; none: now."""

    session: Session
    recognition: Recognition
    confidence: float
    as_of: datetime | None = None


async def recognise_session(
    graph: AsyncGraph, key: str, confidence: float, at: datetime | None = None
) -> SessionRecognition | None:
    """Say whose a session is, or was as of a time; none where it is unknown, or had not begun by then.

    At a time, logins count that had happened by then, also where they reached the graph later, and the clusters that
    the graph knew then. A session that went on is given that time as its end. Raises GraphError.
    """
    until = at or datetime.now(UTC)
    rows = await graph.read("get_session", key=key, until=milliseconds(until))
    if not rows or (at and moment(rows[0]["started_at"]) > at):
        return None
    row = rows[0]
    session, logins = session_of(row), [_login(login) for login in row["logins"]]
    if at:
        session = replace(session, ended_at=min(session.ended_at, at))
    if len(rows) > 1:
        session = replace(session, device=None)
        if not await _one_on_all(graph, {row["device"] for row in rows}, logins, confidence, at):
            return SessionRecognition(session, _on_several_devices(len(rows)), confidence, at)
    if await _several_at_once(graph, logins, confidence, at):
        return SessionRecognition(session, _at_once(logins[-1].at), confidence, at)
    device: Row | None = {"key": session.device, "is_hub": row["device_is_hub"], "users": row["users"]}
    if at or from_the_future(row["users"], until):
        device = await _read_device(graph, session.device, until) if session.device else None
    uses = await _uses(graph, device, confidence, at)
    recognition = _recognise(session, logins, uses, device_is_hub=bool(device and device["is_hub"]))
    return SessionRecognition(session, recognition, confidence, at)


def _login(row: Row) -> Login:
    return Login(row["customer"], moment(row["at"]), row["device"])


async def _one_on_all(
    graph: AsyncGraph, devices: AbstractSet[str], logins: Sequence[Login], confidence: float, at: datetime | None
) -> bool:
    """Whether one person, and nobody else, logged in on all devices of a session."""
    if not devices <= {login.device for login in logins}:
        return False
    customers = {login.customer for login in logins}
    return len(set((await get_clusters(graph, customers, confidence, at)).values())) == 1


def from_the_future(users: Sequence[Row], now: datetime) -> bool:
    """Whether a login is said to come yet, as by a wrong clock: then its edge does not tell the last one until now."""
    return any(user["last_login_at"] > milliseconds(now) for user in users)


async def _several_at_once(graph: AsyncGraph, logins: Sequence[Login], confidence: float, at: datetime | None) -> bool:
    """Whether several people were the last to log in, at one moment."""
    last = {login.customer for login in logins if login.at == logins[-1].at}
    return len(last) > 1 and len(set((await get_clusters(graph, last, confidence, at)).values())) > 1


async def recognise_device(
    graph: AsyncGraph, key: str, confidence: float, at: datetime | None = None
) -> Recognition | None:
    """Say whose a device is, or was at a time, as of its latest session; none where it is unknown, or was then.

    Raises GraphError.
    """
    device = await _read_device(graph, key, at)
    if device is not None and at is None and from_the_future(device["users"], now := datetime.now(UTC)):
        device = await _read_device(graph, key, now) or device | {"users": []}
    if device is None:
        return None
    if device["is_hub"]:
        return _shared_terminal()
    return recognise_on_device(moment(device["last_seen_at"]), await _uses(graph, device, confidence, at))


async def _read_device(graph: AsyncGraph, key: str, at: datetime | None) -> Row | None:
    """The device with its users, now or at a time; shared by too many then where today's guard would have said so."""
    if at is None:
        rows = await graph.read("get_device", key=key)
    else:
        hub_above = current_guards().hub_above(DEVICE)
        rows = await graph.read("get_device_at", key=key, at=milliseconds(at), hub_above=hub_above)
    return rows[0] if rows else None


async def _uses(graph: AsyncGraph, device: Row | None, confidence: float, at: datetime | None) -> list[DeviceUse]:
    if device is None or device["is_hub"]:
        return []
    users = {user["customer"] for user in device["users"]}
    return device_uses(device["users"], await get_clusters(graph, users, confidence, at))


def device_uses(users: Sequence[Row], cluster_of: Mapping[str, tuple[str, ...]]) -> list[DeviceUse]:
    """The users of a device by person (customers of one cluster), latest login first."""
    uses: dict[tuple[str, ...], list[Row]] = {}
    for user in users:
        uses.setdefault(cluster_of[user["customer"]], []).append(user)
    return [_use(cluster, rows) for cluster, rows in uses.items()]


def _use(cluster: tuple[str, ...], rows: Sequence[Row]) -> DeviceUse:
    return DeviceUse(
        customer=rows[0]["customer"],
        cluster=cluster,
        first_login_at=moment(min(row["first_login_at"] for row in rows)),
        last_login_at=moment(max(row["last_login_at"] for row in rows)),
        logins=sum(row["logins"] for row in rows),
    )


def session_of(row: Row) -> Session:
    """A session from a row of ``get_session`` or ``list_sessions``."""
    return Session(
        key=row["key"],
        source=row["source"],
        channel=row["channel"],
        started_at=moment(row["started_at"]),
        ended_at=moment(row["ended_at"]),
        entry_page=row["entry_page"],
        campaign=row["campaign"],
        device=row["device"],
    )


def _recognise(
    session: Session, logins: Sequence[Login], uses: Sequence[DeviceUse], *, device_is_hub: bool
) -> Recognition:
    if logins:
        return _authenticated(logins)
    if session.device is None:
        return Recognition(RecognitionLevel.UNKNOWN, "Nobody logged in, and the session names no device.")
    if device_is_hub:
        return _shared_terminal()
    return recognise_on_device(session.started_at, uses)


def _authenticated(logins: Sequence[Login]) -> Recognition:
    login = logins[-1]
    reason = f"A customer logged in during this session at {_said(login.at)}."
    customers = len({login.customer for login in logins})
    if customers > 1:
        reason = f"{customers} customers logged in during this session, the last at {_said(login.at)}, which counts."
    return Recognition(RecognitionLevel.AUTHENTICATED, reason, login.customer)


def _at_once(at: datetime) -> Recognition:
    reason = f"Several people logged in during this session at one moment, {_said(at)}; none of them was the last."
    return Recognition(RecognitionLevel.UNKNOWN, reason)


def _on_several_devices(count: int) -> Recognition:
    """Two visits may have one number: trackers number them by the clock. One is meant where one person proved both."""
    reason = f"{count} devices name this session, which may be as many visits; nothing tells which one is meant."
    return Recognition(RecognitionLevel.UNKNOWN, reason)


def _shared_terminal() -> Recognition:
    reason = "The device is used by too many customers, as a shop terminal is; only a login tells who it is."
    return Recognition(RecognitionLevel.UNKNOWN, reason)


def recognise_on_device(at: datetime, uses: Sequence[DeviceUse]) -> Recognition:
    """Whose a device was at a time, from the logins on it."""
    if not uses:
        return Recognition(RecognitionLevel.UNKNOWN, "Nobody has ever logged in on the device.")
    if len(uses) == 1:
        return _only_user(uses[0])
    inside = [use for use in uses if use.first_login_at <= at <= use.last_login_at]
    if len(inside) == 1:
        return _user_at_that_time(inside[0], len(uses))
    return _latest_user(at, uses)


def _only_user(use: DeviceUse) -> Recognition:
    reason = (
        f"One person logged in on the device {_times(use.logins)}, last at {_said(use.last_login_at)}; "
        "nobody else ever did."
    )
    return Recognition(RecognitionLevel.RECOGNISED, reason, use.customer)


def _user_at_that_time(use: DeviceUse, people: int) -> Recognition:
    reason = (
        f"{people} people logged in on the device; at the time of the session only one used it, "
        f"from {_said(use.first_login_at)} to {_said(use.last_login_at)}."
    )
    return Recognition(RecognitionLevel.RECOGNISED, reason, use.customer)


def _latest_user(at: datetime, uses: Sequence[DeviceUse]) -> Recognition:
    before = [use for use in uses if use.last_login_at <= at <= use.last_login_at + PROBABLE_FOR]
    overlapping = [use for use in uses if use.first_login_at <= at <= use.last_login_at]
    if not before or overlapping:
        reason = f"{len(uses)} people logged in on the device, and none of them alone at that time."
        return Recognition(RecognitionLevel.UNKNOWN, reason)
    use = max(before, key=lambda use: use.last_login_at)
    if sum(other.last_login_at == use.last_login_at for other in before) > 1:
        reason = f"{len(uses)} people logged in on the device, and several of them at the same last moment."
        return Recognition(RecognitionLevel.UNKNOWN, reason)
    reason = f"{len(uses)} people logged in on the device; the last to do so, at {_said(use.last_login_at)}, is meant."
    return Recognition(RecognitionLevel.PROBABLE, reason, use.customer)


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


def _said(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"
