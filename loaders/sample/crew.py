"""Several processes that make one sample: each goes through all pieces of the work and does those that are free."""

import multiprocessing
import os
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from threading import Thread
from types import TracebackType
from typing import Self, TypeVar

from graph.errors import ConfigurationError

T = TypeVar("T")


class Claims:
    """Who does which piece: the first who leaves its mark in the folder."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder

    def take(self, piece: str) -> bool:
        """Whether the piece was free; it no longer is."""
        try:
            (self._folder / piece).touch(exist_ok=False)
        except FileExistsError:
            return False
        return True


class Crew:
    """This process, which has the number 0, and helpers beside it. They end when it does, however that happens."""

    def __init__(self, size: int) -> None:
        self._helpers = range(1, size)
        # No process is started before there is something for it to do. Not forked: that is unsafe beside threads.
        context = multiprocessing.get_context("spawn")
        self._pool = ProcessPoolExecutor(max(len(self._helpers), 1), context, _end_with_parent)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._pool.shutdown(cancel_futures=True)

    def work(self, theirs: Callable[[int], T], mine: Callable[[int], T]) -> list[T]:
        """What each made, called with its number. Raises what a helper raised, ConfigurationError if one was ended."""
        promised = [self._pool.submit(theirs, helper) for helper in self._helpers]
        try:
            return [mine(0), *(helper.result() for helper in promised)]
        except BrokenProcessPool as error:
            problem = "A process that made a part of the sample was ended from outside."
            raise ConfigurationError(problem, "See whether memory ran out, or make fewer --people.") from error


def _end_with_parent() -> None:
    """An executor's process would wait for ever for its parent's next call."""
    Thread(target=_wait_for_parent_to_end, name="parent", daemon=True).start()


def _wait_for_parent_to_end() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
