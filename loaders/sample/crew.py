"""Several processes that make one sample: each goes through all pieces of the work and does those that are free."""

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from multiprocessing.connection import Pipe
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

from graph.errors import ConfigurationError
from loaders.sample import crew_member

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


@dataclass(frozen=True, slots=True)
class _Helper:
    """A process, and the pipe on which it is told what to do and answers."""

    process: "subprocess.Popen[bytes]"
    line: Any
    """A ``Connection``, whose type is another one on Windows."""

    def answer(self) -> Any:  # noqa: ANN401 -- whatever the work gave
        """What came of the last work."""
        try:
            answer = self.line.recv()
        except EOFError as error:
            problem = "A process that made a part of the sample was ended from outside."
            raise ConfigurationError(problem, "See whether memory ran out, or make fewer --people.") from error
        if isinstance(answer, Exception):
            raise answer
        return answer


class Crew:
    """This process, which has the number 0, and helpers beside it. They end when it does, however that happens."""

    def __init__(self, size: int) -> None:
        self._helpers = [_start() for _ in range(size - 1)]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        for helping in self._helpers:
            helping.process.kill()
            helping.process.communicate()
            helping.line.close()

    def work(self, theirs: Callable[[int], T], mine: Callable[[int], T]) -> list[T]:
        """What each made, called with its number. Raises what a helper raised, ConfigurationError if one was ended."""
        for number, helping in enumerate(self._helpers, start=1):
            helping.line.send(partial(theirs, number))
        return [mine(0), *(helping.answer() for helping in self._helpers)]


def _start() -> _Helper:
    """Start a helper.

    It is no process of ``multiprocessing``: such a one begins with all that this one has imported, 1.5 s under ``cdp``,
    and Ctrl-C reaches it too.
    """
    ours, theirs = Pipe()
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", crew_member.__name__, str(theirs.fileno())],
        stdin=subprocess.PIPE,
        pass_fds=[theirs.fileno()],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        start_new_session=True,
    )
    theirs.close()
    return _Helper(process, ours)
