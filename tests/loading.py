"""Loads as the command makes them, with what the graph remembers of the ones before."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from graph.connection import Graph
from graph.cursors import source_cursors
from graph.records import Batch
from graph.writing import WriteCounts, write_batch
from loaders.connectors.memory import GraphMemory
from loaders.delivery_writer import WriteBatch, Writing
from loaders.mappings.reading import read_mappings
from loaders.pipeline import LoadPlan, load, load_singer
from loaders.report import LoadReport
from loaders.settings import load_settings


def as_it_is(batch: Batch) -> Batch:
    return batch


def as_they_are(write: WriteBatch) -> Writing[Batch]:
    """Writing by a function that sees the batches of a load."""
    return Writing(as_it_is, write)


class Loads:
    """Loads of one mapping file in a folder, a batch after the other.

    ``fails_at``: the batch, from 1, at which the database is lost.
    """

    def __init__(self, graph: Graph, folder: Path) -> None:
        self.graph, self.folder = graph, folder
        self.fails_at: int | None = None
        self._written = 0

    def mapping(self, text: str) -> None:
        (self.folder / "crm.yaml").write_text(text)

    def load(self, *, from_start: bool = False, **changes: Any) -> LoadReport:
        return load(self._plan(from_start, changes), as_they_are(self._write))

    def load_singer(self, lines: Iterable[bytes], **changes: Any) -> LoadReport:
        return load_singer(self._plan(from_start=False, changes=changes), lines, as_they_are(self._write))

    def cursors(self) -> dict[str, int | str]:
        return {cursor.part: cursor.position for cursor in source_cursors(self.graph)}

    def _plan(self, from_start: bool, changes: dict[str, Any]) -> LoadPlan:  # noqa: FBT001
        mappings = read_mappings([str(self.folder / "crm.yaml")])
        memory = GraphMemory(self.graph, from_start=from_start)
        max_lost = changes.pop("max_lost", None)
        settings = load_settings().model_copy(update={"writers": 1, **changes})
        rejects = self.folder / "rejects"
        return LoadPlan(mappings, rejects_dir=rejects, settings=settings, memory=memory, max_lost=max_lost)

    def _write(self, batch: Batch) -> WriteCounts:
        self._written += 1
        if self._written == self.fails_at:
            raise ConnectionError
        return write_batch(self.graph, batch)
