"""The store of dead letters: a SQLite file that survives the process, and is shared by threads and processes."""

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import orjson

from graph.errors import UnknownDeadLetterError
from loaders.closing import Closing
from loaders.local_database import LocalDatabase, written
from loaders.rejects.model import DeadLetter, KeptLetter, Raw, Reason, Status
from loaders.rejects.rows import SCHEMA, UPSERT, from_row, reason_row, to_row
from loaders.rejects.sealing import Seal
from loaders.rejects.selection import CONDITION, Selection
from loaders.rejects.settings import RejectsSettings, default_rejects_dir, rejects_settings

FILE = "dead-letters.sqlite"
_PAGE = 1_000
_FORGET_EVERY_S = 3_600.0

_LIST = f"SELECT * FROM dead_letter WHERE {CONDITION} ORDER BY last_seen DESC, seq DESC LIMIT :limit"  # noqa: S608
_COUNT = f"SELECT source, code, status, count(*) AS letters FROM dead_letter WHERE {CONDITION} GROUP BY 1, 2, 3"  # noqa: S608
_PLACES = f"SELECT seq FROM dead_letter WHERE {CONDITION} ORDER BY source, mapping, input, place, number, row_id, seq"  # noqa: S608
_PAGE_OF = """
    SELECT * FROM dead_letter WHERE seq IN (SELECT value FROM json_each(?))
    ORDER BY source, mapping, input, place, number, row_id, seq
"""
# Nobody needs the row of a discarded letter; what remains lets it be known again.
_DISCARD = f"""
    UPDATE dead_letter SET status = 'discarded', note = coalesce(:note, note), raw = NULL, mended = NULL
    WHERE status <> 'discarded' AND {CONDITION}
"""  # noqa: S608
_REPLAYED = "UPDATE dead_letter SET status = 'replayed', last_seen = :now WHERE id = :id AND status = 'open'"
_TRIED = """
    UPDATE dead_letter SET attempts = attempts + 1, last_seen = :now, stage = :stage, code = :code, message = :message,
        field = :field, row_rejected = :row_rejected
    WHERE id = :id AND status = 'open'
"""
_MEND = "UPDATE dead_letter SET mended = ?, status = 'open' WHERE row_id = ? AND status <> 'discarded'"
_FORGET = "DELETE FROM dead_letter WHERE last_seen < ?"


@dataclass(slots=True)
class Settlement:
    """What became of letters that were tried again: gone into the graph, rejected again, and what else was found."""

    replayed: list[str] = field(default_factory=list[str])
    again: dict[str, Reason] = field(default_factory=dict[str, Reason])
    found: list[DeadLetter] = field(default_factory=list[DeadLetter])


class DeadLetters(Closing):
    """The letters of one project. A context manager; every method may be called from any thread.

    Letters that were not seen for ``keep_days`` are forgotten. Raises LocalStoreError, and ConfigurationError for a key
    that is none.
    """

    def __init__(self, folder: Path | None = None, settings: RejectsSettings | None = None) -> None:
        self._settings = settings or rejects_settings()
        self._seal = Seal(self._settings)
        self._database = LocalDatabase((folder or default_rejects_dir()) / FILE, SCHEMA)
        self._forgot_at = 0.0
        self.forget_old()

    def close(self) -> None:
        """The same without a context."""
        self._database.close()

    @property
    def path(self) -> Path:
        """The file."""
        return self._database.path

    def add(self, letters: Iterable[DeadLetter], run_id: str | None = None) -> int:
        """Keep letters, all of them or none; how many they were. They are on the disk when this returns.

        A row that was set aside before, from the same source and position, is one letter with one more attempt.
        """
        if time.monotonic() - self._forgot_at > _FORGET_EVERY_S:
            self.forget_old()
        now = datetime.now(UTC)
        rows = [to_row(letter, self._seal, run_id, now) for letter in letters]
        if rows:
            with self._database.transaction() as connection:
                connection.executemany(UPSERT, rows)
        return len(rows)

    def newest(self, selection: Selection, limit: int) -> list[KeptLetter]:
        """The letters seen last, without their raw rows."""
        found = self._database.rows(_LIST, {**selection.parameters(), "limit": limit})
        return [from_row(row, None) for row in found]

    def count(self, selection: Selection) -> Mapping[tuple[str, str, Status], int]:
        """How many, by source, code and status."""
        found = self._database.rows(_COUNT, selection.parameters())
        return {(row["source"], row["code"], Status(row["status"])): row["letters"] for row in found}

    def get(self, letter_id: str) -> KeptLetter:
        """One letter with its raw row. Raises UnknownDeadLetterError, ConfigurationError without its key."""
        return self.known([letter_id])[0]

    def find(self, ids: Sequence[str]) -> list[KeptLetter]:
        """The letters of ids of letters or rows that are there, with their raw rows."""
        return [letter for page in self.pages(Selection(ids=ids)) for letter in page]

    def known(self, ids: Sequence[str]) -> list[KeptLetter]:
        """The letters of ids of letters or rows, with their raw rows. Raises UnknownDeadLetterError."""
        found = self.find(ids)
        missing = set(ids) - {name for letter in found for name in (letter.id, letter.row_id)}
        if missing:
            raise UnknownDeadLetterError(f"There is no dead letter {min(missing)}.", "See: cdp rejects list.")
        return found

    def pages(self, selection: Selection, size: int = _PAGE) -> Iterator[list[KeptLetter]]:
        """Letters with their raw rows, as they lay beside each other, so many at once; those that are there now."""
        found = self._database.numbers(_PLACES, selection.parameters())
        for start in range(0, len(found), size):
            page = orjson.dumps(found[start : start + size].tolist()).decode()
            yield [from_row(row, self._seal) for row in self._database.rows(_PAGE_OF, (page,))]

    def discard(self, selection: Selection, note: str | None = None) -> int:
        """Nobody needs these letters: their rows are erased; how many they were."""
        return self._database.write(_DISCARD, {**selection.parameters(), "note": note})

    def mend(self, rows: Iterable[tuple[str, Raw]]) -> None:
        """Keep what a person made of rows, by row id, beside the rows; their letters are open again, all or none."""
        with self._database.transaction() as connection:
            connection.executemany(_MEND, ((self._seal.close(raw), row_id) for row_id, raw in rows))

    def settle(self, settlement: Settlement, run_id: str | None = None) -> None:
        """Keep what became of letters, after the records of those that are replayed were written."""
        now = datetime.now(UTC)
        moment = written(now)
        again = [{"id": known, "now": moment, **reason_row(why)} for known, why in settlement.again.items()]
        with self._database.transaction() as connection:
            connection.executemany(_REPLAYED, [{"id": known, "now": moment} for known in settlement.replayed])
            connection.executemany(_TRIED, again)
            connection.executemany(UPSERT, [to_row(letter, self._seal, run_id, now) for letter in settlement.found])

    def forget_old(self) -> int:
        """Delete the letters that were not seen for ``keep_days``; how many they were."""
        self._forgot_at = time.monotonic()
        oldest = datetime.now(UTC) - timedelta(days=self._settings.keep_days)
        return self._database.write(_FORGET, (written(oldest),))
