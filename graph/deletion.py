"""Deletion: customers go with everything that only they have."""

from collections.abc import Collection

from graph.connection import Transaction
from graph.hub_labels import renew_devices, renew_identifiers


def delete_customers(transaction: Transaction, customers: Collection[str]) -> int:
    """Delete customers, and see whether what they shared is a hub still; gives how many there were."""
    keys = sorted(customers)
    identifiers = transaction.read("lock_identifiers_of", keys=keys)
    devices = transaction.read("lock_devices_of", keys=keys)
    deleted = transaction.run("erase_customers", keys=keys).rows[0]["customers"]
    for key in keys:
        transaction.written.write(key)
    renew_identifiers(transaction, (row["key"] for row in identifiers))
    renew_devices(transaction, (row["key"] for row in devices))
    return deleted
