"""Hub labels: brought in line with what has changed since they were written: names, users, guards."""

from collections.abc import Collection, Iterable, Iterator
from functools import partial

from graph.connection import Graph, Reader, Transaction
from graph.guards import DEVICE, Guards, current_guards
from graph.hub_rows import hub_rows

_NODES_A_TRANSACTION = 10_000


def renew_hub_labels(graph: Graph, guards: Guards) -> None:
    """Look at every identifier and device again. Raises GraphError."""
    for statement, renew in (("list_identifier_keys", renew_identifiers), ("list_device_keys", renew_devices)):
        for keys in _pages(graph, statement):
            graph.write(partial(renew, keys=keys, guards=guards))


def renew_hubs_of(transaction: Transaction, customers: Collection[str]) -> None:
    """Look again at what some customers hold, because they have other names now. Raises GraphError."""
    if customers:
        held = transaction.run("lock_identifiers_of", keys=sorted(customers)).rows
        renew_identifiers(transaction, (row["key"] for row in held))


def renew_identifiers(transaction: Transaction, keys: Iterable[str], guards: Guards | None = None) -> None:
    """Look at some identifiers again. ``guards``: those in force, unless given. Raises GraphError."""
    used = guards or current_guards()
    transaction.run("merge_identifier_hubs", rows=hub_rows(keys, used), guards=None if guards else used.hub_digest)


def renew_devices(transaction: Transaction, keys: Iterable[str], guards: Guards | None = None) -> None:
    """The same for devices."""
    used = guards or current_guards()
    rows, told_by = [{"device": key} for key in sorted(keys)], None if guards else used.hub_digest
    transaction.run("merge_device_hubs", rows=rows, hub_above=used.hub_above(DEVICE), guards=told_by)


def has_labels_of_other_guards(graph: Reader, guards: Guards) -> bool:
    """Whether a process with other guards wrote labels since all of them were looked at. Raises GraphError."""
    return any(row["digest"] != guards.hub_digest for row in graph.read("list_guards_in_use"))


def forget_guards_in_use(transaction: Transaction) -> None:
    """Say that all labels are about to be looked at again. Raises GraphError."""
    transaction.run("erase_guards_in_use")


def _pages(graph: Graph, statement: str) -> Iterator[list[str]]:
    after = ""
    while keys := [row["key"] for row in graph.read(statement, after=after, limit=_NODES_A_TRANSACTION)]:
        yield keys
        after = keys[-1]
