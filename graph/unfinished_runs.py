"""Unfinished runs: a run over everything writes in many transactions, and marks the graph until the last of them.

The lock cannot tell: the database lets go of it when a process dies, and what that process wrote stays. Nor can its
node carry the mark, because the run holds it all the time; nor another node of its label: making one waited for the
lock until the time was up.
"""

from datetime import datetime, timedelta

from graph.connection import Reader, Transaction
from graph.times import milliseconds, moment


def mark_unfinished(transaction: Transaction, at: datetime) -> None:
    """Mark the graph before a run over everything writes to it; the mark of an interrupted one stays as it is.

    ``at``: nothing that the run writes takes effect before. Raises GraphError.
    """
    transaction.run("merge_unfinished_run", at=milliseconds(at))


def mark_finished(transaction: Transaction) -> None:
    """Take the mark back, with the last that a run over everything writes. Raises GraphError."""
    transaction.run("erase_unfinished_run")


def moment_before_unfinished(graph: Reader) -> datetime | None:
    """The last moment before an interrupted run, whose links the history has; none where no run is unfinished.

    Where several were interrupted one after the other, before the first of them. Raises GraphError.
    """
    rows = graph.read("get_unfinished_run")
    return moment(rows[0]["at"]) - timedelta(milliseconds=1) if rows else None


def resolved_since(graph: Reader, at: datetime) -> frozenset[str]:
    """The customers that were resolved for the first time after a moment. Raises GraphError."""
    return frozenset(row["key"] for row in graph.read("list_resolved_since", at=milliseconds(at)))
