"""Ending: a process that stays up until SIGTERM or Ctrl-C."""

import signal
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
