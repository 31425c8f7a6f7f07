"""Deliveries of a bulk load: kept as they are read, and none of them is written before all of them are."""

from dataclasses import dataclass, field

from graph.bulk.loading import BulkLoad
from graph.records import Batch
from graph.writing import WriteCounts
from loaders.closing import Closing
from loaders.progress import Progress
from loaders.report import DeliveryReport


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


@dataclass(slots=True)
class BulkDeliveries:
    """Takes deliveries as ``DeliveryWriter`` does, without a spool of its own: storing twice took a third of a load."""

    bulk: BulkLoad
    _whole: list[tuple[DeliveryReport, list[int]]] = field(default_factory=list[tuple[DeliveryReport, list[int]]])

    def spool(self) -> KeptDelivery:
        """For a delivery that is to be read."""
        return KeptDelivery(self.bulk)

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
