"""Files that say what is true: CSV with a header, checked for the columns that are needed."""

import csv
from pathlib import Path

from graph.errors import SourceReadError, reason_of


def read_columns(file: Path, needed: set[str], advice: str) -> list[dict[str, str]]:
    """Rows of a CSV file by column; ``advice`` says which columns it has to have. Raises SourceReadError."""
    try:
        with file.open(encoding="utf-8-sig", newline="") as opened:
            # Strict: else a quotation mark that nobody closes takes the rows after it, and they are lost.
            rows = csv.DictReader(opened, restval="", strict=True)
            missing = ", ".join(sorted(needed - set(rows.fieldnames or ())))
            if missing:
                raise SourceReadError(f"{file}:1: no column {missing}.", advice)
            try:
                return list(rows)
            except csv.Error:
                problem = f"{file}:{rows.line_num + 1}: a row of cells begins here that does not end."
                raise SourceReadError(problem, "A quotation mark may be missing; save it as CSV again.") from None
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        problem = f"{file} cannot be read as a CSV file ({reason_of(error)})."
        raise SourceReadError(problem, "Check the path; save it as CSV in UTF-8.") from None
