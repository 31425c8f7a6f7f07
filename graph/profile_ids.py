"""Profile ids: opaque, and stable while customers join and leave.

A profile's id names the customer that its source knew first. It is written so that nobody takes it apart: a checksum
tells a damaged id from an unknown one. Every id ever given out keeps resolving to the profile that now holds that
customer.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as Base64Error
from collections.abc import Mapping
from hashlib import blake2b

_PREFIX, _VISITOR_PREFIX = "p_", "v_"
_CHECKSUM_BYTES, _VISITOR_BYTES = 4, 16


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


def first_of(created_at: Mapping[str, int | None]) -> str:
    """The member that gives a profile its id: first by its source's own time, then by key."""
    return min(created_at, key=lambda key: (created_at[key] is None, created_at[key] or 0, key))


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
