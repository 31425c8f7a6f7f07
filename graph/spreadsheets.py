"""Files that a spreadsheet opens. They hold personal data, so they are their owner's alone.

A cell that it would take for a formula gets an apostrophe before it, and is read without.
"""

import csv
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from stat import S_ISREG

from graph.errors import SourceReadError

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
_GUARDED = (*_FORMULA, "'")
_OWNER_ONLY = 0o600


def open_for_owner(path: Path) -> int:
    """Descriptor of a file to be written anew that only its owner can read, also where it was there. Raises OSError."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _OWNER_ONLY)
    if S_ISREG(os.fstat(handle).st_mode):
        os.fchmod(handle, _OWNER_ONLY)
    return handle


def guarded(cell: str) -> str:
    """The cell as no spreadsheet runs it."""
    return f"'{cell}" if cell.startswith(_GUARDED) else cell


def plain(cell: str) -> str:
    """What was meant by a cell."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(_GUARDED) else cell


def numbered_rows(file: Path, lines: Iterable[str], delimiter: str = ",") -> Iterator[tuple[int, list[str]]]:
    """The rows of a CSV file, the header too, each with the line on which it begins. Raises SourceReadError."""
    # Strict: else a quotation mark that nobody closes makes one cell of all rows after it, and they are lost.
    reader, line = csv.reader(lines, delimiter=delimiter, strict=True), 1
    try:
        for cells in reader:
            yield line, cells
            line = reader.line_num + 1
    except csv.Error as error:
        raise _broken_row(f"{file}:{line}", error) from None


def _broken_row(place: str, error: csv.Error) -> SourceReadError:
    """What is wrong with a row that cannot be read; ``place``: file and line where it begins."""
    if "field limit" in str(error):
        problem = f"{place}: a cell begins in this row that is longer than {csv.field_size_limit():,} characters."
        return SourceReadError(problem, "Shorten it, or close a quotation mark that is open.")
    problem = f"{place}: a row of cells begins here that does not end."
    return SourceReadError(problem, "A quotation mark may be missing; save it as CSV again.")
