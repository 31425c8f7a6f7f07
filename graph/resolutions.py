"""Resolutions: how the outcome of a run is brought into the graph, only what differs, and never half of it."""

from collections.abc import Sequence
from dataclasses import dataclass

from graph.batches import batched
from graph.connection import Graph, Row, Transaction
from graph.identity_events import IdentityEvent, write_events
from graph.links import ComparedPair, Difference, Link, LinkChanges, changes_of, claim_row, pair_row
from graph.runs import ScoringModel, ScoringRun, write_model, write_run
from graph.times import milliseconds

ROWS_PER_TRANSACTION = 10_000
_GONE = "the evidence for it is gone"


@dataclass(frozen=True, slots=True)
class PreparedCustomer:
    """What a resolution compared of a customer: ``prepared`` as JSON text, and the parts it can be looked up by.

    ``touched``: the customer as it was read; written again since, it stays unresolved.
    """

    key: str
    prepared: str
    blocking_parts: tuple[str, ...]
    touched: int


@dataclass(frozen=True, slots=True)
class Resolution:
    """The outcome of one run: every link and compared pair that now holds."""

    links: Sequence[Link]
    compared: Sequence[ComparedPair]
    model: ScoringModel
    run: ScoringRun


@dataclass(frozen=True, slots=True)
class Increment:
    """What a run changes: differences against the graph, what it compared, and what became of profiles."""

    links: Difference[Link]
    compared: Difference[ComparedPair]
    prepared: Sequence[PreparedCustomer]
    events: Sequence[IdentityEvent]

    @property
    def changes(self) -> LinkChanges:
        """The differences, counted."""
        return changes_of(self.links, self.compared)


def difference_to(graph: Graph, resolution: Resolution) -> tuple[Difference[Link], Difference[ComparedPair]]:
    """What a whole resolution would change. Raises GraphError."""
    links = Difference.of(resolution.links, (Link(**row) for row in graph.stream("list_links")))
    compared = Difference.of(resolution.compared, (ComparedPair(**row) for row in graph.stream("list_compared_pairs")))
    return links, compared


def write_whole(graph: Graph, model: ScoringModel, run: ScoringRun, increment: Increment) -> None:
    """Write what changes in transactions of 10,000 rows, the run last.

    A run that was killed has no ``ScoringRun`` and leaves its customers unresolved: the next one repairs what it left.
    Raises GraphError.
    """
    graph.write(lambda transaction: write_model(transaction, model))
    for statement, rows, parameters in _steps(run, increment):
        for batch in batched(rows, ROWS_PER_TRANSACTION):
            graph.write(lambda t, s=statement, b=batch, p=parameters: t.run(s, rows=b, **p))
    graph.write(lambda transaction: write_events(transaction, run, increment.events))
    graph.write(lambda transaction: write_run(transaction, run))


def write_increment(transaction: Transaction, run: ScoringRun, increment: Increment) -> None:
    """The same within one transaction."""
    for statement, rows, parameters in _steps(run, increment):
        if rows:
            transaction.run(statement, rows=rows, **parameters)
    write_events(transaction, run, increment.events)
    write_run(transaction, run)


def _steps(run: ScoringRun, increment: Increment) -> list[tuple[str, list[Row], dict[str, object]]]:
    at = milliseconds(run.finished_at)
    of_run: dict[str, object] = {"run_id": run.run_id, "model_version": run.model_version}
    retired: dict[str, object] = {"at": at, "reason": _GONE, "run_id": run.run_id}
    prepared = [
        {"key": found.key, "prepared": found.prepared, "blocking_parts": list(found.blocking_parts)}
        for found in increment.prepared
    ]
    resolved = [{"key": found.key, "touched": found.touched} for found in increment.prepared]
    return [
        ("erase_compared_pairs", [pair_row(pair) for pair in increment.compared.gone], {}),
        ("merge_compared_pairs", [claim_row(pair) for pair in increment.compared.written], of_run),
        ("retire_links", [pair_row(pair) for pair in increment.links.gone], retired),
        ("merge_links", [claim_row(link) for link in increment.links.written], {**of_run, "at": at}),
        ("merge_prepared", prepared, {}),
        ("retire_unresolved", resolved, {}),
    ]
