"""A delivery on its way from rows to batches that wait."""

from collections.abc import Iterator
from dataclasses import dataclass

from graph.records import Batch
from loaders.batches import batches_of
from loaders.endings import Ending
from loaders.intake import SetAside, take_in
from loaders.report import DeliveryReport


@dataclass(frozen=True, slots=True)
class Filling:
    """Where it goes besides: what is counted, set aside and held back until its end."""

    report: DeliveryReport
    set_aside: SetAside
    ending: Ending

    def batches(self, rows: int) -> Iterator[Batch]:
        """All batches but the last, each of at most so many rows. Raises SourceReadError, MappingError."""
        ending, source = self.ending, self.ending.intake.mapping.source
        translated = take_in(ending.intake, self.report, self.set_aside)
        return ending.all_but_last(batches_of(translated, source, ending.run_id, rows))
