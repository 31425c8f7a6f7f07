"""Silence: where a source numbers no sessions, one ends when its device was silent for 30 minutes.

The cut follows the times at which things happened and nothing else, so any order of arrival gives the same sessions. A
message that comes late may begin a session earlier or join two of them: then the session is another one, named by its
new beginning, and what hung on the old ones moves. 30 minutes are the usual definition of a visit in web analytics.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from graph.connection import Row, Transaction
from graph.records import InteractionRecord, SessionRecord
from graph.rows import cut_of
from graph.times import milliseconds, moment

SILENCE_MS = 30 * 60 * 1000

Interval = tuple[int, int, str | None]
"""First and last moment in epoch milliseconds, and the key of the session; none of a single message."""


@dataclass(frozen=True, slots=True)
class Visit:
    """Moments of a device between which it was never silent. ``known``: keys of sessions that were there already."""

    started_at: int
    ended_at: int
    known: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Cuts:
    """The ids of sessions by (what they are cut of, a moment in them), and what the cut changes about known ones.

    ``carried``: properties of sessions that are no more, under the key of the one in their place; ``moved``: both keys.
    ``kept``: keys of sessions that go on.
    """

    ids: dict[tuple[str, int], str]
    carried: list[Row]
    moved: list[Row]
    kept: set[str]

    def session(self, record: SessionRecord) -> SessionRecord:
        """A session with its id."""
        found = self._id(record, milliseconds(record.started_at))
        return record if found is None else replace(record, session_id=found)

    def interaction(self, record: InteractionRecord) -> InteractionRecord:
        """An interaction with the id of its session."""
        found = self._id(record, milliseconds(record.at))
        return record if found is None else replace(record, session_id=found)

    def _id(self, record: SessionRecord | InteractionRecord, at: int) -> str | None:
        if not record.is_cut or record.device is None:
            return None
        return self.ids[cut_of(record.source, record.device.key), at]


NO_CUTS = Cuts({}, [], [], set())


def cut(intervals: Iterable[Interval]) -> list[Visit]:
    """The visits of one device."""
    visits: list[Visit] = []
    for start, end, key in sorted(intervals, key=lambda interval: interval[:2]):
        known = (key,) if key is not None else ()
        if visits and start <= visits[-1].ended_at + SILENCE_MS:
            last = visits[-1]
            visits[-1] = Visit(last.started_at, max(last.ended_at, end), last.known + known)
        else:
            visits.append(Visit(start, end, known))
    return visits


@dataclass(frozen=True, slots=True)
class _Device:
    """A device, and the moments at which a source has just heard of it. ``name``: what its sessions are cut of."""

    name: str
    source: str
    device_id: str
    moments: set[int] = field(default_factory=set[int])

    def window(self) -> Row:
        """The time in which known sessions may matter."""
        return {
            "cut_of": self.name,
            "since": min(self.moments) - SILENCE_MS,
            "until": max(self.moments) + SILENCE_MS,
        }

    def session_id(self, started_at: int) -> str:
        written = moment(started_at).isoformat(timespec="milliseconds").removesuffix("+00:00")
        return f"{self.device_id}@{written}Z"


def cut_sessions(transaction: Transaction, interactions: Iterable[InteractionRecord]) -> Cuts:
    """The sessions of interactions that silence cuts; the caller has locked the devices. Raises GraphError."""
    devices = _devices(interactions)
    if not devices:
        return NO_CUTS
    known: dict[str, list[Row]] = {}
    for row in transaction.read("list_cut_sessions", rows=[device.window() for device in devices]):
        known.setdefault(row["cut_of"], []).append(row)
    cuts = Cuts({}, [], [], set())
    for device in devices:
        _cut_device(device, known.get(device.name, ()), cuts)
    return cuts


def _devices(interactions: Iterable[InteractionRecord]) -> list[_Device]:
    found: dict[str, _Device] = {}
    for record in interactions:
        if record.is_cut and record.device is not None:
            name = cut_of(record.source, record.device.key)
            device = found.get(name)
            if device is None:
                device = found[name] = _Device(name, record.source, record.device.device_id)
            device.moments.add(milliseconds(record.at))
    return [found[name] for name in sorted(found)]


def _cut_device(device: _Device, known: Sequence[Row], cuts: Cuts) -> None:
    intervals = [(row["started_at"], row["ended_at"], row["key"]) for row in known]
    for visit in cut([*((at, at, None) for at in device.moments), *intervals]):
        session_id = device.session_id(visit.started_at)
        key = f"{device.source}:{session_id}"
        cuts.ids.update(
            ((device.name, at), session_id) for at in device.moments if visit.started_at <= at <= visit.ended_at
        )
        if key in visit.known:
            cuts.kept.add(key)
        for row in known:
            if row["key"] in visit.known and row["key"] != key:
                cuts.carried.append({**row, "key": key})
                cuts.moved.append({"old": row["key"], "new": key})
