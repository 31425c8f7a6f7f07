"""Paging by key: opaque cursors and bounded page sizes.

A cursor holds the position, not an offset, so that a page neither loses nor repeats anything while newer things arrive.
The checksum tells a damaged or invented cursor from one of ours; it is no secret and protects nothing.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import blake2b

import orjson

from graph.errors import InputError
from graph.journeys import JourneyPosition
from graph.times import milliseconds, moment

DEFAULT_PAGE, MAX_PAGE = 20, 100
DEFAULT_PART, MAX_PART = 100, 1_000
_CHECKSUM_BYTES = 4


def page_size(first: int, largest: int = MAX_PAGE) -> int:
    """``first`` where it lies within the bounds. Raises InputError."""
    if not 1 <= first <= largest:
        raise InputError("`first` is out of bounds.", f"Ask for 1 to {largest}.")
    return first


def cursor_of(position: JourneyPosition) -> str:
    """The cursor of a position in a journey."""
    content = orjson.dumps([milliseconds(position.at), position.key])
    return urlsafe_b64encode(_checksum(content) + content).decode().rstrip("=")


def position_of(cursor: str) -> JourneyPosition:
    """The position that a cursor means. Raises InputError for one that is not ours."""
    try:
        decoded = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        at, key = orjson.loads(decoded[_CHECKSUM_BYTES:])
        position = JourneyPosition(moment(at), key)
        ours = cursor_of(position) == cursor
    except (ValueError, TypeError, OverflowError):
        ours, position = False, None
    if position is None or not ours:
        raise InputError("The cursor is not one of ours.", "Use a cursor of an earlier page as it was.")
    return position


def _checksum(content: bytes) -> bytes:
    return blake2b(content, digest_size=_CHECKSUM_BYTES, person=b"journey").digest()
