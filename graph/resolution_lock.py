"""The lock that lets one resolution write at a time."""

from collections.abc import Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime

from graph.connection import Graph, Transaction
from graph.times import milliseconds

_LOCK = "merge_resolution_lock"


@dataclass(frozen=True, slots=True)
class Locked:
    """How things stand once the lock is held.

    ``model_version``: of the resolution that finished last, none before the first; ``unresolved``: those of the asked
    customers that wait to be resolved.
    """

    model_version: str | None
    unresolved: list[str]


def lock_resolution(transaction: Transaction, customers: Iterable[str] = ()) -> Locked:
    """Make other resolutions wait until the transaction ends. Raises BusyError, GraphError."""
    return Locked(**transaction.run(_LOCK, at=milliseconds(datetime.now(UTC)), keys=list(customers)).rows[0])


def holding_resolution_lock(graph: Graph) -> AbstractContextManager[None]:
    """Make other resolutions wait while the block runs. Raises BusyError, GraphError."""
    return graph.holding(_LOCK, at=milliseconds(datetime.now(UTC)), keys=[])
