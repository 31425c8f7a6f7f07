"""Hashed emails: what lets a source that only sends hashes meet those that send emails.

Each customer with an email also has the SHA-256 hashes of it, as whoever sends hashes would make them. So both meet at
the hash, whichever comes first, and only forwards: a hash knows customers, never an email, and nothing leads from one
to the other but a link between customers.
"""

from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256

from graph.kinds import EMAIL, HASHED_EMAIL
from graph.records import CustomerRecord, IdentifierValue

Row = dict[str, object]


def hash_key(address: str) -> str:
    """Key of the hash of an address."""
    return f"{HASHED_EMAIL}:{sha256(address.encode()).hexdigest()}"


def hashed(emails: Iterable[IdentifierValue]) -> Mapping[str, str]:
    """Keys of hashes -> key of the email: of its normalised form, and of its match key where that is another text."""
    return {hash_key(text): email.key for email in emails for text in {email.normalised, email.match_key}}


def emails_of(customers: Iterable[CustomerRecord]) -> Iterator[tuple[str, IdentifierValue]]:
    """Customer key and email, for each of their emails."""
    for record in customers:
        for value in record.identifiers:
            if value.kind == EMAIL:
                yield f"{record.source}:{record.external_id}", value


def has_hash_rows(customers: Iterable[CustomerRecord]) -> list[Row]:
    """One row per customer and hash, sorted, so that writers lock in one order."""
    pairs = {(key, customer) for customer, email in emails_of(customers) for key in hashed([email])}
    return [{"key": key, "customer": customer, "value": key.split(":", 1)[1]} for key, customer in sorted(pairs)]
