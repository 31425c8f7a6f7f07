"""What a dead letter is: a row or a value that was set aside, with its place, its reason, and what became of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeAlias

import orjson

from loaders.sources.json_values import json_value
from loaders.sources.rows import BrokenRow, Row

Raw: TypeAlias = Row | str | Sequence[str]
"""A row as it was read, or its text or cells where it could not be read as one."""


class Stage(StrEnum):
    """Where on its way a row was set aside."""

    TRANSPORT = "transport"
    PARSE = "parse"
    SCHEMA = "schema"
    STANDARDISE = "standardise"
    CONSENT = "consent"
    WRITE = "write"


class Status(StrEnum):
    """What became of a dead letter."""

    OPEN = "open"
    REPLAYED = "replayed"
    DISCARDED = "discarded"


@dataclass(frozen=True, slots=True)
class Position:
    """Where a row was: a file and its line, a topic's partition and its offset, a request and its place in it."""

    place: str
    number: int


@dataclass(frozen=True, slots=True)
class Reason:
    """Why. ``code`` says it in one word, ``message`` in words; neither quotes a value.

    ``field``: the value without which the row was kept, or, where ``row_rejected``, the one that cost the row.
    """

    stage: Stage
    code: str
    message: str
    field: str | None = None
    row_rejected: bool = True


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A row that is set aside.

    ``connector``: how it came (``file``, ``database``, ``tracking``, ...). ``mapping`` and ``input``: what would have
    read it. ``received_at``: when its source delivered it, the age of what has none of its own; ``dated_by_delivery``:
    the rest of the row was kept as such. ``columns``: of ``raw`` where that is cells.
    """

    source: str
    connector: str
    position: Position
    received_at: datetime
    raw: Raw
    reason: Reason
    mapping: str = ""
    input: int = 0
    columns: Sequence[str] | None = None
    dated_by_delivery: bool = False


@dataclass(frozen=True, slots=True)
class KeptLetter:
    """A dead letter of the store.

    ``row_id``: of its row, which may have several letters. ``mended``: what a person made of ``raw``. ``attempts``: how
    often it was tried.
    """

    id: str
    row_id: str
    letter: DeadLetter
    mended: Raw | None
    run_id: str | None
    attempts: int
    first_seen: datetime
    last_seen: datetime
    status: Status
    note: str | None

    def row(self) -> Row | BrokenRow:
        """The row to try: mended, or as broken as it came."""
        letter = self.letter
        raw: Any = letter.raw if self.mended is None else self.mended
        if isinstance(raw, str):
            raw = _object_or_text(raw)
        if isinstance(raw, dict):
            return raw
        if letter.columns and isinstance(raw, list) and len(raw) == len(letter.columns):
            return dict(zip(letter.columns, raw, strict=True))
        reason = letter.reason
        return BrokenRow(letter.position.number, raw, reason.code, reason.message, letter.columns)

    def as_document(self, *, with_raw: bool) -> dict[str, Any]:
        """As JSON; only ``with_raw`` with personal data."""
        letter, reason = self.letter, self.letter.reason
        document: dict[str, Any] = {
            "id": self.id,
            "row_id": self.row_id,
            "source": letter.source,
            "connector": letter.connector,
            "mapping": letter.mapping,
            "input": letter.input,
            "place": letter.position.place,
            "number": letter.position.number,
            "received_at": letter.received_at,
            "stage": reason.stage,
            "code": reason.code,
            "message": reason.message,
            "field": reason.field,
            "row_rejected": reason.row_rejected,
            "run_id": self.run_id,
            "attempts": self.attempts,
            "first_seen": self.first_seen,
            "last_seen": self.last_seen,
            "status": self.status,
            "note": self.note,
            "is_mended": self.mended is not None,
        }
        if with_raw:
            document |= {"columns": letter.columns, "raw": letter.raw, "mended": self.mended}
        return document


def _object_or_text(text: str) -> Any:  # noqa: ANN401 -- whatever JSON holds
    try:
        # One line may still begin with the mark of its file: readers used to leave it there.
        return json_value(text.removeprefix("\ufeff"))
    except orjson.JSONDecodeError:
        return text
