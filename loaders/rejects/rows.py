"""Dead letters as rows of the store: its schema, and both ways."""

import sqlite3
from datetime import datetime
from typing import Any

import orjson

from loaders.local_database import written
from loaders.rejects.model import DeadLetter, KeptLetter, Position, Reason, Stage, Status
from loaders.rejects.sealing import Seal

SCHEMA = """
CREATE TABLE IF NOT EXISTS dead_letter (
    seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, row_id TEXT NOT NULL,
    source TEXT NOT NULL, connector TEXT NOT NULL, mapping TEXT NOT NULL, input INTEGER NOT NULL,
    place TEXT NOT NULL, number INTEGER NOT NULL, received_at TEXT NOT NULL,
    raw BLOB, mended BLOB, columns TEXT,
    stage TEXT NOT NULL, code TEXT NOT NULL, message TEXT NOT NULL, field TEXT, row_rejected INTEGER NOT NULL,
    run_id TEXT, attempts INTEGER NOT NULL, first_seen TEXT NOT NULL, last_seen TEXT NOT NULL,
    status TEXT NOT NULL, note TEXT
) STRICT;
CREATE INDEX IF NOT EXISTS dead_letter_status ON dead_letter (status, source, code);
CREATE INDEX IF NOT EXISTS dead_letter_row ON dead_letter (row_id);
CREATE INDEX IF NOT EXISTS dead_letter_last_seen ON dead_letter (last_seen);
"""

# Seen again, a letter keeps its row, which is the same, and what a person decided: one that was mended stays replayed,
# because of two rows of one age the mended one counts. One that only another mapping could read is open again, and so
# is a mended value of a row that only its delivery dates: what a later one loaded lacks it, until it is replayed again.
UPSERT = """
INSERT INTO dead_letter (
    id, row_id, source, connector, mapping, input, place, number, received_at, raw, columns,
    stage, code, message, field, row_rejected, run_id, attempts, first_seen, last_seen, status
) VALUES (
    :id, :row_id, :source, :connector, :mapping, :input, :place, :number, :received_at, :raw, :columns,
    :stage, :code, :message, :field, :row_rejected, :run_id, 1, :now, :now, 'open'
) ON CONFLICT (id) DO UPDATE SET
    mapping = excluded.mapping, number = excluded.number, received_at = max(received_at, excluded.received_at),
    stage = excluded.stage, code = excluded.code, message = excluded.message, field = excluded.field,
    row_rejected = excluded.row_rejected, run_id = excluded.run_id,
    attempts = attempts + 1, last_seen = excluded.last_seen,
    status = CASE
        WHEN status = 'replayed' AND (mended IS NULL OR (:dated_by_delivery AND excluded.received_at > received_at))
        THEN 'open' ELSE status END
"""


# Their numbers count the rows of one reading, which begins elsewhere each time: they tell no row from another.
_COUNTED_ANEW = frozenset({"database", "http", "singer", "dlt"})


def to_row(letter: DeadLetter, seal: Seal, run_id: str | None, now: datetime) -> dict[str, Any]:
    """Parameters of ``UPSERT``."""
    position, reason = letter.position, letter.reason
    number = None if letter.connector in _COUNTED_ANEW else position.number
    row_id = seal.fingerprint([letter.source, letter.input, position.place, number, letter.raw])
    return {
        # A row may have several values that were set aside.
        "id": row_id if reason.row_rejected else f"{row_id}-{reason.field}",
        "row_id": row_id,
        "source": letter.source,
        "connector": letter.connector,
        "mapping": letter.mapping,
        "input": letter.input,
        "place": position.place,
        "number": position.number,
        "received_at": written(letter.received_at),
        "raw": seal.close(letter.raw),
        "columns": None if letter.columns is None else orjson.dumps(list(letter.columns)).decode(),
        **reason_row(reason),
        "dated_by_delivery": letter.dated_by_delivery,
        "run_id": run_id,
        "now": written(now),
    }


def reason_row(reason: Reason) -> dict[str, Any]:
    """A reason as parameters."""
    return {
        "stage": reason.stage,
        "code": reason.code,
        "message": reason.message,
        "field": reason.field,
        "row_rejected": int(reason.row_rejected),
    }


def from_row(row: sqlite3.Row, seal: Seal | None) -> KeptLetter:
    """A letter; without ``seal`` without its raw row. Raises ConfigurationError."""
    raw, mended = row["raw"], row["mended"]
    return KeptLetter(
        id=row["id"],
        row_id=row["row_id"],
        letter=DeadLetter(
            source=row["source"],
            connector=row["connector"],
            position=Position(row["place"], row["number"]),
            received_at=datetime.fromisoformat(row["received_at"]),
            raw=seal.open(raw) if seal and raw is not None else "",
            reason=Reason(Stage(row["stage"]), row["code"], row["message"], row["field"], bool(row["row_rejected"])),
            mapping=row["mapping"],
            input=row["input"],
            columns=None if row["columns"] is None else orjson.loads(row["columns"]),
        ),
        mended=None if mended is None else seal.open(mended) if seal else "",
        run_id=row["run_id"],
        attempts=row["attempts"],
        first_seen=datetime.fromisoformat(row["first_seen"]),
        last_seen=datetime.fromisoformat(row["last_seen"]),
        status=Status(row["status"]),
        note=row["note"],
    )
