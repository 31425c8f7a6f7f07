"""How far the inputs of sources were read, and whom their snapshots held: what the next load goes on from."""

from collections.abc import Iterator

from graph.connection import Graph, Reader
from graph.records import SourceCursor
from graph.times import moment


def source_cursors(graph: Reader, source: str | None = None, input_name: str | None = None) -> list[SourceCursor]:
    """The stored cursors, of one source and input where they are given, sorted. Raises GraphError."""
    rows = graph.read("list_source_cursors", source=source, input=input_name)
    return [SourceCursor(**{**row, "at": moment(row["at"])}) for row in rows]


def snapshot_members(graph: Graph, source: str, snapshot: str) -> Iterator[str]:
    """Keys of the customers that a full snapshot held when it was last loaded. Raises GraphError."""
    for row in graph.stream("list_snapshot_members", source=source, snapshot=snapshot):
        yield row["key"]
