"""Writing: what a running process writes with, whatever reaches it."""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import uuid4

from graph.address import Address
from graph.connection import Graph, open_graph
from loaders.health.log import DeliveryLog
from loaders.health.streams import Streams, counting
from loaders.rejects.store import DeadLetters

# So long the database may be away before those who wait are told; a restart of it takes longer.
_RETRY_S = 2.0


@dataclass(frozen=True, slots=True)
class Writing:
    """The connection for writes, the dead letters, and the counts of what came."""

    graph: Graph
    letters: DeadLetters
    streams: Streams
    run_id: str


@contextmanager
def open_writing(address: Address) -> Generator[Writing]:
    """For as long as the block runs. Raises GraphUnavailableError, LocalStoreError."""
    run_id = f"live-{uuid4().hex[:12]}"
    with (
        open_graph(address, _RETRY_S) as graph,
        DeadLetters() as letters,
        DeliveryLog() as log,
        counting(log, run_id) as streams,
    ):
        yield Writing(graph, letters, streams, run_id)
