"""Full snapshots: the newest delivery holds every customer, and who is not in it any more is retired.

An older snapshot says nothing that the newest does not say better, so it is not loaded; neither is one that is older
than the one that was loaded last. The same one again is loaded again, and changes nothing.
"""

from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b

import numpy as np

from graph.errors import SuspiciousSnapshotError
from graph.records import Batch, CustomerRecord, Snapshot
from graph.times import milliseconds
from loaders.connectors.protocol import Connector, Cursor
from loaders.sources.rows import CursorPart, Delivery

PART = "newest"


@dataclass(frozen=True, slots=True)
class SnapshotConnector:
    """The newest delivery of another connector."""

    connector: Connector
    is_sequence: bool = False

    @property
    def input(self) -> str:
        """As of the other one."""
        return self.connector.input

    def read(self, cursor: Cursor) -> Iterator[Delivery]:
        """The newest delivery, if none that is newer was loaded. Raises SourceReadError."""
        newest = max(self.connector.read(cursor), key=_age, default=None)
        loaded = cursor.get(PART)
        if newest is not None and (loaded is None or milliseconds(newest.delivered_at) >= int(loaded.position)):
            yield replace(newest, after=lambda: self._after(newest), is_snapshot=True)

    def _after(self, delivery: Delivery) -> Sequence[CursorPart]:
        position = milliseconds(delivery.delivered_at)
        return (*delivery.after(), CursorPart(self.input, PART, position))


def _age(delivery: Delivery) -> tuple[int, str]:
    return milliseconds(delivery.delivered_at), delivery.path


class Members:
    """The customers of a snapshot, as ``hashes`` of eight bytes: 80 MB for ten million."""

    def __init__(self) -> None:
        self.hashes = array("Q")

    def add(self, customers: Iterable[CustomerRecord]) -> None:
        """Some more."""
        self.hashes.extend(_hash(record.key) for record in customers)

    def marked(self, batch: Batch, snapshot: Snapshot | None) -> Batch:
        """A batch as a part of a snapshot, if it is of one, its customers among these."""
        if snapshot is None:
            return batch
        self.add(batch.customers)
        return replace(batch, snapshot=snapshot)

    def extend(self, others: "Members") -> None:
        """Those of another part of the snapshot."""
        self.hashes.extend(others.hashes)

    def missing(self, before: Iterable[str], name: str, max_lost: float) -> list[str]:
        """Who of those that the snapshot held before is not in it any more.

        Raises SuspiciousSnapshotError where they are a larger share than ``max_lost``, or the snapshot is empty.
        """
        keys = list(before)
        held = np.unique(np.frombuffer(self.hashes, dtype=np.uint64)) if self.hashes else np.empty(0, np.uint64)
        hashes = np.fromiter(map(_hash, keys), np.uint64, len(keys))
        missing = [keys[place] for place in np.flatnonzero(~np.isin(hashes, held))]
        if max_lost < 1 and (not self.hashes or len(missing) > max_lost * len(keys)):
            raise SuspiciousSnapshotError(name, len(missing), len(keys), max_lost)
        return missing


def _hash(key: str) -> int:
    return int.from_bytes(blake2b(key.encode(), digest_size=8).digest())
