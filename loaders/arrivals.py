"""Deliveries that come by themselves, while a process runs: webhooks."""

from collections.abc import Iterable

from loaders.batches import batches_of
from loaders.delivery_writer import WriteBatch
from loaders.health.streams import Heard, Streams
from loaders.intake import Intake, take_in
from loaders.rejects.model import DeadLetter
from loaders.rejects.store import DeadLetters
from loaders.report import DeliveryReport


class Arrivals:
    """Takes deliveries, each whole or not at all; one for a process, called from any thread."""

    def __init__(self, write: WriteBatch, letters: DeadLetters, streams: Streams, run_id: str) -> None:
        self._write, self._letters, self._streams, self._run_id = write, letters, streams, run_id

    def take(self, intakes: Iterable[Intake]) -> list[DeliveryReport]:
        """Write deliveries; rows that are rejected are set aside, and the others kept.

        What it returns of is on the disk. Raises GraphError, LocalStoreError: then all can be sent again.
        """
        return [self._take(intake) for intake in intakes]

    def _take(self, intake: Intake) -> DeliveryReport:
        report, aside = intake.report(), list[DeadLetter]()
        translated = list(take_in(intake, report, aside.append))
        self._letters.add(aside, self._run_id)
        for batch in batches_of(translated, intake.mapping.source, self._run_id, len(translated)):
            report.written += self._write(batch)
        heard = Heard(report.source, report.connector, report.rows, report.rejected, report.newest_at, report.mapping)
        self._streams.count(heard)
        return report
