"""Deletion: customers go with everything that only they have."""

from collections.abc import Collection

from graph.connection import Transaction
from graph.kinds import IDENTIFIER_KINDS


def delete_customers(transaction: Transaction, customers: Collection[str]) -> int:
    """Delete customers, and see whether what they shared is a hub still; gives how many there were."""
    keys = sorted(customers)
    shared = transaction.read("list_identifiers_of", keys=keys)
    deleted = transaction.run("erase_customers", keys=keys).rows[0]["customers"]
    rows = [{"key": row["key"], "hub_above": IDENTIFIER_KINDS[row["kind"]].hub_above} for row in shared]
    transaction.run("merge_identifier_hubs", rows=rows)
    return deleted
