"""Writing deliveries behind the reading: some batches at a time, each in a thread of its own.

While the database works, its client waits; meanwhile the next delivery is read, translated and prepared. On the sample
company that is 50 of the 75 microseconds of the processor that a row takes here. Batches make the same graph in any
order, so the database is given more than one at a time; what says how far an input was read comes last.
"""

import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import wait as wait_for
from dataclasses import dataclass
from functools import partial
from types import TracebackType
from typing import Generic, Protocol, Self, TypeAlias, TypeVar

from graph.connection import Graph
from graph.records import Batch
from graph.writing import Prepared, WriteCounts, prepare, write_prepared
from loaders.filling import Filling
from loaders.progress import Progress
from loaders.report import DeliveryReport
from loaders.spool import Ready, Spool, Waiting
from loaders.switching import QuickSwitching

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


Spooled = TypeVar("Spooled", bound=Waiting)
Result = TypeVar("Result")


class Deliveries(Protocol[Spooled]):
    """Where deliveries go."""

    def spool(self) -> Spooled:
        """For a delivery that is to be read."""
        ...

    def fill(self, spool: Spooled, filling: Filling) -> Iterator[None]:
        """Read a delivery to its end; tells, with each step, that more was read. Raises InputError, StorageError."""
        ...

    def write(self, spool: Spooled, report: DeliveryReport, *, in_order: bool) -> None:
        """Take over a delivery that was read to its end. ``in_order``: after all that came before it."""
        ...


def unheard(report: DeliveryReport) -> None:
    """Nobody wants to know."""
    del report


class DeliveryWriter(Generic[Ready]):
    """Writes deliveries while the next one is read. A context manager.

    ``writers``: how many batches, of one delivery or of several, are written at a time. Leaving it waits for all that
    was handed over; leaving it with an error ends after the batches that are being written.
    """

    def __init__(
        self,
        writing: Writing[Ready],
        batch_rows: int,
        progress: Progress,
        on_written: Written = unheard,
        writers: int = 1,
    ) -> None:
        self._how, self._batch_rows, self._progress, self._on_written = writing, batch_rows, progress, on_written
        self._writers = writers
        # Those that go through a delivery only wait for those that write its batches.
        self._delivering = ThreadPoolExecutor(writers, thread_name_prefix="delivery")
        self._writing = ThreadPoolExecutor(writers, thread_name_prefix="load")
        self._under_way: deque[Future[None]] = deque()
        self._failure: BaseException | None = None
        self._switching = QuickSwitching()

    def __enter__(self) -> Self:
        """The writer itself."""
        self._switching.begin()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Wait until everything is written. Raises GraphError."""
        if error is not None:
            self._failure = error
        self._delivering.shutdown()
        self._writing.shutdown()
        self._switching.end()
        if error is None:
            self._wait(leaving=0)

    def spool(self) -> Spool[Ready]:
        """For a delivery that is to be read."""
        return Spool(self._how.prepare)

    def fill(self, spool: Spool[Ready], filling: Filling) -> Iterator[None]:
        """Read a delivery into its spool, batch by batch. Raises InputError, StorageError."""
        for batch in filling.batches(self._batch_rows):
            spool.add(batch)
            yield

    def write(self, spool: Spool[Ready], report: DeliveryReport, *, in_order: bool = False) -> None:
        """Take over a delivery that is to be written, with its spool. Raises GraphError where one before it failed."""
        try:
            self._wait(leaving=0 if in_order else self._writers - 1)
        except BaseException:
            spool.close()
            raise
        self._under_way.append(self._delivering.submit(self._empty, spool, report))

    def _wait(self, leaving: int) -> None:
        for _ in _results(self._under_way, leaving):
            pass

    def _empty(self, spool: Spool[Ready], report: DeliveryReport) -> None:
        started, written = time.perf_counter(), 0
        with spool:
            for counts in self._write_all(spool):
                report.written += counts
                written = min(written + self._batch_rows, report.rows)
                self._progress(report.delivery, "written", written)
        report.seconds += time.perf_counter() - started
        self._on_written(report)

    def _write_all(self, spool: Spool[Ready]) -> Iterator[WriteCounts]:
        """The last one alone: it says that the others are there."""
        under_way: deque[Future[WriteCounts]] = deque()
        try:
            for number, batch in enumerate(spool.batches(), start=1):
                yield from _results(under_way, leaving=0 if number == len(spool) else self._writers - 1)
                under_way.append(self._writing.submit(self._write, batch))
            yield from _results(under_way, leaving=0)
        finally:
            wait_for(under_way)

    def _write(self, batch: Ready) -> WriteCounts:
        """Where the load has failed elsewhere or was interrupted, with that error and nothing written."""
        if self._failure is not None:
            raise self._failure
        try:
            return self._how.write(batch)
        except BaseException as error:
            self._failure = error
            raise


def _results(under_way: "deque[Future[Result]]", leaving: int) -> Iterator[Result]:
    """Of the first ones, until no more than so many are left."""
    while len(under_way) > leaving:
        yield under_way.popleft().result()
