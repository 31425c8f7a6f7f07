"""CSV files: delimiter and encoding given or found, quoted line ends, broken rows told by their line."""

import codecs
import csv
import io
import re
from collections import deque
from collections.abc import Generator, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import islice, takewhile
from pathlib import Path
from typing import IO

from graph.errors import SourceReadError
from loaders.settings import load_settings
from loaders.sources.files import detect_encoding, open_bytes
from loaders.sources.limits import TOO_LONG, capped_lines, too_long_reason
from loaders.sources.rows import BrokenRow, Read, ReadRow

DELIMITERS = (",", ";", "\t", "|")
_SNIFFED_LINES = 50
_SNIFFED_LETTERS = 100_000
_UNNAMED = "column_"
_UNDECODABLE = re.compile("[\udc80-\udcff]")


@dataclass(frozen=True, slots=True)
class CsvOptions:
    """How a file is written. ``columns``: names of its columns where it has no header line."""

    delimiter: str | None = None
    encoding: str | None = None
    columns: tuple[str, ...] = ()


def read_csv(path: Path, options: CsvOptions) -> Iterator[Read]:
    """The rows of a file, every value as text. Raises SourceReadError."""
    with _open(path, options) as (lines, delimiter):
        cells = _parsed(lines, delimiter)
        columns = list(options.columns) or _header(cells, path)
        for line, found, problem in cells:
            if problem is None and len(found) == len(columns):
                yield ReadRow(line, dict(zip(columns, found, strict=True)))
            elif lines.is_full:
                advice = "A quote is opened there and never closed."
                raise SourceReadError(f"{path}:{line}: a row is {too_long_reason()}.", advice)
            else:
                code = problem or ("unclosed_quote" if len(lines.taken) > 1 else "wrong_cells")
                lines.give_back()
                reason = _reason(code, len(found), len(columns))
                yield BrokenRow(line, _cells(lines.taken[0], delimiter), code, reason, columns)


def header_of(path: Path, options: CsvOptions) -> list[str]:
    """The columns of a file. Raises SourceReadError."""
    if options.columns:
        return list(options.columns)
    with _open(path, options) as (lines, delimiter):
        return _header(_parsed(lines, delimiter), path)


class _Beginning(str):
    """Of a line that is too long."""

    __slots__ = ()


class _Lines:
    """Lines for the parser, which can be given back.

    A quote that is never closed makes the parser swallow the rows after it. They are given back, so that one broken
    row costs one row; but not where it swallowed more than a line may be long, or each of the rows could do so again.
    """

    def __init__(self, text: IO[str], delimiter: str) -> None:
        self._text, self._delimiter = capped_lines(text), delimiter
        self._again: deque[str] = deque()
        self._left = self._most = load_settings().max_line_bytes
        self.taken: list[str] = []
        self.number = 0
        self.ended = False

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        if self._again:
            line = self._again.popleft()
        else:
            try:
                line, is_too_long = next(self._text)
            except StopIteration:
                self.ended = True
                raise
            line = _Beginning(line) if is_too_long else line
        self.number += 1
        self.taken.append(line)
        self._left -= len(line)
        if self._left < 0 or isinstance(line, _Beginning):
            raise csv.Error
        return line

    @property
    def is_full(self) -> bool:
        """Whether the row is longer than a line may be: nobody can tell where the next one begins."""
        return self._left < 0

    def problem(self) -> str | None:
        """What is wrong with the lines of the row, the parser's opinion aside."""
        first = self.taken[0]
        # Nearly every row: one line of plain letters.
        if len(self.taken) == 1 and first.isascii() and "\0" not in first and not self.ended:
            return TOO_LONG if self._left < 0 or isinstance(first, _Beginning) else None
        if self.is_full or isinstance(first, _Beginning):
            return TOO_LONG
        if any("\0" in line for line in self.taken):
            return "nul_byte"
        if self.ended or isinstance(self.taken[-1], _Beginning) or self._is_closed_by_chance():
            return "unclosed_quote"
        if any(not line.isascii() and _UNDECODABLE.search(line) for line in self.taken):
            return "undecodable"
        return None

    def _is_closed_by_chance(self) -> bool:
        """Whether a quote of a later row ended the cell: then more than a delimiter follows it."""
        if len(self.taken) == 1:
            return False
        try:
            deque(csv.reader(self.taken, delimiter=self._delimiter, skipinitialspace=True, strict=True), maxlen=0)
        except csv.Error:
            return True
        return False

    def begin(self) -> None:
        """From here on, lines belong to the next row."""
        self.taken, self.ended, self._left = [], False, self._most

    def give_back(self) -> None:
        """All lines of the row but its first."""
        self._again.extendleft(reversed(self.taken[1:]))
        self.number -= max(len(self.taken) - 1, 0)
        self.taken = self.taken[:1]


def _parsed(lines: _Lines, delimiter: str) -> Iterator[tuple[int, list[str], str | None]]:
    """Line, cells and problem of each row; blank lines are none."""
    reader = csv.reader(lines, delimiter=delimiter, skipinitialspace=True)
    while True:
        lines.begin()
        problem = None
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            cells, problem = [], "unclosed_quote"
        problem = lines.problem() or problem
        if cells or problem:
            yield lines.number - len(lines.taken) + 1, cells, problem


_REASONS = {
    "unclosed_quote": "a quote is opened and never closed, or a cell is longer than 131,072 characters",
    "undecodable": "bytes that are no letters in the encoding of the file",
    "nul_byte": "a NUL byte, which no text has",
}


def _reason(code: str, found: int, wanted: int) -> str:
    return too_long_reason() if code == TOO_LONG else _REASONS.get(code, f"{found} cells instead of {wanted}")


def _cells(line: str, delimiter: str) -> list[str]:
    """The cells of one line by itself, for whoever mends it."""
    try:
        cells = next(csv.reader([line.rstrip("\r\n")], delimiter=delimiter, skipinitialspace=True), [])
    except csv.Error:
        cells = [line]
    return [_UNDECODABLE.sub("\ufffd", cell) for cell in cells]


def _header(cells: Iterator[tuple[int, list[str], str | None]], path: Path) -> list[str]:
    """The names of the columns; one without a name is ``column_3``, a second ``email`` is ``email_2``."""
    _, found, problem = next(cells, (0, [], None))
    if problem == "nul_byte":
        advice = "Name its `encoding` in the mapping, such as utf-16-le, or its `format`."
        raise SourceReadError(f"{path} is no text: its first line has NUL bytes.", advice)
    if problem == "undecodable":
        advice = "Name its `encoding` in the mapping, such as utf-8 or cp1252."
        raise SourceReadError(f"{path}: its first line has {_REASONS[problem]}.", advice)
    if problem == TOO_LONG:
        problem = f"{path} is no CSV: its first line is {too_long_reason()}."
        raise SourceReadError(problem, "Check its `format`, and that it has line ends.")
    columns: list[str] = []
    for number, cell in enumerate(found, start=1):
        name = cell.strip() or f"{_UNNAMED}{number}"
        times = sum(known == name or known.rpartition("_")[0] == name for known in columns) + 1
        columns.append(name if name not in columns else f"{name}_{times}")
    return columns


def is_unnamed(column: str) -> bool:
    """Whether the header line had no name for a column."""
    return re.fullmatch(rf"{_UNNAMED}\d+", column) is not None


@contextmanager
def _open(path: Path, options: CsvOptions) -> Generator[tuple[_Lines, str]]:
    encoding = _with_mark(options.encoding) if options.encoding else detect_encoding(path)
    delimiter = options.delimiter or _sniffed(path, encoding)
    with _text(path, encoding) as text:
        yield _Lines(text, delimiter), delimiter


def _with_mark(encoding: str) -> str:
    """The same, and of UTF-8 that which may begin with a byte order mark."""
    with suppress(LookupError):  # told when the file is opened
        return "utf-8-sig" if codecs.lookup(encoding).name == "utf-8" else encoding
    return encoding


@contextmanager
def _text(path: Path, encoding: str) -> Generator[io.TextIOWrapper]:
    with open_bytes(path) as file:
        try:
            # Bytes that the encoding lacks are kept apart from letters, so that their row can be told.
            with io.TextIOWrapper(file, encoding, errors="surrogateescape", newline="") as text:
                yield text
        except (LookupError, UnicodeError):
            problem = f"{path} is not encoded as {encoding}."
            raise SourceReadError(problem, "Name its `encoding` in the mapping, such as utf-8 or cp1252.") from None


def _sniffed(path: Path, encoding: str) -> str:
    """The delimiter that cuts the most lines into as many cells as the first, and into the most cells."""
    with _text(path, encoding) as text:
        usable = takewhile(lambda found: not found[1], capped_lines(text))
        lines = [line[:_SNIFFED_LETTERS] for line, _ in islice(usable, _SNIFFED_LINES)]
    return max(DELIMITERS, key=lambda delimiter: _fit(lines, delimiter))


def _fit(lines: list[str], delimiter: str) -> tuple[int, int]:
    try:
        widths = [len(cells) for cells in csv.reader(lines, delimiter=delimiter, skipinitialspace=True) if cells]
    except csv.Error:
        return 0, 0
    if not widths or widths[0] == 1:
        return 0, 0
    return widths.count(widths[0]), widths[0]
