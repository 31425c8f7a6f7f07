"""Databases with a column that grows whenever a row changes: rows with the largest value so far and greater ones."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from loaders.connectors.old_names import with_old_names
from loaders.connectors.protocol import Cursor
from loaders.mappings.model import Location
from loaders.mappings.places import Incremental
from loaders.sources.deliveries import DATABASE, located_files, name_within
from loaders.sources.growing import GrowingColumn, resumed
from loaders.sources.rows import CursorPart, Delivery, Read
from loaders.sources.sql import Growth, read_growing


@dataclass(frozen=True, slots=True)
class DatabaseConnector:
    """A table or query. Rows with the largest value are read again, because more may have got it."""

    input: str
    location: Location
    incremental: Incremental
    folders: tuple[Path, ...]
    delivered_at: datetime | None = None
    is_sequence: bool = True

    def read(self, cursor: Cursor) -> Iterator[Delivery]:
        """All rows since the cursor, of each database as one delivery. Raises SourceReadError."""
        if self.location.database:
            yield self._delivery(self.location.database, self.incremental.column, cursor)
            return
        found = located_files(self.location, self.folders)
        files = {self._part(name_within(file, self.folders)): file for file in found}
        known = with_old_names(cursor, {part: self._part(file.name) for part, file in files.items()})
        for part, file in files.items():
            yield self._delivery(file, part, known)

    def _part(self, name: str) -> str:
        return f"{name}:{self.incremental.column}"

    def _delivery(self, place: Path | str, part: str, cursor: Cursor) -> Delivery:
        reading = _Reading(self, place, part, cursor)
        named = f"${place}" if isinstance(place, str) else name_within(place, self.folders)
        name = f"{named}#{self.location.table or 'query'}"
        return Delivery(
            name=name,
            delivered_at=self.delivered_at or datetime.now(UTC),
            read=reading.read,
            path=name if isinstance(place, str) else f"{place}#{self.location.table or 'query'}",
            connector=DATABASE,
            after=reading.after,
        )


class _Reading:
    def __init__(self, connector: DatabaseConnector, place: Path | str, part: str, cursor: Cursor) -> None:
        location, incremental = connector.location, connector.incremental
        self._input, self._part = connector.input, part
        self._column = incremental.column
        self._stored, self._overlap_s = cursor.get(part), incremental.overlap_s
        selection = location.query or location.table or ""
        self._rows: Callable[[Growth], Iterator[Read]] = partial(
            read_growing, place, selection, is_query=location.query is not None
        )
        self._seen = GrowingColumn(self._column)

    def read(self) -> Iterator[Read]:
        since = resumed(self._stored, self._overlap_s) if self._stored else None
        self._seen = GrowingColumn(self._column)
        yield from self._rows(Growth(self._seen, since))

    def after(self) -> Sequence[CursorPart]:
        position = self._seen.position
        return () if position is None else (CursorPart(self._input, self._part, position, self._seen.stored),)
