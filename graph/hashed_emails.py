"""Hashed emails: what lets a source that only sends hashes meet those that send emails.

Each customer with an email also has the SHA-256 hashes of it, as whoever sends hashes would make them. So both meet at
the hash, whichever comes first, and only forwards: a hash knows customers, never an email, and nothing leads from one
to the other but a link between customers.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

from graph.connection import Row
from graph.kinds import EMAIL, HASHED_EMAIL
from graph.records import CustomerRecord


def hash_key(address: str) -> str:
    """Key of the hash of an address."""
    return f"{HASHED_EMAIL}:{sha256(address.encode()).hexdigest()}"


@dataclass(frozen=True, slots=True)
class EmailHash:
    """A hash of an email of a customer; all three are keys."""

    customer: str
    email: str
    key: str


def email_hashes(customers: Iterable[CustomerRecord]) -> list[EmailHash]:
    """The hashes of all emails: of the normalised form, and of the match key where that is another text."""
    return [
        EmailHash(record.key, value.key, hash_key(text))
        for record in customers
        for value in record.identifiers
        if value.kind == EMAIL
        for text in {value.normalised, value.match_key}
    ]


def has_hash_rows(hashes: Iterable[EmailHash]) -> list[Row]:
    """One row per customer and hash, sorted, so that writers lock in one order."""
    pairs = {(found.key, found.customer) for found in hashes}
    return [{"key": key, "customer": customer, "value": key.split(":", 1)[1]} for key, customer in sorted(pairs)]
