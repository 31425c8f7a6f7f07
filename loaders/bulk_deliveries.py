"""Deliveries of a bulk load: kept as they are read, and none of them is written before all of them are."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field

from graph.bulk.loading import BulkLoad
from graph.bulk.tables import BatchTables
from graph.records import Batch
from graph.writing import WriteCounts
from loaders.chunks import TakenChunk, chunks_of, take_chunk
from loaders.closing import Closing
from loaders.filling import Filling
from loaders.progress import Progress
from loaders.report import DeliveryReport
from loaders.workers.shared import SharedWork

# Sending a thousand rows there and back takes 5 to 7 ms, translating them 20 to 70. Of more, fewer are still in the
# processor's cache when they are translated: with chunks of 2,000 one core took a tenth longer than with chunks of 200.
_ROWS_A_CHUNK = 1_000


class KeptDelivery(Closing):
    """Batches of one delivery. A context manager, whose end drops them unless they are kept for good by then."""

    def __init__(self, bulk: BulkLoad) -> None:
        self._bulk = bulk
        self.batches: list[int] = []
        self.is_whole = False

    def close(self) -> None:
        """The same without a context."""
        for number in () if self.is_whole else self.batches:
            self._bulk.drop(number)

    def add(self, batch: Batch) -> None:
        """One more batch. Raises StorageError."""
        self.batches.append(self._bulk.add(batch))

    def keep(self, tables: BatchTables) -> None:
        """What one more batch was made into. Raises StorageError."""
        self.batches.append(self._bulk.keep(tables))


@dataclass(slots=True)
class BulkDeliveries:
    """Takes deliveries as ``DeliveryWriter`` does, without a spool of its own: storing twice took a third of a load."""

    bulk: BulkLoad
    work: SharedWork
    _whole: list[tuple[DeliveryReport, list[int]]] = field(default_factory=list[tuple[DeliveryReport, list[int]]])

    def spool(self) -> KeptDelivery:
        """For a delivery that is to be read."""
        return KeptDelivery(self.bulk)

    def fill(self, spool: KeptDelivery, filling: Filling) -> Iterator[None]:
        """Read a delivery, chunk by chunk. Raises InputError, StorageError, ConfigurationError."""
        chunks = chunks_of(filling.ending.intake, filling.ending.run_id, _ROWS_A_CHUNK)
        with closing(self.work.map(take_chunk, chunks)) as taken:
            for chunk in taken:
                if chunk.tables is not None:
                    spool.keep(chunk.tables)
                _tell(filling, chunk)
                yield

    def write(self, spool: KeptDelivery, report: DeliveryReport, *, in_order: bool) -> None:
        """Take over a delivery that was read to its end. All of them are written at once, whatever their order."""
        del in_order
        spool.is_whole = True
        self._whole.append((report, spool.batches))

    def finish(self, progress: Progress) -> list[DeliveryReport]:
        """Put everything into the database; the deliveries, with what was written of each.

        Raises ConfigurationError, StorageError, EmbeddedServerError.
        """
        self.bulk.finish(lambda name, rows: progress(name, "merged", rows))
        for report, batches in self._whole:
            report.written = sum((self.bulk.counts[number] for number in batches), WriteCounts())
        return [report for report, _ in self._whole]


def _tell(filling: Filling, chunk: TakenChunk) -> None:
    filling.report.add(chunk.report)
    filling.ending.members.extend(chunk.members)
    for letter in chunk.letters:
        filling.set_aside(letter)
