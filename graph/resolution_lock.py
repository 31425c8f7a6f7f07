"""The lock that lets one resolution write at a time."""

from collections.abc import Collection, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime

from graph.connection import Graph, Row, Statement, Transaction
from graph.errors import UnfinishedRunError
from graph.surroundings import ChangedCustomers, changed_statement
from graph.times import milliseconds


@dataclass(frozen=True, slots=True)
class Locked:
    """How things stand once the lock is held.

    ``model_version``: of the resolution that finished last, none before the first; ``unresolved``: those of the asked
    customers that wait to be resolved.
    """

    model_version: str | None
    unresolved: list[str]


def lock_resolution(transaction: Transaction) -> Locked:
    """Make other resolutions wait until the transaction ends. Raises UnfinishedRunError, BusyError, GraphError."""
    return _locked(transaction, ())


def lock_to_resolve(
    transaction: Transaction, customers: Collection[str], counted: Sequence[str]
) -> tuple[Locked, ChangedCustomers]:
    """The same, and as ``read_changed`` what a resolution compares of some customers, in one round trip.

    Raises UnfinishedRunError, BusyError, GraphError.
    """
    statements = [_locking(customers), changed_statement(customers, counted, with_holders=True)]
    rows = transaction.run_joined("lock_to_resolve", statements).rows
    # Where nothing is known of any of them there is no row, although the lock is held.
    locked = _of(rows[0]) if rows else _locked(transaction, customers)
    return locked, ChangedCustomers.of(rows)


def holding_resolution_lock(graph: Graph) -> AbstractContextManager[None]:
    """Make other resolutions wait while the block runs. Raises BusyError, GraphError.

    After a run that was interrupted too: whoever holds it so long can repair what that left.
    """
    locking = _locking(())
    return graph.holding(locking.name, **locking.parameters)


def _locked(transaction: Transaction, customers: Collection[str]) -> Locked:
    return _of(_locking(customers).run_in(transaction).rows[0])


def _of(row: Row) -> Locked:
    """How things stand, unless nothing can be built on it."""
    if row["unfinished"]:
        raise UnfinishedRunError
    return Locked(row["model_version"], row["unresolved"])


def _locking(customers: Collection[str]) -> Statement:
    return Statement("merge_resolution_lock", {"at": milliseconds(datetime.now(UTC)), "keys": list(customers)})
