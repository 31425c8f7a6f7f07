"""Several processes that make one sample: each goes through all pieces of the work and does those that are free."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from loaders.closing import Closing
from loaders.workers.worker import Worker, pickled

T = TypeVar("T")


class Claims:
    """Who does which piece: the first who leaves its mark in the folder, which is there and empty at the beginning."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def take(self, piece: str) -> bool:
        """Whether the piece was free; it no longer is."""
        try:
            (self._folder / piece).touch(exist_ok=False)
        except FileExistsError:
            return False
        return True


class Crew(Closing):
    """This process, which has the number 0, and workers beside it. A context manager."""

    def __init__(self, size: int) -> None:
        self._workers = [Worker[Any]("make fewer --people") for _ in range(size - 1)]

    def close(self) -> None:
        """End the workers."""
        for worker in self._workers:
            worker.close()

    def work(self, theirs: Callable[[int], T], mine: Callable[[int], T]) -> list[T]:
        """What each made, called with its number. Raises what one raised, ConfigurationError if one was ended."""
        for number, worker in enumerate(self._workers, start=1):
            worker.send(pickled(partial(theirs, number)))
        return [mine(0), *(worker.answer() for worker in self._workers)]
