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
    """A file: its name within the place, and a version that grows when it is written again."""

    name: str
    version: str
    where: Where

    def after(self, input_name: str) -> tuple[CursorPart, ...]:
        """The cursor once it was loaded."""
        return (CursorPart(input_name, self.name, self.version),)


def is_done(name: str, marker: str | None, is_there: Callable[[str], bool]) -> bool:
    """Whether a file has its marker. ``is_there``: whether a file of a name is."""
    if marker is None:
        return True
    path = PurePosixPath(name)
    return is_there(str(path.with_name(marker.replace("{name}", path.name))))


def unread(found: Collection[Found[Where]], cursor: Cursor) -> Iterator[Found[Where]]:
    """Files that are newer than what was loaded under their name."""
    for file in found:
        loaded = cursor.get(file.name)
        if loaded is None or file.version > str(loaded.position):
            yield file
