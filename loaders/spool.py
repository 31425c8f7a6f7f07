"""A file on its way: translated batches wait until it is known that the whole file is good enough.

They wait as they will be written, because preparing is the work of whoever reads: the writer only waits for it. The
first ones are kept in memory; the others on disk, so that memory stays flat whatever the size of a delivery. The file
has no name: nothing is left when the process dies.
"""

import pickle
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, suppress
from pathlib import Path
from types import TracebackType
from typing import Generic, Protocol, Self, TypeVar

from graph.embedded.storage import storage_errors
from graph.records import Batch
from loaders.closing import Closing

_IN_MEMORY = 4

Ready = TypeVar("Ready")


class Waiting(Protocol):
    """Batches of a delivery that wait until all of it was read and found good. A context manager."""

    def __enter__(self) -> Self:
        """The same."""
        ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Let go of them."""
        ...

    def add(self, batch: Batch) -> None:
        """One more batch."""
        ...


class Spool(Closing, Generic[Ready]):
    """Batches in order of writing, each as ``prepare`` makes it. A context manager. Raises StorageError."""

    def __init__(self, prepare: Callable[[Batch], Ready]) -> None:
        self._prepare = prepare
        self._first: list[Ready] = []
        with temporary_storage_errors():
            self._file = tempfile.TemporaryFile(prefix="cdp-")  # noqa: SIM115 -- closed by __exit__
        self._on_disk = 0

    def close(self) -> None:
        """The same without a context."""
        self._first.clear()
        # What a full disk did not take is tried once more here; nobody needs it.
        with suppress(OSError):
            self._file.close()

    def __len__(self) -> int:
        """How many batches there are."""
        return len(self._first) + self._on_disk

    def add(self, batch: Batch) -> None:
        """One more batch."""
        ready = self._prepare(batch)
        if len(self._first) < _IN_MEMORY:
            self._first.append(ready)
        else:
            # The rows of 5,000 events take 16 ms to store and 12 to read back; as records, 55 and 90.
            with temporary_storage_errors():
                pickle.dump(ready, self._file, pickle.HIGHEST_PROTOCOL)
            self._on_disk += 1

    def batches(self) -> Iterator[Ready]:
        """All batches, from the first."""
        yield from self._first
        with temporary_storage_errors():
            self._file.seek(0)
        for _ in range(self._on_disk):
            yield pickle.load(self._file)  # noqa: S301 -- written by this process, in a file that nobody else can open


def temporary_storage_errors() -> AbstractContextManager[None]:
    """The operating system's refusals of temporary files as StorageError."""
    return storage_errors(Path(tempfile.tempdir or "/tmp"), "name another folder with TMPDIR.")  # noqa: S108 -- only told
