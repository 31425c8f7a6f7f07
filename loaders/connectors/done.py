"""Which of the files that are there are to be loaded: whole ones, and not those that were loaded already."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Generic, TypeVar

from loaders.connectors.protocol import Cursor
from loaders.sources.rows import CursorPart

Where = TypeVar("Where")


@dataclass(frozen=True, slots=True)
class Found(Generic[Where]):
    """A file: its name within the place, when it was written, and what it is told apart by from others of that time.

    ``written``: a text that sorts by time, always of one length.
    """

    name: str
    written: str
    mark: str
    where: Where

    @property
    def version(self) -> str:
        """Changes whenever the file does."""
        return f"{self.written}{self.mark}"

    def after(self, input_name: str) -> tuple[CursorPart, ...]:
        """The cursor once it was loaded."""
        return (CursorPart(input_name, self.name, self.written, self.version),)


def is_done(name: str, marker: str | None, is_there: Callable[[str], bool]) -> bool:
    """Whether a file has its marker. ``is_there``: whether a file of a name is."""
    if marker is None:
        return True
    path = PurePosixPath(name)
    return is_there(str(path.with_name(marker.replace("{name}", path.name))))


def unread(found: Collection[Found[Where]], cursor: Cursor) -> Iterator[Found[Where]]:
    """Files of which this version was not loaded, nor one that was written later.

    Servers tell seconds, so a file may be another one with the time that it had before.
    """
    for file in found:
        loaded = cursor.get(file.name)
        if loaded is None or not _is_read(file, str(loaded.position), loaded.value):
            yield file


def _is_read(file: Found[Where], position: str, version: str | None) -> bool:
    """Cursors that were written before have the version as their position."""
    return file.version == (version or position) or file.written < position[: len(file.written)]
