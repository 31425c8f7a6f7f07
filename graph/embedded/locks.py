"""Locks between processes: one download per cache folder, one start or stop per server home."""

import fcntl
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from graph.embedded.storage import storage_errors


@contextmanager
def exclusive_lock(file: Path, on_wait: Callable[[], None]) -> Generator[int]:
    """Hold ``file`` alone; ``on_wait`` is called once when another process holds it.

    The kernel lets go of the lock when its process ends, however it ends, and whoever was given the descriptor that it
    gets here. Raises StorageError.
    """
    with storage_errors(file.parent):
        file.parent.mkdir(parents=True, exist_ok=True)
        handle = file.open("a")
    with handle:
        with storage_errors(file.parent):
            _acquire(handle, on_wait)
        yield handle.fileno()


def _acquire(handle: IO[str], on_wait: Callable[[], None]) -> None:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        on_wait()
        fcntl.flock(handle, fcntl.LOCK_EX)
