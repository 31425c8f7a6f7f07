"""Files that say what is true: CSV with a header, checked for the columns that are needed."""

import csv
from pathlib import Path

from graph.errors import SourceReadError, reason_of


def read_columns(file: Path, needed: set[str], advice: str) -> list[dict[str, str]]:
    """Rows of a CSV file by column; ``advice`` says which columns it has to have. Raises SourceReadError."""
    try:
        with file.open(encoding="utf-8-sig", newline="") as opened:
            rows = csv.DictReader(opened)
            missing = ", ".join(sorted(needed - set(rows.fieldnames or ())))
            if missing:
                raise SourceReadError(f"{file}:1: no column {missing}.", advice)
            return list(rows)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        problem = f"{file} cannot be read as a CSV file ({reason_of(error)})."
        raise SourceReadError(problem, "Check the path; save it as CSV in UTF-8.") from None
