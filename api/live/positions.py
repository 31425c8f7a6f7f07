"""Positions: how far a subscriber was told, in a cursor that any process of the API can go on from.

What is written is seen when its transaction commits, perhaps minutes after what was written later. So a position is a
moment up to which everything was told, and what was told of the time after it: then nothing is lost and nothing told
twice, whoever goes on.
"""

import struct
from dataclasses import dataclass, field
from hashlib import blake2b

from api.contract.cursors import decoded, encoded
from graph.changes import Change, Place
from graph.errors import InputError
from graph.journeys import key_in_order, key_order

# Beyond so many in the time that may still change, the oldest count as settled, or cursors would grow without a limit.
MAX_TOLD = 250
_NAME = "changes"
_HASH = 8
_HEAD = struct.Struct(">qqH")
# After every key: of what was told before the connection was lost only the latest moment is known.
_LAST_KEY = b"\xff\xff"


@dataclass(slots=True)
class Position:
    """Everything up to ``since`` was told, and of the time after it ``told``.

    ``told``: hash of a key -> its place, as far as it is known: when it was written at the latest.
    """

    since: Place
    told: dict[bytes, Place] = field(default_factory=dict[bytes, Place])

    def is_new(self, change: Change) -> bool:
        """Whether a change was not told yet."""
        return change.place > self.since and _hash(change.key) not in self.told

    def tell(self, *changes: Change) -> None:
        """Note that changes were told."""
        self.told.update((_hash(change.key), change.place) for change in changes)
        if len(self.told) > MAX_TOLD:
            self.settle(sorted(self.told.values())[-MAX_TOLD - 1])

    def settle(self, since: Place) -> None:
        """Everything up to a place was told, and nothing of before it can still come."""
        self.since = max(self.since, since)
        self.told = {hashed: place for hashed, place in self.told.items() if place > self.since}

    def cursor(self) -> str:
        """The position as an opaque text."""
        since, order = self.since
        until = max((at for at, _ in self.told.values()), default=since)
        content = _HEAD.pack(since, until, len(self.told)) + b"".join(self.told) + key_in_order(order).encode()
        return encoded(_NAME, content)


def position_of(cursor: str) -> Position:
    """The position of a cursor. Raises InputError for one that is not ours."""
    try:
        content = decoded(_NAME, cursor)
        since, until, count = _HEAD.unpack_from(content)
        hashes, key = content[_HEAD.size : _HEAD.size + count * _HASH], content[_HEAD.size + count * _HASH :].decode()
        ours = count <= MAX_TOLD and len(hashes) == count * _HASH
    except (ValueError, struct.error):
        ours, since, until, hashes, key = False, 0, 0, b"", ""
    if not ours:
        raise InputError("The cursor is not one of ours.", "Use the cursor of an earlier change as it was.")
    told = {hashes[start : start + _HASH]: (until, _LAST_KEY) for start in range(0, len(hashes), _HASH)}
    return Position((since, key_order(key)), told)


def _hash(key: str) -> bytes:
    return blake2b(key.encode(), digest_size=_HASH).digest()
