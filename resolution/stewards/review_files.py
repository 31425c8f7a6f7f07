"""Review files: questions as CSV for a spreadsheet, and the answers that come back.

A cell that a spreadsheet would take for a formula is written with an apostrophe before it, and read without. Files are
read as spreadsheets write them: with or without a byte order mark, cells parted by comma, semicolon or tab.
"""

import csv
import io
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from graph.customer_facts import VALUES
from graph.errors import SourceReadError, reason_of
from graph.records import PERSON_FIELDS
from graph.review import Question
from graph.spreadsheets import guarded, numbered_rows, open_for_owner, plain

_FACTS = (*PERSON_FIELDS, *VALUES)
_ABOUT = ("kind", "why", "guard", "probability", "confidence", "information", "left_size", "right_size")
_TO_FILL = ("decision", "reason")
COLUMNS = ("left", "right", *_ABOUT, *(f"{side}_{name}" for name in _FACTS for side in ("left", "right")), *_TO_FILL)
REQUIRED = ("left", "right", "decision")
_DELIMITERS = (",", ";", "\t")
_PROBLEM = ("file", "line", "field", "problem")
_ANSWERS = {"same": True, "different": False, "": None}
# Facts are only shown; a spreadsheet makes two rows of a longer cell.
_LONGEST = 30_000
# Where cells stand that no column has, among rows that were set aside.
_BEYOND = "beyond_the_columns"


@dataclass(frozen=True, slots=True)
class Answer:
    """A row of a review file. ``same``: none where it is not answered. ``cells``: by column, as they were meant."""

    line: int
    left: str
    right: str
    same: bool | None
    reason: str
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class SetAside:
    """A row that was not taken: where, which field, and why."""

    file: str
    line: int
    field: str
    problem: str
    cells: Mapping[str, str]


def write_questions(path: Path, questions: Iterable[Question], facts: Mapping[str, Mapping[str, str]]) -> None:
    """Questions with the fields of both records side by side, for the owner of the file only.

    ``facts``: see ``graph.customer_facts``. Raises SourceReadError, also where a file of answers is there already.
    """
    if _has_answers(path):
        raise SourceReadError(f"{path} has answers in it.", "Name another file; or import it, and delete it.")
    _write(path, COLUMNS, (_row(question, facts) for question in questions))


def _row(question: Question, facts: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    sides = {"left": facts.get(question.left, {}), "right": facts.get(question.right, {})}
    return {
        "left": question.left,
        "right": question.right,
        "kind": question.kind,
        "why": question.why,
        "guard": question.guard or "",
        "probability": f"{question.probability:.4f}",
        "confidence": "" if question.confidence is None else f"{question.confidence:.4f}",
        "information": f"{question.information:.4f}",
        "left_size": str(question.left_size),
        "right_size": str(question.right_size),
        **{f"{side}_{name}": _shown(text) for side, known in sides.items() for name, text in known.items()},
    }


def _has_answers(path: Path) -> bool:
    """Whether there is a file that a steward has filled in, as far as it can be read."""
    with suppress(SourceReadError):
        return path.is_file() and any(isinstance(x, SetAside) or x.same is not None for x in read_answers(path))
    return False


def _shown(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]} ..."


def write_set_aside(path: Path, rows: Sequence[SetAside]) -> None:
    """Rows to be mended, with file, line, field and problem; importing the file again tries them again.

    Raises SourceReadError.
    """
    columns = dict.fromkeys(name for row in rows for name in row.cells if name not in _PROBLEM)
    found = (
        {**row.cells, "file": row.file, "line": str(row.line), "field": row.field, "problem": row.problem}
        for row in rows
    )
    _write(path, (*columns, *_PROBLEM), found)


def require_place(path: Path, answers: Path) -> None:
    """Before anything is decided: raises SourceReadError where rows of a file cannot be set aside at a path."""
    if path.resolve() == answers.resolve():
        raise SourceReadError(f"{path} is the file of answers itself.", "Name another file for rows that are wrong.")
    if path.is_dir() or not path.parent.is_dir():
        raise SourceReadError(f"{path} cannot be written: it is a folder, or in none.", "Name another file.")


def _write(path: Path, columns: Sequence[str], rows: Iterable[Mapping[str, str]]) -> None:
    try:
        handle = open_for_owner(path)
        # A byte order mark: without it some spreadsheets take UTF-8 for something else.
        with os.fdopen(handle, "w", encoding="utf-8-sig", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(columns)
            writer.writerows([guarded(row.get(name, "")) for name in columns] for row in rows)
    except OSError as error:
        raise SourceReadError(f"{path} cannot be written ({reason_of(error)}).", "Name another file.") from None


def read_answers(path: Path) -> Iterator[Answer | SetAside]:
    """The rows of a review file; empty ones are left out. Raises SourceReadError."""
    text = _text(path)
    names, delimiter, first = _header(path, text)
    rows = numbered_rows(path, io.StringIO(text, newline=""), delimiter)
    for line, cells in islice(rows, first, None):
        if any(cell.strip() for cell in cells):
            yield _answer(path, line, names, [plain(cell.strip()) for cell in cells])


def _text(path: Path) -> str:
    try:
        found = path.read_bytes()
    except OSError as error:
        raise SourceReadError(f"{path} cannot be read ({reason_of(error)}).", "Name a CSV file.") from None
    try:
        return found.decode("utf-16" if found[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8-sig")
    except UnicodeDecodeError:
        return found.decode("cp1252", errors="replace")  # what spreadsheets write where they do not write UTF-8


def _header(path: Path, text: str) -> tuple[list[str], str, int]:
    """Names of the columns, what parts them, and how many lines come before the rows."""
    lines = text.splitlines()[:2]
    skipped = 1 if lines and lines[0].lower().startswith("sep=") else 0
    header = lines[skipped : skipped + 1]
    for delimiter in _DELIMITERS:
        names = _names(header, delimiter)
        if set(REQUIRED) <= set(names):
            _require_once(path, names)
            return names, delimiter, skipped + 1
    most = max((_names(header, delimiter) for delimiter in _DELIMITERS), key=len)
    missing = ", ".join(name for name in REQUIRED if name not in most)
    raise SourceReadError(f"{path}:{skipped + 1}: no column {missing}.", "Begin with: cdp review export.")


def _names(header: Sequence[str], delimiter: str) -> list[str]:
    try:
        return [cell.strip().lower() for cell in next(csv.reader(header, delimiter=delimiter), [])]
    except csv.Error:  # no header has a cell so long
        return []


def _require_once(path: Path, names: Sequence[str]) -> None:
    twice = next((name for name in (*REQUIRED, "reason") if names.count(name) > 1), None)
    if twice:
        raise SourceReadError(f"{path}:1: the column {twice} stands there twice.", "Leave out one of them.")


def _answer(path: Path, line: int, names: Sequence[str], cells: Sequence[str]) -> Answer | SetAside:
    found = dict(zip(names, cells, strict=False))
    decision = found.get("decision", "").lower()
    missing = next((name for name in ("left", "right") if not found.get(name)), None)
    if any(cells[len(names) :]):
        found[_BEYOND] = " | ".join(cells[len(names) :])
        return SetAside(str(path), line, "decision", "the row has more cells than there are columns", found)
    if decision not in _ANSWERS:
        return SetAside(str(path), line, "decision", "not a word that is known: same, different or nothing", found)
    if missing and decision:
        return SetAside(str(path), line, missing, "there is no customer", found)
    return Answer(
        line, found.get("left", ""), found.get("right", ""), _ANSWERS[decision], found.get("reason", ""), found
    )
