"""What every connector is: ``read(cursor)`` gives deliveries, each of which knows the cursor after it."""

from collections.abc import Iterator, Mapping
from typing import Protocol, TypeAlias

from graph.records import SourceCursor
from loaders.sources.rows import Delivery

Cursor: TypeAlias = Mapping[str, SourceCursor]
"""How far an input was read, by part; empty: it never was, or is read from the start."""


class Connector(Protocol):
    """One input of a mapping as deliveries."""

    @property
    def input(self) -> str:
        """Name of the input in cursors."""
        ...

    @property
    def is_sequence(self) -> bool:
        """Whether each delivery goes on where the one before ended: then none is taken after one that was refused."""
        ...

    def read(self, cursor: Cursor) -> Iterator[Delivery]:
        """The deliveries since a cursor. Raises SourceReadError."""
        ...
