"""Files that say what is true: CSV with a header, checked for the columns that are needed."""

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import IO

from graph.errors import SourceReadError, reason_of
from graph.spreadsheets import numbered_rows


def read_columns(file: Path, needed: set[str], advice: str) -> list[dict[str, str]]:
    """Rows of a CSV file by column; ``advice`` says which columns it has to have. Raises SourceReadError."""
    try:
        with file.open(encoding="utf-8-sig", newline="") as opened:
            return _rows(file, opened, needed, advice)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        problem = f"{file} cannot be read as a CSV file ({reason_of(error)})."
        raise SourceReadError(problem, "Check the path; save it as CSV in UTF-8.") from None


def _rows(file: Path, opened: IO[str], needed: set[str], advice: str) -> list[dict[str, str]]:
    found = numbered_rows(file, opened)
    _, names = next(found, (1, []))
    missing = ", ".join(sorted(needed - set(names)))
    if missing:
        raise SourceReadError(f"{file}:1: no column {missing}.", f"{advice} Cells are parted by commas.")
    twice = next((name for name in names if name and names.count(name) > 1), None)
    if twice:
        raise SourceReadError(f"{file}:1: the column {twice} stands there twice.", "Leave out one of them.")
    return [_row(f"{file}:{line}", names, cells) for line, cells in found if cells]


def _row(place: str, names: Sequence[str], cells: Sequence[str]) -> dict[str, str]:
    if any(cells[len(names) :]):
        problem = f"{place}: the row has more cells than there are columns."
        raise SourceReadError(problem, "A cell with a comma in it needs quotation marks.")
    return {**dict.fromkeys(names, ""), **dict(zip(names, cells, strict=False))}
