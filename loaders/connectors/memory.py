"""What the graph remembers of earlier loads."""

from collections.abc import Iterator
from typing import Protocol

from graph.connection import Graph
from graph.cursors import snapshot_members, source_cursors
from loaders.connectors.protocol import Cursor


class Memory(Protocol):
    """How far inputs were read, and what snapshots held."""

    def cursor(self, source: str, input_name: str) -> Cursor:
        """How far an input was read."""
        ...

    def snapshot_members(self, source: str, snapshot: str) -> Iterator[str]:
        """Keys of the customers that a snapshot held when it was last loaded."""
        ...


class NoMemory:
    """Of a graph into which nothing was loaded."""

    def cursor(self, source: str, input_name: str) -> Cursor:
        """None."""
        del source, input_name
        return {}

    def snapshot_members(self, source: str, snapshot: str) -> Iterator[str]:
        """None."""
        del source, snapshot
        return iter(())


class GraphMemory:
    """Of a graph. ``from_start``: cursors are not looked at; every method raises GraphError."""

    def __init__(self, graph: Graph, *, from_start: bool = False) -> None:
        self._graph, self._from_start = graph, from_start

    def cursor(self, source: str, input_name: str) -> Cursor:
        """The stored cursor, by part."""
        if self._from_start:
            return {}
        return {cursor.part: cursor for cursor in source_cursors(self._graph, source, input_name)}

    def snapshot_members(self, source: str, snapshot: str) -> Iterator[str]:
        """The customers that are marked as members."""
        return snapshot_members(self._graph, source, snapshot)
