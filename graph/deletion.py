"""Deletion: customers go with everything that only they have."""

from collections.abc import Collection

from graph.connection import Transaction
from graph.hub_labels import renew_devices, renew_identifiers


def delete_customers(transaction: Transaction, customers: Collection[str]) -> list[str]:
    """Delete customers, and see whether what they shared is a hub still; gives the identifiers that they held."""
    keys = sorted(customers)
    identifiers = [row["key"] for row in transaction.read("lock_identifiers_of", keys=keys)]
    devices = [row["key"] for row in transaction.read("lock_devices_of", keys=keys)]
    transaction.run("erase_customers", keys=keys)
    for key in keys:
        transaction.written.write(key)
    renew_identifiers(transaction, identifiers)
    renew_devices(transaction, devices)
    return identifiers
