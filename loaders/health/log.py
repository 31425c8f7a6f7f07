"""The log of deliveries: a SQLite file beside the dead letters. It survives the process and holds no personal data."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from loaders.closing import Closing
from loaders.local_database import LocalDatabase, written
from loaders.rejects.settings import default_rejects_dir

FILE = "deliveries.sqlite"
_RUNS = 1_000

_SCHEMA = """
CREATE TABLE IF NOT EXISTS delivery (
    run_id TEXT NOT NULL, source TEXT NOT NULL, connector TEXT NOT NULL, mapping TEXT NOT NULL, place TEXT NOT NULL,
    delivered_at TEXT NOT NULL, newest_at TEXT, first_at TEXT NOT NULL, last_at TEXT NOT NULL,
    rows INTEGER NOT NULL, skipped INTEGER NOT NULL, rejected_rows INTEGER NOT NULL, rejected_values INTEGER NOT NULL,
    created INTEGER NOT NULL, updated INTEGER NOT NULL, unchanged INTEGER NOT NULL, seconds REAL NOT NULL,
    problem TEXT, is_news INTEGER NOT NULL,
    PRIMARY KEY (run_id, source, mapping, place)
) STRICT;
CREATE INDEX IF NOT EXISTS delivery_source ON delivery (source, last_at);
CREATE INDEX IF NOT EXISTS delivery_place ON delivery (source, place, delivered_at);
"""
# The parts of one run and place add up: a stream is one delivery an hour. A file that was loaded before and changed
# nothing is no news, however often it is loaded.
_ADD = """
INSERT INTO delivery VALUES (
    :run_id, :source, :connector, :mapping, :place, :delivered_at, :newest_at, :now, :now,
    :rows, :skipped, :rejected_rows, :rejected_values, :created, :updated, :unchanged, :seconds, :problem,
    :problem IS NULL AND :rows > 0 AND (:created + :updated > 0 OR NOT EXISTS (
        SELECT 1 FROM delivery
        WHERE source = :source AND place = :place AND delivered_at = :delivered_at AND problem IS NULL
    ))
) ON CONFLICT DO UPDATE SET
    newest_at = coalesce(max(newest_at, excluded.newest_at), newest_at, excluded.newest_at),
    last_at = max(last_at, excluded.last_at),
    rows = rows + excluded.rows, skipped = skipped + excluded.skipped,
    rejected_rows = rejected_rows + excluded.rejected_rows,
    rejected_values = rejected_values + excluded.rejected_values,
    created = created + excluded.created, updated = updated + excluded.updated,
    unchanged = unchanged + excluded.unchanged, seconds = seconds + excluded.seconds,
    problem = excluded.problem, is_news = max(is_news, excluded.is_news)
"""
_RUNS_OF_SOURCES = """
SELECT * FROM (
    SELECT source, run_id, max(last_at) AS at, max(newest_at) AS newest_at, sum(is_news * rows) AS news,
        sum(problem IS NULL) AS loaded, max(problem) AS problem,
        row_number() OVER (PARTITION BY source ORDER BY max(last_at) DESC) AS place_in_time
    FROM delivery GROUP BY source, run_id
) WHERE place_in_time <= ? ORDER BY source, at DESC
"""


@dataclass(frozen=True, slots=True)
class Delivered:
    """What one file, table, or an hour of a stream brought. ``place``: its path or name.

    ``newest_at``: time of its newest event or record. ``problem``: why nothing of it was kept, in words without values.
    """

    run_id: str
    source: str
    connector: str
    place: str
    delivered_at: datetime
    mapping: str = ""
    newest_at: datetime | None = None
    rows: int = 0
    skipped: int = 0
    rejected_rows: int = 0
    rejected_values: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    seconds: float = 0.0
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class SourceRun:
    """What one run brought of one source. ``news``: rows of deliveries that were new or changed something."""

    source: str
    run_id: str
    at: datetime
    newest_at: datetime | None
    news: int
    is_loaded: bool
    problem: str | None


class DeliveryLog(Closing):
    """The deliveries of one project. A context manager; every method may be called from any thread.

    Raises LocalStoreError.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._database = LocalDatabase((folder or default_rejects_dir()) / FILE, _SCHEMA)

    def close(self) -> None:
        """The same without a context."""
        self._database.close()

    def add(self, delivered: Delivered, at: datetime | None = None) -> None:
        """One more delivery; what has its run, source, mapping and place adds to it. ``at``: when, now if not given."""
        now = at or datetime.now(UTC)
        parameters: dict[str, Any] = asdict(delivered)
        # A clock that is ahead would hide a silence.
        newest = min(delivered.newest_at, now) if delivered.newest_at else None
        times = {"delivered_at": delivered.delivered_at, "newest_at": newest, "now": now}
        self._database.write(_ADD, parameters | {name: moment and written(moment) for name, moment in times.items()})

    def runs(self) -> Sequence[SourceRun]:
        """The newest 1,000 runs of each source, the newest first."""
        return [
            SourceRun(
                source=row["source"],
                run_id=row["run_id"],
                at=datetime.fromisoformat(row["at"]),
                newest_at=row["newest_at"] and datetime.fromisoformat(row["newest_at"]),
                news=row["news"],
                is_loaded=bool(row["loaded"]),
                problem=row["problem"],
            )
            for row in self._database.rows(_RUNS_OF_SOURCES, (_RUNS,))
        ]
