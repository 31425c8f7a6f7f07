"""Replay: dead letters are tried again, after they or the mapping were mended.

A letter is marked as replayed after the records of its row were committed. When the process dies between the two, the
next replay writes the same records, which changes nothing, and marks it.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from itertools import groupby
from secrets import token_hex
from typing import Any

from graph.errors import ConfigurationError, InputError
from graph.writing import WriteCounts
from loaders.rejects.model import KeptLetter, Reason, Status
from loaders.rejects.readers import LetterReader, ReadAgain, Readers
from loaders.rejects.reasons import REFUSED_BY_DATABASE, reason_of_broken
from loaders.rejects.selection import Selection
from loaders.rejects.store import DeadLetters, Settlement
from loaders.sources.rows import BrokenRow

_LETTERS_AT_ONCE = 1_000


@dataclass(slots=True)
class ReplayReport:
    """What became of letters.

    ``again``: rejected again, by source and code. ``problems``: why others were not tried. ``found``: letters of values
    that nobody saw while their row was rejected.
    """

    run_id: str
    tried: int = 0
    replayed: int = 0
    found: int = 0
    again: Counter[tuple[str, str]] = field(default_factory=Counter[tuple[str, str]])
    problems: dict[str, int] = field(default_factory=dict[str, int])
    written: WriteCounts = field(default_factory=WriteCounts)

    @property
    def still_open(self) -> int:
        """Letters that were selected and are still open."""
        return self.again.total() + sum(self.problems.values())

    def as_document(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "run_id": self.run_id,
            "tried": self.tried,
            "replayed": self.replayed,
            "found": self.found,
            "still_open": self.still_open,
            "again": [{"source": s, "code": c, "letters": n} for (s, c), n in sorted(self.again.items())],
            "problems": [{"problem": problem, "letters": letters} for problem, letters in self.problems.items()],
            "written": asdict(self.written),
        }


def replay(letters: DeadLetters, selection: Selection, readers: Readers) -> ReplayReport:
    """Try the open letters of a selection again, a part at a time, each written whole or not at all.

    Letters that nothing can read stay open, with the reason in the report. Raises GraphError, LocalStoreError,
    ConfigurationError where letters are encrypted and their key is missing.
    """
    report = ReplayReport(f"replay-{datetime.now(UTC):%Y%m%dT%H%M%S}-{token_hex(3)}")
    for page in letters.pages(replace(selection, status=Status.OPEN), _LETTERS_AT_ONCE):
        for reader, group in _readable(page, readers, report):
            settlement = _try(reader, group, report)
            letters.settle(settlement, report.run_id)
            _count(report, group, settlement)
    return report


def _readable(
    page: Sequence[KeptLetter], readers: Readers, report: ReplayReport
) -> Iterator[tuple[LetterReader, list[KeptLetter]]]:
    """Letters that one reader reads, with it."""
    for _, found in groupby(page, key=_origin):
        group = list(found)
        try:
            yield readers.of(group[0].letter), group
        except (InputError, ConfigurationError) as error:
            report.problems[str(error)] = report.problems.get(str(error), 0) + len(group)


def _origin(kept: KeptLetter) -> tuple[str, str, str, int]:
    letter = kept.letter
    return letter.source, letter.connector, letter.mapping, letter.input


def _try(reader: LetterReader, group: Sequence[KeptLetter], report: ReplayReport) -> Settlement:
    """Every row once: several of its values may have been set aside. Raises GraphError."""
    settlement = Settlement()
    good: list[tuple[Sequence[KeptLetter], ReadAgain]] = []
    for _, found in groupby(group, key=lambda kept: kept.row_id):
        row = list(found)
        read = _read(reader, row[0])
        if read.rejected is None:
            good.append((row, read))
        else:
            _reject(row, read.rejected, settlement)
    written = reader.write([read.records for _, read in good], report.run_id)
    report.written += written.counts
    for position, (row, read) in enumerate(good):
        if position in written.refused:
            _reject(row, REFUSED_BY_DATABASE, settlement)
        else:
            _settle_values(row, read.set_aside, settlement)
    return settlement


def _read(reader: LetterReader, kept: KeptLetter) -> ReadAgain:
    row = kept.row()
    return ReadAgain(rejected=reason_of_broken(row)) if isinstance(row, BrokenRow) else reader.read(kept, row)


def _reject(row: Sequence[KeptLetter], why: Reason, settlement: Settlement) -> None:
    settlement.again |= dict.fromkeys((kept.id for kept in row), why)


def _settle_values(row: Sequence[KeptLetter], reasons: Sequence[Reason], settlement: Settlement) -> None:
    """Which of a row's letters are settled, when the row is kept and some of its values are not."""
    by_field = {reason.field: reason for reason in reasons}
    for kept in row:
        known = None if kept.letter.reason.row_rejected else by_field.pop(kept.letter.reason.field, None)
        if known is None:
            settlement.replayed.append(kept.id)
        else:
            settlement.again[kept.id] = known
    raw = row[0].row()
    assert not isinstance(raw, BrokenRow)
    settlement.found += [replace(row[0].letter, raw=raw, reason=reason, columns=None) for reason in by_field.values()]


def _count(report: ReplayReport, group: Sequence[KeptLetter], settlement: Settlement) -> None:
    source = group[0].letter.source
    report.tried += len(group)
    report.replayed += len(settlement.replayed)
    report.found += len(settlement.found)
    for reason in settlement.again.values():
        report.again[source, reason.code] += 1
