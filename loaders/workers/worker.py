"""One process beside this one: it is sent work, and answers."""

import os
import pickle
import subprocess
import sys
from collections.abc import Callable
from multiprocessing.connection import Pipe
from typing import Any, Generic, TypeVar

from graph.errors import ConfigurationError
from loaders.closing import Closing
from loaders.workers import program

T = TypeVar("T")


def pickled(work: Callable[[], object]) -> bytes:
    """Something to do, as it is sent. Raises what pickling raises."""
    return pickle.dumps(work, pickle.HIGHEST_PROTOCOL)


class Worker(Closing, Generic[T]):
    """A process that ends when this one does, however that happens. A context manager.

    It is no process of ``multiprocessing``: such a one begins with all that this one has imported, 1.5 s under ``cdp``,
    and Ctrl-C reaches it too. ``advice``: what to do where it is ended from outside.
    """

    def __init__(self, advice: str) -> None:
        self._advice = advice
        ours, theirs = Pipe()
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", program.__name__, str(theirs.fileno())],
            stdin=subprocess.PIPE,
            pass_fds=[theirs.fileno()],
            env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
            start_new_session=True,
        )
        theirs.close()
        # A ``Connection``, whose type is another one on Windows.
        self._line: Any = ours

    def kill(self) -> None:
        """End it, whatever it is doing: who waits for its answer hears of that."""
        self._process.kill()
        self._process.communicate()

    def close(self) -> None:
        """End it."""
        self.kill()
        self._line.close()

    def send(self, work: bytes) -> None:
        """Have it do something (``pickled``) after what it was sent before; waits until it has room for long work.

        Raises ConfigurationError where the process was ended.
        """
        try:
            self._line.send_bytes(work)
        except OSError as error:
            raise self._ended() from error

    def answer(self) -> T:
        """What came of the first work not yet answered.

        Raises what it raised, and ConfigurationError where the process was ended.
        """
        try:
            answer = self._line.recv()
        except (EOFError, OSError) as error:
            raise self._ended() from error
        if isinstance(answer, Exception):
            raise answer
        return answer

    def _ended(self) -> ConfigurationError:
        problem = "A process that did a part of the work was ended from outside."
        return ConfigurationError(problem, f"See whether memory ran out, or {self._advice}.")
