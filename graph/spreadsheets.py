"""Cells of files that a spreadsheet opens.

One that it would take for a formula gets an apostrophe before it, and is read without.
"""

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
_GUARDED = (*_FORMULA, "'")


def guarded(cell: str) -> str:
    """The cell as no spreadsheet runs it."""
    return f"'{cell}" if cell.startswith(_GUARDED) else cell


def plain(cell: str) -> str:
    """What was meant by a cell."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(_GUARDED) else cell
