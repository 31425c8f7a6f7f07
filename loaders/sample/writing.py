"""The files of the sample: lines in a fixed order, with the damage that real exports have.

Half a per cent of the lines of every text file are damaged copies of good ones, as an interrupted and repeated export
leaves them: cut off, with a column too many, with an impossible date, without an id. The good line is always there too,
so whoever sets the damaged ones aside loses nothing. Two per cent of the JSON lines come a second time, byte for byte.
"""

import csv
import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from gzip import GzipFile
from itertools import chain, islice
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

import orjson

from loaders.sample.dice import Dice
from loaders.sample.sorting import Runs, SortedLines
from loaders.sample.timeline import TRACKED_MONTHS, WORLD_END, iso

BROKEN_SHARE = 0.005
REPEATED_SHARE = 0.02
IMPOSSIBLE_DATES = ("31.02.2026", "2026-13-41", "yesterday")

_LINES_AT_ONCE = 1_000
_MONTH = len("2026-07")
_BROKEN, _REPEATED = "broken", "repeated"
_REPEATED_AFTER_S = (60, 1800)
_LAST_ARRIVAL = WORLD_END - timedelta(seconds=1)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class WrittenFile:
    """One file of the sample. ``rows`` counts all of its data lines, also ``broken`` and ``repeated`` ones."""

    path: str
    rows: int
    broken: int
    repeated: int
    size: int
    sha256: str
    tables: Mapping[str, int] = field(default_factory=dict[str, int])


@dataclass(frozen=True, slots=True)
class CsvFormat:
    """How a CSV file is written, and which of its columns damage can hit."""

    columns: tuple[str, ...]
    id_column: str
    date_column: str
    delimiter: str = ","
    encoding: str = "utf-8"
    line_end: str = "\n"

    def line(self, cells: Sequence[str]) -> bytes:
        """One line without its end."""
        return _row_writer(self.delimiter)(cells).encode(self.encoding)

    def damaged(self, cells: Sequence[str], dice: Dice) -> bytes:
        """A line as a broken export writes it."""
        hurt = list(cells)
        fault = dice.below(4)
        if fault == 0:
            hurt = hurt[: dice.between(2, len(hurt) - 1)]
        elif fault == 1:
            hurt.insert(dice.between(1, len(hurt) - 1), "?")
        elif fault == 2:  # noqa: PLR2004
            hurt[self.columns.index(self.date_column)] = dice.pick(IMPOSSIBLE_DATES)
        else:
            hurt[self.columns.index(self.id_column)] = ""
        return self.line(hurt)


class _Echo:
    """A file that gives back what it was to write, which ``csv.writer`` hands on."""

    def write(self, text: str) -> str:
        return text


@cache
def _row_writer(delimiter: str) -> Callable[[Sequence[str]], str]:
    return csv.writer(_Echo(), delimiter=delimiter, lineterminator="").writerow


class CsvFile:
    """A CSV file, sorted by a key of each row."""

    def __init__(self, folder: Path, path: str, format_: CsvFormat, runs: Runs) -> None:
        self._folder, self._path, self._format = folder, path, format_
        self._lines = runs.lines(path)

    def add(self, key: str, cells: Sequence[str], dice: Dice | None = None) -> None:
        """One row; with dice, now and then a damaged copy of it too."""
        self._lines.add(key, self._format.line(cells))
        if dice is not None and dice.chance(BROKEN_SHARE):
            self._lines.add(f"{key}~", self._format.damaged(cells, dice))
            self._lines.counts[_BROKEN] += 1

    def finish(self) -> list[WrittenFile]:
        """Write the file."""
        header = self._format.line(self._format.columns)
        lines = (line for _, line in self._lines)
        written = write_lines(self._folder / self._path, chain([header], lines), self._format.line_end.encode())
        return [measure(self._folder, self._path, (written - 1, self._lines.counts[_BROKEN], 0))]


@dataclass(frozen=True, slots=True)
class ArrivalFile:
    """JSON lines in order of arrival: one file of a ``JsonLinesFile``."""

    folder: Path
    path: str
    lines: SortedLines

    def finish(self) -> list[WrittenFile]:
        """Write the file, if there is a line for it."""
        if self.lines.is_empty:
            return []
        rows = write_lines(self.folder / self.path, (line for _, line in self.lines), b"\n")
        return [measure(self.folder, self.path, (rows, self.lines.counts[_BROKEN], self.lines.counts[_REPEATED]))]


class JsonLinesFile:
    """JSON lines in order of arrival; a path with ``{month}`` becomes a file for each month in which we track."""

    def __init__(self, folder: Path, path: str, damaged_fields: tuple[str, str], runs: Runs) -> None:
        self._id_field, self._date_field = damaged_fields
        self._month = slice(_MONTH if "{month}" in path else 0)
        # Where the path names no month, all months are one and the same.
        paths = {month[self._month]: path.format(month=month) for month in TRACKED_MONTHS}
        self._files = {month: ArrivalFile(folder, path, runs.lines(path)) for month, path in paths.items()}

    @property
    def files(self) -> list[ArrivalFile]:
        """The files, oldest first."""
        return [*self._files.values()]

    def add(self, document: Mapping[str, Any], arrived: datetime, dice: Dice) -> None:
        """One message; now and then a second time, now and then a damaged copy too."""
        line = orjson.dumps(document)
        self._place(arrived, line)
        if dice.chance(REPEATED_SHARE):
            self._place(arrived + dice.lasting(*_REPEATED_AFTER_S), line)[_REPEATED] += 1
        if dice.chance(BROKEN_SHARE):
            self._place(arrived + timedelta(seconds=2), self._damaged(document, line, dice))[_BROKEN] += 1

    def finish(self) -> list[WrittenFile]:
        """Write the file or files."""
        return [written for file in self.files for written in file.finish()]

    def _place(self, arrived: datetime, line: bytes) -> Counter[str]:
        """Put a line where it belongs; gives what is counted of the lines there."""
        key = iso(min(arrived, _LAST_ARRIVAL))
        lines = self._files[key[self._month]].lines
        lines.add(key, line)
        return lines.counts

    def _damaged(self, document: Mapping[str, Any], line: bytes, dice: Dice) -> bytes:
        fault = dice.below(3)
        if fault == 0:
            return line[: dice.between(len(line) // 4, len(line) - 2)].decode(errors="ignore").encode()
        hurt = dict(document)
        if fault == 1:
            del hurt[self._id_field]
        else:
            hurt[self._date_field] = dice.pick(IMPOSSIBLE_DATES)
        return orjson.dumps(hurt)


def write_lines(path: Path, lines: Iterable[bytes], end: bytes) -> int:
    """Write lines, compressed where the name ends in ``.gz``; the same bytes each time. Gives their number."""
    written = 0
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as raw, _packed(path, raw) as file:
        for block in blocks(lines, _LINES_AT_ONCE):
            file.write(end.join([*block, b""]))
            written += len(block)
    return written


def blocks(values: Iterable[T], size: int) -> Iterator[list[T]]:
    """The values in lists of so many."""
    rest = iter(values)
    while block := list(islice(rest, size)):
        yield block


def _packed(path: Path, raw: BinaryIO) -> AbstractContextManager[GzipFile | BinaryIO]:
    return GzipFile("", "wb", 3, raw, mtime=0) if path.suffix == ".gz" else nullcontext(raw)


def measure(
    folder: Path, path: str, counts: tuple[int, int, int], tables: Mapping[str, int] | None = None
) -> WrittenFile:
    """What was written: counts are rows, broken and repeated ones."""
    rows, broken, repeated = counts
    with (folder / path).open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return WrittenFile(path, rows, broken, repeated, (folder / path).stat().st_size, digest, tables or {})
