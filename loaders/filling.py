"""A delivery on its way from rows to batches that wait."""

from collections.abc import Iterator
from dataclasses import dataclass

from graph.records import Batch
from loaders.batches import batches_of
from loaders.endings import Ending
from loaders.intake import Intake, SetAside, take_in
from loaders.report import DeliveryReport


@dataclass(frozen=True, slots=True)
class Filling:
    """Where it goes besides: what is counted, set aside and held back until its end."""

    intake: Intake
    report: DeliveryReport
    set_aside: SetAside
    ending: Ending
    run_id: str

    def batches(self, rows: int) -> Iterator[Batch]:
        """All batches but the last, each of at most so many rows. Raises SourceReadError, MappingError."""
        translated = take_in(self.intake, self.report, self.set_aside)
        return self.ending.all_but_last(batches_of(translated, self.intake.mapping.source, self.run_id, rows))
