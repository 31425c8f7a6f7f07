"""Cursors: content as an opaque text, with a checksum that tells a damaged or invented one from ours.

The checksum is no secret: a cursor says where to go on, and nothing that its reader may not know.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import blake2b

_CHECKSUM_BYTES = 4


def encoded(name: str, content: bytes) -> str:
    """The cursor of some content; ``name``: of the list that it is for, at most 16 letters."""
    return urlsafe_b64encode(_checksum(name, content) + content).decode().rstrip("=")


def decoded(name: str, cursor: str) -> bytes:
    """The content of a cursor. Raises ValueError for one that is not of this list."""
    raw = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
    content = raw[_CHECKSUM_BYTES:]
    if raw[:_CHECKSUM_BYTES] != _checksum(name, content):
        raise ValueError(name)
    return content


def _checksum(name: str, content: bytes) -> bytes:
    return blake2b(content, digest_size=_CHECKSUM_BYTES, person=name.encode()).digest()
