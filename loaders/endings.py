"""The end of a delivery: what its last transaction carries, how far the input was read, and whom a snapshot lost."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from graph.batches import batched
from graph.records import Batch, Snapshot, SourceCursor
from loaders.connectors.memory import Memory
from loaders.connectors.snapshots import Members
from loaders.intake import Intake
from loaders.report import DeliveryReport
from loaders.spool import Waiting


@dataclass(slots=True)
class Ending:
    """Holds the last batch back until the whole delivery was read and found good.

    ``max_lost``: of a snapshot; ``members``: whom it holds, as far as it was read.
    """

    intake: Intake
    run_id: str
    memory: Memory
    max_lost: float
    members: Members = field(default_factory=Members)
    _last: Batch | None = None
    _snapshot: Snapshot | None = field(init=False)

    def __post_init__(self) -> None:
        self._snapshot = self.intake.snapshot

    def all_but_last(self, batches: Iterable[Batch]) -> Iterator[Batch]:
        """Each batch, as soon as there is another one."""
        for batch in batches:
            if self._last is not None:
                yield self._last
            self._last = self.members.marked(batch, self._snapshot)

    def finish(self, spool: Waiting, report: DeliveryReport, rows: int) -> None:
        """The last batches: whom a snapshot lost, ``rows`` a batch, and the last one with the cursor.

        Raises SuspiciousSnapshotError.
        """
        parts = self.intake.delivery.after()
        if self._last is None and not parts and self._snapshot is None:
            return
        last = self._last or Batch(self.intake.mapping.source, self.run_id)
        if self._snapshot is not None:
            for missing in batched(self._missing(report), rows):
                spool.add(last)
                last = self._losing(self._snapshot, tuple(missing))
        now, source = datetime.now(UTC), self.intake.mapping.source.name
        cursors = (SourceCursor(source, x.input, x.part, x.position, now, x.value) for x in parts)
        spool.add(replace(last, cursors=tuple(cursors)))

    def _missing(self, report: DeliveryReport) -> list[str]:
        """Nobody where a row was rejected: it may have been theirs."""
        snapshot = self._snapshot
        before = self.memory.snapshot_members(report.source, snapshot.name) if snapshot else ()
        missing = self.members.missing(before, report.delivery, self.max_lost)
        report.retired = 0 if report.rejected else len(missing)
        return missing[: report.retired]

    def _losing(self, snapshot: Snapshot, missing: tuple[str, ...]) -> Batch:
        return Batch(self.intake.mapping.source, self.run_id, snapshot=replace(snapshot, missing=missing))
