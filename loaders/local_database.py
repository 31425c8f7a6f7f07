"""A SQLite file of this machine, for its owner only, that several threads and processes write."""

import os
import sqlite3
from array import array
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from threading import RLock
from typing import Any

from graph.errors import LocalStoreError
from loaders.closing import Closing

_OWNER_ONLY = 0o600
_FOLDER_OWNER_ONLY = 0o700
_WAIT_S = 30.0

# What was written is on the disk when a transaction ends (FULL), what was deleted is overwritten (secure_delete): these
# are rows with personal data.
_PRAGMAS = ("journal_mode = WAL", "synchronous = FULL", "secure_delete = ON", "foreign_keys = ON")


class LocalDatabase(Closing):
    """One connection behind a lock; other processes have their own. A context manager.

    ``schema``: statements that may be run again. Raises LocalStoreError, as everything here.
    """

    def __init__(self, path: Path, schema: str) -> None:
        self.path = path
        self._lock = RLock()
        with self._errors():
            _make_file(path)
            # Autocommit: transactions are begun by hand, and as writers, so that none fails half-way as a late one.
            self._connection = sqlite3.connect(path, timeout=_WAIT_S, isolation_level=None, check_same_thread=False)
            self._connection.row_factory = sqlite3.Row
            for pragma in _PRAGMAS:
                self._connection.execute(f"PRAGMA {pragma}")
            self._connection.executescript(schema)

    def close(self) -> None:
        """The same without a context."""
        with self._lock:
            self._connection.close()

    @contextmanager
    def transaction(self) -> Generator[sqlite3.Connection]:
        """All of what is written in it, or nothing."""
        with self._lock, self._errors():
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

    def rows(self, statement: str, parameters: dict[str, Any] | Sequence[Any] = ()) -> list[sqlite3.Row]:
        """All rows of a statement that only reads."""
        with self._lock, self._errors():
            return self._connection.execute(statement, parameters).fetchall()

    def numbers(self, statement: str, parameters: dict[str, Any]) -> "array[int]":
        """The whole numbers of a statement's only column, in 8 bytes each."""
        with self._lock, self._errors():
            return array("q", (row[0] for row in self._connection.execute(statement, parameters)))

    def write(self, statement: str, parameters: dict[str, Any] | Sequence[Any] = ()) -> int:
        """One statement in a transaction of its own; how many rows it changed."""
        with self.transaction() as connection:
            return connection.execute(statement, parameters).rowcount

    @contextmanager
    def _errors(self) -> Generator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            problem = f"{self.path} cannot be used ({type(error).__name__}, {_why(error)})."
            raise LocalStoreError(problem, _advice(error)) from None


def written(moment: datetime) -> str:
    """A moment as text that sorts by time."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def _make_file(path: Path) -> None:
    """SQLite gives the files beside the database the rights that the database has."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=_FOLDER_OWNER_ONLY)
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, _OWNER_ONLY))


def _advice(error: Exception) -> str:
    if getattr(error, "sqlite_errorname", None) in {"SQLITE_NOTADB", "SQLITE_CORRUPT"}:
        return "The file is damaged: restore it from a backup (cdp neo4j restore), or move it away to begin anew."
    return "Check that the disk has room and the file is yours."


def _why(error: Exception) -> str:
    return getattr(error, "sqlite_errorname", None) or getattr(error, "strerror", None) or "no reason given"
