"""The files of the sample: lines in a fixed order, with the damage that real exports have.

Half a per cent of the lines of every text file are damaged copies of good ones, as an interrupted and repeated export
leaves them: cut off, with a column too many, with an impossible date, without an id. The good line is always there too,
so whoever sets the damaged ones aside loses nothing. Two per cent of the JSON lines come a second time, byte for byte.
"""

import csv
import gzip
import hashlib
import heapq
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Self

import orjson

from loaders.sample.dice import Dice
from loaders.sample.timeline import WORLD_END, iso

BROKEN_SHARE = 0.005
REPEATED_SHARE = 0.02
IMPOSSIBLE_DATES = ("31.02.2026", "2026-13-41", "yesterday")

_LINES_IN_MEMORY = 50_000
_REPEATED_AFTER_S = (60, 1800)
_LAST_ARRIVAL = WORLD_END - timedelta(seconds=1)


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


class SortedLines:
    """Collects lines in any order and gives them back by key, with no more than so many in memory."""

    def __init__(self, folder: Path, name: str) -> None:
        self._folder = folder
        self._name = name
        self._lines: list[bytes] = []
        self._spilled: list[Path] = []

    def add(self, key: str, line: bytes) -> None:
        """One line without its end. Neither key nor line may contain a line end, and the key no tab."""
        self._lines.append(b"%s\t%s\n" % (key.encode(), line))
        if len(self._lines) >= _LINES_IN_MEMORY:
            self._spill()

    def __iter__(self) -> Iterator[tuple[str, bytes]]:
        """Keys and lines, smallest key first, equal keys by line."""
        with ExitStack() as files:
            runs = [files.enter_context(path.open("rb")) for path in self._spilled]
            for joined in heapq.merge(*runs, sorted(self._lines)):
                key, _, line = joined[:-1].partition(b"\t")
                yield key.decode(), line

    def _spill(self) -> None:
        path = self._folder / f"{self._name}-{len(self._spilled)}.run"
        with path.open("wb") as run:
            run.writelines(sorted(self._lines))
        self._spilled.append(path)
        self._lines = []


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
        buffer = io.StringIO()
        csv.writer(buffer, delimiter=self.delimiter, lineterminator="").writerow(cells)
        return buffer.getvalue().encode(self.encoding)

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


class CsvFile:
    """A CSV file, sorted by a key of each row."""

    def __init__(self, folder: Path, path: str, format_: CsvFormat, runs: Path) -> None:
        self._folder, self._path, self._format = folder, path, format_
        self._lines = SortedLines(runs, path.replace("/", "-"))
        self._rows = self._broken = 0

    def add(self, key: str, cells: Sequence[str], dice: Dice | None = None) -> None:
        """One row; with dice, now and then a damaged copy of it too."""
        self._lines.add(key, self._format.line(cells))
        self._rows += 1
        if dice is not None and dice.chance(BROKEN_SHARE):
            self._lines.add(f"{key}~", self._format.damaged(cells, dice))
            self._rows += 1
            self._broken += 1

    def finish(self) -> list[WrittenFile]:
        """Write the file."""
        end = self._format.line_end.encode()
        header = self._format.line(self._format.columns)
        lines = (line for _, line in self._lines)
        with _Output(self._folder / self._path) as file:
            for line in _first(header, lines):
                file.write(line + end)
        return [measure(self._folder, self._path, (self._rows, self._broken, 0))]


@dataclass(slots=True)
class _Counts:
    rows: int = 0
    broken: int = 0
    repeated: int = 0


class JsonLinesFile:
    """JSON lines in order of arrival; a path with ``{month}`` becomes a file for each month of arrival."""

    def __init__(self, folder: Path, path: str, damaged_fields: tuple[str, str], runs: Path) -> None:
        self._folder, self._path = folder, path
        self._id_field, self._date_field = damaged_fields
        self._lines = SortedLines(runs, path.replace("/", "-"))
        self._counts: dict[str, _Counts] = {}

    def add(self, document: Mapping[str, Any], arrived: datetime, dice: Dice) -> None:
        """One message; now and then a second time, now and then a damaged copy too."""
        line = orjson.dumps(document)
        self._place(arrived, line).rows += 1
        if dice.chance(REPEATED_SHARE):
            counts = self._place(arrived + dice.lasting(*_REPEATED_AFTER_S), line)
            counts.rows, counts.repeated = counts.rows + 1, counts.repeated + 1
        if dice.chance(BROKEN_SHARE):
            counts = self._place(arrived + timedelta(seconds=2), self._damaged(document, line, dice))
            counts.rows, counts.broken = counts.rows + 1, counts.broken + 1

    def finish(self) -> list[WrittenFile]:
        """Write the file or files."""
        with ExitStack() as open_file:
            month, file = "", None
            for key, line in self._lines:
                if file is None or ("{month}" in self._path and key[:7] != month):
                    month = key[:7]
                    file = open_file.enter_context(_Output(self._folder / self._path_of(month)))
                file.write(line + b"\n")
        return [
            measure(self._folder, path, (counts.rows, counts.broken, counts.repeated))
            for path, counts in sorted(self._by_path().items())
        ]

    def _path_of(self, month: str) -> str:
        return self._path.format(month=month)

    def _by_path(self) -> dict[str, _Counts]:
        by_path: dict[str, _Counts] = {}
        for month, counts in self._counts.items():
            total = by_path.setdefault(self._path_of(month), _Counts())
            total.rows += counts.rows
            total.broken += counts.broken
            total.repeated += counts.repeated
        return by_path

    def _place(self, arrived: datetime, line: bytes) -> _Counts:
        key = iso(min(arrived, _LAST_ARRIVAL))
        self._lines.add(key, line)
        return self._counts.setdefault(key[:7], _Counts())

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


class _Output:
    """A file to write bytes to, compressed where its name ends in ``.gz``, the same bytes each time."""

    def __init__(self, path: Path) -> None:
        self._raw = _prepared(path).open("wb")
        zipped = path.suffix == ".gz"
        self._zip = gzip.GzipFile("", "wb", 6, self._raw, mtime=0) if zipped else None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._zip is not None:
            self._zip.close()
        self._raw.close()

    def write(self, data: bytes) -> None:
        """More bytes."""
        (self._zip or self._raw).write(data)


def measure(
    folder: Path, path: str, counts: tuple[int, int, int], tables: Mapping[str, int] | None = None
) -> WrittenFile:
    """What was written: counts are rows, broken and repeated ones."""
    rows, broken, repeated = counts
    with (folder / path).open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return WrittenFile(path, rows, broken, repeated, (folder / path).stat().st_size, digest, tables or {})


def _prepared(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def _first(header: bytes, lines: Iterable[bytes]) -> Iterator[bytes]:
    yield header
    yield from lines
