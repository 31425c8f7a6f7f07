"""Deliveries of a bulk load: none of them is written before all of them are."""

from dataclasses import dataclass, field

from graph.bulk.loading import BulkLoad
from graph.records import Batch
from graph.writing import WriteCounts
from loaders.progress import Progress
from loaders.report import DeliveryReport


@dataclass(slots=True)
class BulkDeliveries:
    """Takes the batches in place of the graph, and what is said of deliveries in place of the log."""

    bulk: BulkLoad
    _batches: list[int] = field(default_factory=list[int])
    _waiting: list[tuple[DeliveryReport, list[int]]] = field(default_factory=list[tuple[DeliveryReport, list[int]]])

    def write(self, batch: Batch) -> WriteCounts:
        """Keep a batch; what becomes of it is known at the end. Raises StorageError."""
        self._batches.append(self.bulk.add(batch))
        return WriteCounts()

    def hear(self, report: DeliveryReport) -> None:
        """All batches of a delivery are kept."""
        self._waiting.append((report, self._batches))
        self._batches = []

    def finish(self, progress: Progress) -> list[DeliveryReport]:
        """Put everything into the database; the deliveries, with what was written of each.

        Raises ConfigurationError, StorageError, EmbeddedServerError.
        """
        self.bulk.finish(lambda name, rows: progress(name, "merged", rows))
        for report, batches in self._waiting:
            report.written = sum((self.bulk.counts[number] for number in batches), WriteCounts())
        return [report for report, _ in self._waiting]
