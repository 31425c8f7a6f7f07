"""The intake of one delivery: every row becomes records, or is set aside with its place and its reason."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeAlias

from graph.records import Snapshot
from loaders.mappings.columns import check_columns
from loaders.mappings.model import InputMapping, SourceMapping
from loaders.mappings.reading import reference_of
from loaders.records.context import context_of
from loaders.records.translation import Translated, Translation
from loaders.rejects.model import DeadLetter, Position, Raw, Reason
from loaders.rejects.reasons import reason_of, reason_of_broken
from loaders.report import DeliveryReport, newest_of
from loaders.sources.rows import BrokenRow, Delivery, Read, ReadRow

SetAside: TypeAlias = Callable[[DeadLetter], None]


@dataclass(frozen=True, slots=True)
class Intake:
    """One delivery with the part of a mapping that says what its rows mean."""

    mapping: SourceMapping
    input: int
    delivery: Delivery

    @property
    def input_mapping(self) -> InputMapping:
        """What becomes of the rows."""
        return self.mapping.inputs[self.input]

    @property
    def snapshot(self) -> Snapshot | None:
        """What its customers are members of, where it is a full snapshot."""
        if not self.delivery.is_snapshot:
            return None
        name = self.mapping.cursor_name(self.input).partition("@")[0]
        return Snapshot(name, self.delivery.delivered_at)

    def report(self) -> DeliveryReport:
        """A report in which nothing has happened yet."""
        delivery = self.delivery
        return DeliveryReport(
            source=self.mapping.source.name,
            mapping=reference_of(self.mapping),
            delivery=delivery.name,
            connector=delivery.connector,
            place=delivery.path,
            delivered_at=delivery.delivered_at,
        )

    def age_of(self, read: Read) -> datetime:
        """Of a row that names none."""
        return read.at or self.delivery.delivered_at

    def dead_letter(self, read: Read, raw: Raw, reason: Reason) -> DeadLetter:
        """A row of the delivery that is set aside."""
        return DeadLetter(
            source=self.mapping.source.name,
            connector=self.delivery.connector,
            position=Position(self.delivery.path, read.line),
            received_at=self.age_of(read),
            raw=raw,
            reason=reason,
            mapping=reference_of(self.mapping),
            input=self.input,
        )


def take_in(intake: Intake, report: DeliveryReport, set_aside: SetAside) -> Iterator[Translated]:
    """The rows that give records; counts all of them in the report. Raises SourceReadError, MappingError."""
    translation = Translation(intake.input_mapping, context_of(intake.mapping))
    is_checked = not intake.delivery.has_fixed_columns
    for read in intake.delivery.read():
        report.rows += 1
        if isinstance(read, BrokenRow):
            _reject_broken(intake, read, report, set_aside)
            continue
        if not is_checked:
            check_columns(intake.mapping, intake.input_mapping, intake.delivery.name, read.row)
            is_checked = True
        translated = translation.translate(read.row, intake.age_of(read))
        if translated.rejected is not None:
            report.rejected_rows[translated.rejected.problem.code] += 1
            set_aside(intake.dead_letter(read, read.row, reason_of(translated.rejected, row_rejected=True)))
            continue
        _count_set_aside(intake, read, translated, report, set_aside)
        if translated.is_skipped:
            report.skipped += 1
        else:
            report.newest_at = newest_of(translated, report.newest_at)
            yield translated


def _count_set_aside(
    intake: Intake, read: ReadRow, translated: Translated, report: DeliveryReport, set_aside: SetAside
) -> None:
    age = intake.age_of(read)
    dated_by_delivery = any(customer.observed_at == age for customer in translated.customers)
    for finding in translated.set_aside:
        report.rejected_fields[finding.field, finding.problem.code] += 1
        letter = intake.dead_letter(read, read.row, reason_of(finding, row_rejected=False))
        set_aside(replace(letter, dated_by_delivery=dated_by_delivery))


def _reject_broken(intake: Intake, broken: BrokenRow, report: DeliveryReport, set_aside: SetAside) -> None:
    report.rejected_rows[broken.code] += 1
    letter = intake.dead_letter(broken, broken.raw, reason_of_broken(broken))
    set_aside(replace(letter, columns=broken.columns))
