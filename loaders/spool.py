"""A file on its way: translated batches wait until it is known that the whole file is good enough.

The first ones wait in memory, because storing and reading back takes nearly as long as translating; the others on disk,
so that memory stays flat whatever the size of a delivery. The file has no name: nothing is left when the process dies.
"""

import pickle
import tempfile
from collections.abc import Iterator

from graph.records import Batch
from loaders.closing import Closing

_IN_MEMORY = 4


class Spool(Closing):
    """Batches in order of writing. A context manager."""

    def __init__(self) -> None:
        self._first: list[Batch] = []
        self._file = tempfile.TemporaryFile(prefix="cdp-")  # noqa: SIM115 -- closed by __exit__
        self._on_disk = 0

    def close(self) -> None:
        """The same without a context."""
        self._first.clear()
        self._file.close()

    def add(self, batch: Batch) -> None:
        """One more batch."""
        if len(self._first) < _IN_MEMORY:
            self._first.append(batch)
        else:
            pickle.dump(batch, self._file, pickle.HIGHEST_PROTOCOL)
            self._on_disk += 1

    def batches(self) -> Iterator[Batch]:
        """All batches, from the first."""
        yield from self._first
        self._file.seek(0)
        for _ in range(self._on_disk):
            yield pickle.load(self._file)  # noqa: S301 -- written by this process, in a file that nobody else can open
