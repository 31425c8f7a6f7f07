"""Rejections: rows and values that could not be used, in a file for whoever mends them.

A line of JSON each, in a file of the source that only its owner can read, because it holds the rows as they came.
"""

import os
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any

import orjson

from graph.errors import SourceReadError
from loaders.sources.files import open_bytes
from loaders.sources.rows import BrokenRow, Row

_OWNER_ONLY = 0o600


@dataclass(frozen=True, slots=True)
class Rejection:
    """A row that was rejected, or (``field`` is given) a value without which its row was kept.

    ``input``: which of the mapping's inputs, from 0. ``raw``: the row as it was read, or its text or cells where it
    could not be read. ``code`` says what was wrong in one word, ``reason`` in words; neither quotes a value.
    """

    source: str
    mapping: str
    input: int
    file: str
    line: int
    field: str | None
    code: str
    reason: str
    raw: Row | str | Sequence[str]
    delivered_at: datetime
    row_rejected: bool = True
    columns: Sequence[str] | None = None


class RejectsFile:
    """The rejections of one source; the file exists as soon as there is one."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file: IO[bytes] | None = None

    def add(self, rejection: Rejection) -> None:
        """One more line."""
        if self._file is None:
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            handle = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, _OWNER_ONLY)
            self._file = os.fdopen(handle, "ab")
        self._file.write(orjson.dumps(asdict(rejection), default=str, option=orjson.OPT_APPEND_NEWLINE))

    def close(self) -> None:
        """Write what is buffered."""
        if self._file is not None:
            self._file.close()
            self._file = None


def read_rejections(path: Path) -> Iterator[Rejection]:
    """The rejections of a file, perhaps with mended rows. Raises SourceReadError."""
    with open_bytes(path) as file:
        for number, line in enumerate(file, start=1):
            if not line.isspace():
                yield _read_rejection(path, number, line)


def _read_rejection(path: Path, number: int, line: bytes) -> Rejection:
    try:
        data: dict[str, Any] = orjson.loads(line)
        data["delivered_at"] = datetime.fromisoformat(data["delivered_at"])
        return Rejection(**data)
    except (ValueError, TypeError, KeyError):
        problem = f"{path}:{number}: not a rejection."
        raise SourceReadError(problem, "Change only `raw` in a rejects file, and keep one object a line.") from None


def mended_row(rejection: Rejection) -> Row | BrokenRow:
    """The row of a rejection: mended, or as broken as before."""
    raw: Any = rejection.raw
    if isinstance(raw, str):
        try:
            raw = orjson.loads(raw)
        except orjson.JSONDecodeError:
            raw = rejection.raw
    if isinstance(raw, dict):
        return raw
    if rejection.columns and isinstance(raw, list) and len(raw) == len(rejection.columns):
        return dict(zip(rejection.columns, raw, strict=True))
    return BrokenRow(rejection.line, raw, rejection.code, rejection.reason, rejection.columns)
