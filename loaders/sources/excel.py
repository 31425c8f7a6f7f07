"""Excel files (and OpenDocument sheets): the rows of one sheet, its first row naming the columns."""

import zipfile
from collections.abc import Iterator
from pathlib import Path

import fastexcel

from graph.errors import SourceReadError
from loaders.sources.rows import Read, ReadRow

_ROWS_AT_ONCE = 5_000
# A sheet has at most 1,048,576 rows; a file that holds more than this is none.
_LARGEST_BYTES = 4 << 30
_MIDNIGHT = " 00:00:00"


def read_excel(path: Path, sheet: str | int | None = None) -> Iterator[Read]:
    """The rows of a sheet (name, or number from 1), every value as text; empty rows are none.

    Raises SourceReadError.
    """
    table = _sheet(path, sheet).to_arrow()
    names = table.schema.names
    for begin in range(0, table.num_rows, _ROWS_AT_ONCE):
        columns = [column.to_pylist() for column in table.slice(begin, _ROWS_AT_ONCE).columns]
        for number, values in enumerate(zip(*columns, strict=True), start=begin + 2):
            if any(value is not None for value in values):
                # A date is a moment at midnight to Excel.
                cells = (value and value.removesuffix(_MIDNIGHT) for value in values)
                yield ReadRow(number, dict(zip(names, cells, strict=True)))


def _sheet(path: Path, sheet: str | int | None) -> fastexcel.ExcelSheet:
    _refuse_bomb(path)
    try:
        file = fastexcel.read_excel(path)
        if isinstance(sheet, int) and sheet > len(file.sheet_names):
            raise _missing(path, sheet, file.sheet_names)
        chosen = sheet - 1 if isinstance(sheet, int) else sheet or 0
        # As texts: a postcode keeps its zero, and a column with one word among its numbers loses nothing.
        return file.load_sheet(chosen, dtypes="string")
    except fastexcel.SheetNotFoundError:
        raise _missing(path, sheet, fastexcel.read_excel(path).sheet_names) from None
    except (fastexcel.FastExcelError, OSError) as error:
        problem = f"{path} cannot be read as Excel ({type(error).__name__})."
        raise SourceReadError(problem, "Check that it is whole, has no password, and its `format` is right.") from None


def _missing(path: Path, sheet: str | int | None, found: list[str]) -> SourceReadError:
    return SourceReadError(f"{path} has no sheet {sheet}.", f"It has: {', '.join(found)}.")


def _refuse_bomb(path: Path) -> None:
    """The file is unpacked in memory, so its size is asked for before."""
    if not zipfile.is_zipfile(path):
        return
    with zipfile.ZipFile(path) as archive:
        if sum(member.file_size for member in archive.infolist()) > _LARGEST_BYTES:
            problem = f"{path} unpacks to more than {_LARGEST_BYTES >> 30} GiB."
            raise SourceReadError(problem, "No sheet is as large: deliver it as CSV.")
