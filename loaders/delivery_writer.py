"""Writing deliveries behind the reading: one after the other, in a thread of its own.

While the database works, its client waits; meanwhile the next delivery is read, translated and prepared. On the sample
company that is 50 of the 75 microseconds of the processor that a row takes here.
"""

import sys
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from threading import Event
from types import TracebackType
from typing import Generic, Protocol, Self, TypeAlias, TypeVar

from graph.connection import Graph
from graph.records import Batch
from graph.writing import Prepared, WriteCounts, prepare, write_prepared
from loaders.progress import Progress
from loaders.report import DeliveryReport
from loaders.spool import Ready, Spool

# The thread that reads gives the interpreter up after 5 ms, and the other asks for it about nine times a statement:
# one that takes the database 5 ms took 15 to 21 ms beside a thread that only counts, and with this interval 8 to 11.
_SWITCH_S = 0.0005

WriteBatch: TypeAlias = Callable[[Batch], WriteCounts]
"""Writes a batch whole or not at all."""


@dataclass(frozen=True, slots=True)
class Writing(Generic[Ready]):
    """How batches are written. ``prepare``: while others are written; ``write``: whole or not at all."""

    prepare: Callable[[Batch], Ready]
    write: Callable[[Ready], WriteCounts]


def writing_into(graph: Graph) -> Writing[Prepared]:
    """Writing into a graph."""
    return Writing(prepare, partial(write_prepared, graph))


Written: TypeAlias = Callable[[DeliveryReport], None]
"""Hears of a delivery that was written to its end."""


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


Spooled = TypeVar("Spooled", bound=Waiting)


class Deliveries(Protocol[Spooled]):
    """Where deliveries go."""

    def spool(self) -> Spooled:
        """For a delivery that is to be read."""
        ...

    def write(self, spool: Spooled, report: DeliveryReport) -> None:
        """Take over a delivery that was read to its end."""
        ...


def unheard(report: DeliveryReport) -> None:
    """Nobody wants to know."""
    del report


class DeliveryWriter(Generic[Ready]):
    """Writes one delivery while the next one is read, in the order in which they are handed over. A context manager.

    Leaving it waits for the last delivery; leaving it with an error ends after the batch that is being written.
    """

    def __init__(
        self, writing: Writing[Ready], batch_rows: int, progress: Progress, on_written: Written = unheard
    ) -> None:
        self._how, self._batch_rows, self._progress, self._on_written = writing, batch_rows, progress, on_written
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="load")
        self._writing: Future[None] | None = None
        self._given_up = Event()
        self._interval = sys.getswitchinterval()

    def __enter__(self) -> Self:
        """The writer itself."""
        sys.setswitchinterval(_SWITCH_S)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Wait until everything is written. Raises GraphError."""
        if error is not None:
            self._given_up.set()
        self._thread.shutdown(wait=True)
        sys.setswitchinterval(self._interval)
        if error is None:
            self._wait()

    def spool(self) -> Spool[Ready]:
        """For a delivery that is to be read."""
        return Spool(self._how.prepare)

    def write(self, spool: Spool[Ready], report: DeliveryReport) -> None:
        """Take over a delivery that is to be written, with its spool. Raises GraphError where the one before failed."""
        try:
            self._wait()
        except BaseException:
            spool.close()
            raise
        self._writing = self._thread.submit(self._empty, spool, report)

    def _wait(self) -> None:
        if self._writing is not None:
            self._writing.result()

    def _empty(self, spool: Spool[Ready], report: DeliveryReport) -> None:
        started, written = time.perf_counter(), 0
        with spool:
            for batch in spool.batches():
                if self._given_up.is_set():
                    return
                report.written += self._how.write(batch)
                written = min(written + self._batch_rows, report.rows)
                self._progress(report.delivery, "written", written)
        report.seconds += time.perf_counter() - started
        self._on_written(report)
