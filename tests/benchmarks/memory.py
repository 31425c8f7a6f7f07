"""Peak memory of a measurement that is done by several processes of Python."""

from collections.abc import Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from threading import Event, Thread

import psutil

from loaders.workers import program

_EVERY_S = 1.0


@dataclass(slots=True)
class Peak:
    """Most bytes that this process and its workers held at one moment, and seconds of the processor of the workers."""

    bytes: int = 0
    workers_cpu_s: float = 0.0

    def look(self) -> None:
        """See what they hold now."""
        workers = list(_workers())
        self.bytes = max(self.bytes, sum(each.memory_info().rss for each in (psutil.Process(), *workers)))
        self.workers_cpu_s = max(self.workers_cpu_s, sum(sum(each.cpu_times()[:2]) for each in workers))


@contextmanager
def watched() -> Generator[Peak]:
    """Looks every second."""
    peak, ended = Peak(), Event()

    def look() -> None:
        while not ended.wait(_EVERY_S):
            with suppress(psutil.Error):  # a worker that has just ended
                peak.look()

    thread = Thread(target=look, daemon=True)
    thread.start()
    try:
        yield peak
    finally:
        ended.set()
        thread.join()


def _workers() -> Generator[psutil.Process]:
    for child in psutil.Process().children():
        with suppress(psutil.Error):
            if program.__name__ in child.cmdline():
                yield child
