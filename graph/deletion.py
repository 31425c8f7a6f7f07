"""Deletion: customers go with everything that only they have."""

from collections.abc import Collection

from graph.connection import Transaction
from graph.guards import current_guards
from graph.hub_rows import hub_rows


def delete_customers(transaction: Transaction, customers: Collection[str]) -> int:
    """Delete customers, and see whether what they shared is a hub still; gives how many there were."""
    keys, guards = sorted(customers), current_guards()
    shared = transaction.read("list_identifiers_of", keys=keys)
    deleted = transaction.run("erase_customers", keys=keys).rows[0]["customers"]
    for key in keys:
        transaction.written.write(key)
    rows = hub_rows((row["key"] for row in shared), guards)
    transaction.run("merge_identifier_hubs", rows=rows)
    return deleted
