"""Files of this machine: all of them each time, or from drop folders those that are whole and were not loaded yet."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from loaders.connectors.done import Found, is_done, unread
from loaders.connectors.old_names import with_old_names
from loaders.connectors.protocol import Cursor
from loaders.mappings.model import Location
from loaders.sources.deliveries import file_delivery, find_deliveries, located_files, name_within
from loaders.sources.rows import Delivery


@dataclass(frozen=True, slots=True)
class PlainConnector:
    """Files, and databases without a column to go on from: everything each time, because that changes nothing."""

    input: str
    location: Location
    folders: tuple[Path, ...]
    delivered_at: datetime | None = None
    is_sequence: bool = False

    def read(self, cursor: Cursor) -> Iterator[Delivery]:
        """Every file and table. Raises SourceReadError."""
        del cursor
        yield from find_deliveries(self.location, self.folders, self.delivered_at)


@dataclass(frozen=True, slots=True)
class FilesConnector:
    """Files that are each loaded once."""

    input: str
    location: Location
    folders: tuple[Path, ...]
    delivered_at: datetime | None = None
    is_sequence: bool = False

    def read(self, cursor: Cursor) -> Iterator[Delivery]:
        """The files that have their marker and were not loaded yet, sorted by name. Raises SourceReadError."""
        whole = (path for path in located_files(self.location, self.folders) if self._done(path))
        found = [file for path in whole for file in _found(path, self.folders)]
        for file in unread(found, with_old_names(cursor, {file.name: _old_name(file) for file in found})):
            # Its time is the one of the list: who takes a file away meanwhile holds no other one up.
            at = self.delivered_at or datetime.fromtimestamp(int(file.written) / 1e9, UTC)
            delivery = file_delivery(self.location, file.where, file.name, at)
            yield replace(delivery, after=partial(file.after, self.input))

    def _done(self, path: Path) -> bool:
        return is_done(str(path), self.location.done, lambda name: Path(name).exists())


def _old_name(file: Found[Path]) -> str:
    return file.where.name if Path(file.name).is_absolute() else file.name


def _found(path: Path, folders: tuple[Path, ...]) -> Iterator[Found[Path]]:
    """The file, if it is still there."""
    with suppress(FileNotFoundError):
        state = path.stat()
        yield Found(name_within(path, folders), f"{state.st_mtime_ns:020d}", f"-{state.st_size:015d}", path)
