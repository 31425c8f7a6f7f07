"""Profile ids: opaque, and stable while customers join and leave.

A profile's id names the customer that its source knew first, as a resolution saw it last: what is written between two
resolutions renames nobody. It is written so that nobody takes it apart: a checksum
tells a damaged id from an unknown one. Every id ever given out keeps resolving to the profile that now holds that
customer.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as Base64Error
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

_PREFIX, _VISITOR_PREFIX = "p_", "v_"
_CHECKSUM_BYTES, _VISITOR_BYTES = 4, 16
# Of a customer whose source does not say since when it knows it.
_LAST = 2**63 - 1


def profile_id(customer: str) -> str:
    """The id of the profile that is named after this customer key."""
    content = customer.encode()
    return _PREFIX + urlsafe_b64encode(_checksum(content) + content).decode().rstrip("=")


def visitor_id(customer: str) -> str:
    """The id of the same profile for those who may not know who it is: nothing leads back from it.

    A profile id holds a customer key, which may be an email.
    """
    hashed = blake2b(customer.encode(), digest_size=_VISITOR_BYTES, person=b"visitor").digest()
    return _VISITOR_PREFIX + urlsafe_b64encode(hashed).decode().rstrip("=")


@dataclass(frozen=True, slots=True)
class Ranks:
    """Ranks for naming profiles by customer: by which they are named ``now``, and ``then``, after a resolution.

    Since when the source knows the customer, in epoch milliseconds; none of those who name no profile.
    """

    now: Mapping[str, int | None]
    then: Mapping[str, int | None]

    @classmethod
    def of(cls, rows: Iterable[Mapping[str, Any]]) -> "Ranks":
        """From rows with ``key``, ``created_at`` (epoch ms), ``retired`` and ``rank``."""
        now, then = dict[str, int | None](), dict[str, int | None]()
        for row in rows:
            if row["rank"] is not None:
                now[row["key"]] = row["rank"]
            if not row["retired"]:
                then[row["key"]] = _LAST if row["created_at"] is None else row["created_at"]
        return cls(now, then)

    def changes(self, customer: str) -> bool:
        """Whether a customer's rank is not what it was."""
        return self.now.get(customer) != self.then.get(customer)


def first_of(ranks: Mapping[str, int | None]) -> str:
    """The member that gives a profile its id: first by rank, then by key; those without a rank come last."""
    return min(ranks, key=lambda key: (ranks[key] is None, ranks[key] or 0, key))


def customer_of(identifier: str) -> str | None:
    """The customer key in a profile id; none where it is no profile id of ours."""
    body = identifier.removeprefix(_PREFIX)
    try:
        decoded = urlsafe_b64decode(body + "=" * (-len(body) % 4))
        customer = decoded[_CHECKSUM_BYTES:].decode()
    except (Base64Error, ValueError):
        return None
    return customer if profile_id(customer) == identifier else None


def _checksum(content: bytes) -> bytes:
    return blake2b(content, digest_size=_CHECKSUM_BYTES).digest()
