"""Ending: a process that stays up until SIGTERM or Ctrl-C, and one that is ended in the middle of its work."""

import signal
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from types import FrameType


@contextmanager
def told_to_end(tell: Callable[[signal.Signals], object]) -> Generator[None]:
    """Call ``tell`` at either signal, for as long as the block runs; in the main thread only.

    Both are heard even in a shell's background job, which is born deaf to Ctrl-C.
    """

    def heard(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 -- as signal handlers are called
        tell(signal.Signals(number))

    before = {number: signal.signal(number, heard) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def end_in_order() -> None:
    """From now on SIGTERM, and the end of the terminal, end this process as Ctrl-C does, with 128 and their number.

    By themselves they end it where it is: customers stayed behind in temporary files, and Neo4j stopped after a dump.
    """
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) == signal.SIG_DFL:  # else somebody wants it to go on, as nohup does
            signal.signal(number, _end)


def _end(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 -- as signal handlers are called
    # Whoever tidies up is not interrupted. A function, because programs that are started then would inherit SIG_IGN.
    signal.signal(number, _go_on)
    sys.exit(128 + number)


def _go_on(number: int, frame: FrameType | None) -> None:
    """Nothing: the end is on its way."""
