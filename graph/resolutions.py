"""Resolutions: how the outcome of a run is brought into the graph, only what differs, and never half of it."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from graph.batches import batched
from graph.claim_ranges import differences, stored_ranges
from graph.connection import ROWS_JOINED, Graph, Outcome, Row, Statement, Transaction
from graph.identity_events import IdentityEvent, Regrouping, event_statements, write_events
from graph.links import NO_CHANGES, ComparedPair, Difference, Link, LinkChanges, changes_of, claim_row, pair_row
from graph.runs import ScoringModel, ScoringRun, require_open, run_statement, write_model, write_run
from graph.times import milliseconds
from graph.unfinished_runs import mark_finished, mark_unfinished

ROWS_PER_TRANSACTION = 10_000
_GONE = "the evidence for it is gone"


@dataclass(frozen=True, slots=True)
class PreparedCustomer:
    """What a resolution compared of a customer: ``prepared`` as JSON text, and the parts it can be looked up by.

    ``touched``: the customer as it was read; written again since, it stays unresolved. ``counted``: see
    ``graph.held_values``. ``rank``: by which it names a profile (``graph.profile_ids``), none where it names none.
    """

    key: str
    prepared: str
    blocking_parts: tuple[str, ...]
    touched: int
    counted: tuple[str, ...] = ()
    rank: int | None = None


@dataclass(frozen=True, slots=True)
class Resolution:
    """The outcome of one run: every link and compared pair that now holds, sorted by both keys."""

    links: Sequence[Link]
    compared: Sequence[ComparedPair]
    model: ScoringModel
    run: ScoringRun


@dataclass(frozen=True, slots=True)
class Increment:
    """What a run about some customers changes: differences, what it compared, and what became of profiles.

    ``events`` lead from one grouping of ``profiles`` to the other.
    """

    links: Difference[Link]
    compared: Difference[ComparedPair]
    prepared: Iterable[PreparedCustomer]
    events: Sequence[IdentityEvent]
    profiles: Regrouping = field(default_factory=Regrouping)

    @property
    def changes(self) -> LinkChanges:
        """The differences, counted."""
        return changes_of(self.links, self.compared)


def changes_to(graph: Graph, resolution: Resolution) -> LinkChanges:
    """What writing a resolution would change. Raises GraphError."""
    found = differences(resolution.links, resolution.compared, stored_ranges(graph))
    return sum((changes_of(links, compared) for links, compared in found), NO_CHANGES)


def write_resolution(
    graph: Graph,
    resolution: Resolution,
    prepared: Iterable[PreparedCustomer] = (),
    events: Sequence[IdentityEvent] = (),
) -> LinkChanges:
    """Bring the graph from the links that it has to those of a resolution, range by range, the run last.

    No transaction has more than 10,000 rows, but for the last, which has all events. A run that was killed has no
    ``ScoringRun`` and no event, and leaves the graph marked: the next one writes everything, whoever waits. Raises
    GraphError.
    """
    run, changes = resolution.run, NO_CHANGES
    graph.write(lambda transaction: _begin(transaction, resolution))
    for links, compared in differences(resolution.links, resolution.compared, stored_ranges(graph)):
        _write_claims(graph, _claim_steps(run, links, compared))
        changes += changes_of(links, compared)
    for kept in _pieces(prepared, ROWS_PER_TRANSACTION):
        graph.write(_keeping(run, kept).run_in)
    graph.write(lambda transaction: _finish(transaction, run, events))
    return changes


def _begin(transaction: Transaction, resolution: Resolution) -> None:
    mark_unfinished(transaction, resolution.run.finished_at)
    write_model(transaction, resolution.model)


def _finish(transaction: Transaction, run: ScoringRun, events: Sequence[IdentityEvent]) -> None:
    """Whoever follows the feed sees the events of a run that stands, and all of them."""
    write_events(transaction, run, events)
    write_run(transaction, run)
    mark_finished(transaction)


def _write_claims(graph: Graph, steps: Iterable["_Step"]) -> None:
    for step in steps:
        for batch in batched(step.claims, ROWS_PER_TRANSACTION):
            graph.write(step.statement_of(batch).run_in)


def write_increment(transaction: Transaction, run: ScoringRun, increment: Increment) -> None:
    """Write what some customers change, within one transaction. Raises ClosedRunError."""
    prepared, changes = list(increment.prepared), _claim_steps(run, increment.links, increment.compared)
    changing = [
        *(step.statement_of(step.claims) for step in changes),
        *event_statements(run, increment.events),
    ]
    ending = [_keeping(run, prepared), run_statement(run)]
    rows = sum(len(step.claims) for step in changes) + len(prepared) + len(increment.events)
    run_all = _run_joined if rows <= ROWS_JOINED else _run_each
    require_open(run, run_all(transaction, changing, ending))
    _note_written(transaction, prepared)


def _run_joined(transaction: Transaction, changing: Sequence[Statement], ending: Sequence[Statement]) -> Outcome:
    """What the last statement gives. All of those that change claims, or none, so that there are two plans of them.

    With a plan for each choice of those that have rows, one of a hundred live records waited for a plan: .2 to .6 s.
    """
    changes = any(each.parameters["rows"] for each in changing)
    return transaction.run_joined("write_increment", [*(changing if changes else ()), *ending])


def _run_each(transaction: Transaction, changing: Sequence[Statement], ending: Sequence[Statement]) -> Outcome:
    """What the last statement gives."""
    *_, last = [each.run_in(transaction) for each in (*changing, *ending)]
    return last


@dataclass(frozen=True, slots=True)
class _Step:
    """One statement with what it writes, as a row each, and further parameters."""

    statement: str
    claims: Sequence[Any]
    row: Callable[[Any], Row]
    parameters: dict[str, object]

    def statement_of(self, claims: Sequence[Any]) -> Statement:
        """The statement that writes some of the claims."""
        return Statement(self.statement, {"rows": [self.row(claim) for claim in claims], **self.parameters})


def _claim_steps(run: ScoringRun, links: Difference[Link], compared: Difference[ComparedPair]) -> list[_Step]:
    at = milliseconds(run.finished_at)
    of_run: dict[str, object] = {"run_id": run.run_id, "model_version": run.model_version}
    retired: dict[str, object] = {"at": at, "reason": _GONE, "run_id": run.run_id}
    return [
        _Step("erase_compared_pairs", compared.gone, pair_row, {}),
        _Step("merge_compared_pairs", compared.written, claim_row, of_run),
        _Step("retire_links", links.gone, pair_row, retired),
        _Step("merge_links", links.written, claim_row, {**of_run, "at": at}),
    ]


def _keeping(run: ScoringRun, prepared: Sequence[PreparedCustomer]) -> Statement:
    """The statement that keeps what was compared, and settles the customers."""
    rows = [
        {
            "key": kept.key,
            "prepared": kept.prepared,
            "blocking_parts": list(kept.blocking_parts),
            "counted": list(kept.counted),
            "touched": kept.touched,
            "rank": kept.rank,
        }
        for kept in prepared
    ]
    return Statement("merge_prepared", {"rows": rows, "at": milliseconds(run.finished_at)})


def _note_written(transaction: Transaction, prepared: Iterable[PreparedCustomer]) -> None:
    for kept in prepared:
        transaction.written.write(kept.key, kept.blocking_parts)


def _pieces(prepared: Iterable[PreparedCustomer], size: int) -> Iterator[list[PreparedCustomer]]:
    remaining = iter(prepared)
    while piece := list(islice(remaining, size)):
        yield piece
