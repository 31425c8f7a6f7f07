"""Files in which a person mends rejected rows: JSON lines, or CSV for a spreadsheet. They hold personal data.

A row a line, however many of its values were set aside. Of JSON lines `raw` is changed, of CSV the cells behind the
first columns; a cell that a spreadsheet would run as a formula has an apostrophe before it, and is read without. A
column of the row that is named as one of the first, or as no header can be, is ``row:`` and its name in JSON.
"""

import csv
import os
import re
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from itertools import chain, groupby
from pathlib import Path
from typing import IO, Any

import orjson

from graph.errors import SourceReadError, reason_of
from graph.spreadsheets import guarded, open_for_owner, plain
from loaders.rejects.model import KeptLetter, Raw, Status
from loaders.rejects.selection import Selection
from loaders.rejects.store import DeadLetters
from loaders.sources.csv import CsvOptions, read_csv
from loaders.sources.json_values import json_value
from loaders.sources.jsonl import read_jsonl
from loaders.sources.rows import BrokenRow, Read, Row

_ABOUT = ("dead_letter", "source", "place", "number", "problem")
_TEXT = "unreadable_text"
"""Column of what could not be read as cells."""
_OF_THE_ROW = "row:"
_PLAIN_NAME = re.compile(r"\w[\w .:/()-]*(?<! )")


def export_rows(letters: DeadLetters, selection: Selection, path: Path) -> int:
    """Write the rows of letters to a file that only its owner can read; how many they are. Raises SourceReadError."""
    rows = (row for page in letters.pages(selection) for row in _rows_of(page))
    if path.suffix != ".csv":
        return _write_lines(path, rows)
    columns: dict[str, None] = {}
    for page in letters.pages(selection):
        columns |= dict.fromkeys(name for row in _rows_of(page) for name in _cells(row[0]))
    return _write_cells(path, tuple(columns), rows)


def import_rows(letters: DeadLetters, path: Path) -> list[str]:
    """Keep the mended rows of a file, all or none; gives the ids of all rows in it.

    Raises SourceReadError for a line that is no row of the store, LocalStoreError.
    """
    ids: list[str] = []
    letters.mend(_mended(letters, path, ids))
    return ids


def _rows_of(page: Iterable[KeptLetter]) -> Iterator[list[KeptLetter]]:
    for _, found in groupby(page, key=lambda kept: kept.row_id):
        letters = [kept for kept in found if kept.status != Status.DISCARDED]
        if letters:
            yield letters


def _problem(row: Sequence[KeptLetter]) -> str:
    reasons = (kept.letter.reason for kept in row)
    return "; ".join(f"{reason.field or 'row'}: {reason.code} ({reason.message})" for reason in reasons)


def _write_lines(path: Path, rows: Iterable[Sequence[KeptLetter]]) -> int:
    count = 0
    with _opened(path) as file:
        for row in rows:
            count += 1
            line = _about(row) | {"columns": row[0].letter.columns, "raw": _newest(row[0])}
            file.write(orjson.dumps(line, default=str, option=orjson.OPT_APPEND_NEWLINE))
    return count


def _write_cells(path: Path, columns: Sequence[str], rows: Iterable[Sequence[KeptLetter]]) -> int:
    count = 0
    with _opened(path) as file:
        # A byte order mark: without it some spreadsheets take UTF-8 for something else.
        file.write(b"\xef\xbb\xbf")
        file.write(_csv_line((*_ABOUT, *map(_header, columns))))
        for row in rows:
            count += 1
            cells = _cells(row[0])
            about = (str(value) for value in _about(row).values())
            file.write(_csv_line(guarded(cell) for cell in (*about, *(cells.get(name, "") for name in columns))))
    return count


def _header(column: str) -> str:
    if column not in _ABOUT and not column.startswith(_OF_THE_ROW) and _PLAIN_NAME.fullmatch(column):
        return column
    return _OF_THE_ROW + orjson.dumps(column.encode(errors="replace").decode()).decode()


def _column(header: str) -> str:
    with suppress(orjson.JSONDecodeError):
        if header.startswith(_OF_THE_ROW):
            return str(orjson.loads(header.removeprefix(_OF_THE_ROW)))
    return header


def _csv_line(cells: Iterable[str]) -> bytes:
    line: list[str] = []
    csv.writer(_Collecting(line)).writerow(cells)
    return "".join(line).encode(errors="replace")


class _Collecting:
    def __init__(self, parts: list[str]) -> None:
        self._parts = parts

    def write(self, text: str) -> int:
        self._parts.append(text)
        return len(text)


@contextmanager
def _opened(path: Path) -> Generator[IO[bytes]]:
    try:
        handle = open_for_owner(path)
        with os.fdopen(handle, "wb") as file:
            yield file
    except OSError as error:
        raise SourceReadError(f"{path} cannot be written ({reason_of(error)}).", "Name another file.") from None


def _about(row: Sequence[KeptLetter]) -> dict[str, Any]:
    kept = row[0]
    position = kept.letter.position
    return dict(
        zip(_ABOUT, (kept.row_id, kept.letter.source, position.place, position.number, _problem(row)), strict=True)
    )


def _newest(kept: KeptLetter) -> Raw:
    return kept.letter.raw if kept.mended is None else kept.mended


def _cells(kept: KeptLetter) -> dict[str, str]:
    """The row as cells of columns, as far as it has such."""
    raw: Any = _newest(kept)
    if isinstance(raw, str):
        return {_TEXT: raw}
    if not isinstance(raw, Mapping):
        columns = kept.letter.columns or [f"column_{number}" for number in range(1, len(raw) + 1)]
        raw = dict(zip(columns, chain(raw, [""] * len(columns)), strict=False))
    return {name: _cell(value) for name, value in raw.items()}


def _cell(value: Any) -> str:  # noqa: ANN401 -- whatever a row holds
    if value is None:
        return ""
    return value if isinstance(value, str) else orjson.dumps(value, default=str).decode()


def _mended(letters: DeadLetters, path: Path, ids: list[str]) -> Iterator[tuple[str, Raw]]:
    is_csv = path.suffix == ".csv"
    for read in read_csv(path, CsvOptions()) if is_csv else read_jsonl(path):
        row_id = _row_id(path, read)
        kept = next(iter(letters.find([row_id])), None)
        if kept is None or kept.status == Status.DISCARDED or isinstance(read, BrokenRow):
            what = "no such dead letter" if kept is None else "a discarded dead letter"
            raise SourceReadError(f"{path}:{read.line}: {what}.", "Leave the first column as it was exported.")
        ids.append(row_id)
        raw = _row_of(read.row, kept) if is_csv else read.row.get("raw")
        if raw != _newest(kept):
            yield row_id, _checked(path, read.line, raw)


def _row_id(path: Path, read: Read) -> str:
    row_id = None if isinstance(read, BrokenRow) else read.row.get(_ABOUT[0])
    if not isinstance(row_id, str):
        problem = f"{path}:{read.line}: not a row of rejects."
        raise SourceReadError(problem, "Change only `raw` of a line, or the cells of the row, and keep one row a line.")
    return row_id


def _checked(path: Path, line: int, raw: Any) -> Raw:  # noqa: ANN401
    if isinstance(raw, str | dict) or (isinstance(raw, list) and all(isinstance(cell, str) for cell in raw)):
        return raw
    raise SourceReadError(f"{path}:{line}: `raw` is no row.", "It must be an object, a text, or a list of texts.")


def _row_of(cells: Row, kept: KeptLetter) -> Raw:
    """The row that cells mean: what nobody changed is what it was, with its type."""
    before, raw = _cells(kept), _newest(kept)
    now = {_column(name): plain(text) for name, text in cells.items() if name not in _ABOUT}
    if {name: text for name, text in now.items() if text} == {name: text for name, text in before.items() if text}:
        return raw
    if isinstance(raw, str):
        return now[_TEXT]
    known: Mapping[str, Any] = raw if isinstance(raw, Mapping) else {}
    return {
        name: known[name] if name in known and before[name] == text else _mended_cell(known.get(name), text)
        for name, text in now.items()
        if name in before or text
    }


def _mended_cell(before: Any, text: str) -> Any:  # noqa: ANN401
    """An object or a list stays one, if what was made of its cell is one."""
    if isinstance(before, dict | list):
        with suppress(orjson.JSONDecodeError):
            found = json_value(text)
            return found if isinstance(found, dict | list) else text
    return text
