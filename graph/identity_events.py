"""The feed of identity events: what became of profiles, append-only, in the order in which it took effect."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal

from graph.batches import batched
from graph.connection import AsyncGraph, Row, Statement, Transaction
from graph.runs import ScoringRun
from graph.times import milliseconds, moment

EventKind = Literal["merged", "split", "linked", "unlinked", "renamed"]
_EVENTS_A_STATEMENT = 5_000


@dataclass(frozen=True, slots=True)
class IdentityEvent:
    """One change at the default confidence.

    ``merged``: profiles became one. ``split``: one became several. ``linked``: customers that were new joined a
    profile. ``unlinked``: customers left a profile because they are gone. ``renamed``: a profile has another id, as
    another of its members is the first known now. ``profiles_*``: profile ids.
    """

    kind: EventKind
    profiles_before: tuple[str, ...]
    profiles_after: tuple[str, ...]
    customers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Regrouping:
    """The customers that a change concerns, each with the id of its profile ``before`` and ``after``.

    Customers of only one of them came new, or are gone.
    """

    before: Mapping[str, str] = field(default_factory=dict[str, str])
    after: Mapping[str, str] = field(default_factory=dict[str, str])

    def then(self, later: "Regrouping") -> "Regrouping":
        """Both changes as one: what one does and the other takes back is no change."""
        first_seen = {key: name for key, name in later.before.items() if key not in self.after}
        kept = {key: name for key, name in self.after.items() if key not in later.before}
        return Regrouping({**first_seen, **self.before}, {**kept, **later.after})


@dataclass(frozen=True, slots=True)
class RecordedEvent:
    """An event as the feed gives it; ``key`` and ``at`` are where to go on reading."""

    key: str
    kind: str
    at: datetime
    cause: str
    run_id: str
    profiles_before: tuple[str, ...]
    profiles_after: tuple[str, ...]


def write_events(transaction: Transaction, run: ScoringRun, events: Sequence[IdentityEvent]) -> None:
    """Append the events of a run."""
    for each in event_statements(run, events):
        each.run_in(transaction)


def event_statements(run: ScoringRun, events: Sequence[IdentityEvent]) -> list[Statement]:
    """The statements that append the events of a run; one at least, which may have nothing to append."""
    rows = [_row(run, number, event) for number, event in enumerate(events)]
    of_run = {"run_id": run.run_id, "cause": _cause(run), "at": milliseconds(run.finished_at)}
    batches = list(batched(rows, _EVENTS_A_STATEMENT)) or [[]]
    return [Statement("merge_identity_events", {"rows": batch, **of_run}) for batch in batches]


def _cause(run: ScoringRun) -> str:
    return "resolve" if run.scope in {"full", "incremental"} else run.scope


def _row(run: ScoringRun, number: int, event: IdentityEvent) -> Row:
    return {
        "key": f"{run.run_id}:{milliseconds(run.finished_at)}:{number:07}",
        "kind": event.kind,
        "profiles_before": list(event.profiles_before),
        "profiles_after": list(event.profiles_after),
        "customers": list(event.customers),
    }


async def list_events(graph: AsyncGraph, after: tuple[datetime, str] | None, limit: int) -> list[RecordedEvent]:
    """Events after the last one that was read, oldest first, at most ``limit``. Raises GraphError."""
    at, key = after or (datetime.fromtimestamp(0, UTC), "")
    rows = await graph.read("list_identity_events", after=milliseconds(at), after_key=key, limit=limit)
    return [event_of(row) for row in rows]


def event_of(row: Row) -> RecordedEvent:
    """An event from a row of ``list_identity_events``."""
    return RecordedEvent(
        key=row["key"],
        kind=row["kind"],
        at=moment(row["at"]),
        cause=row["cause"],
        run_id=row["run_id"],
        profiles_before=tuple(row["profiles_before"]),
        profiles_after=tuple(row["profiles_after"]),
    )
