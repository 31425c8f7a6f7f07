"""The sample company in a database of its own."""

import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from graph.address import Address
from graph.connection import Graph, open_graph
from graph.constraints import install_schema
from graph.embedded.temporary import temporary_server
from graph.records import Batch
from graph.writing import WriteCounts, write_batch
from loaders.delivery_writer import Writing, writing_into
from loaders.mappings.reading import read_mappings
from loaders.pipeline import LoadPlan, load
from loaders.report import LoadReport
from loaders.sample.company import write_sample
from resolution.models.model_store import ModelStore
from resolution.pipeline import resolve
from resolution.settings import ResolutionSettings
from tests.loading import as_they_are

SEED = 7


@dataclass(frozen=True, slots=True)
class Company:
    """A loaded and resolved company. ``batches``: what the load wrote."""

    address: Address
    graph: Graph
    folder: Path
    batches: list[Batch]

    def load(self) -> LoadReport:
        """Read, standardise and write everything, as ``cdp load`` does."""
        return _load(self.folder, writing_into(self.graph))


def _load(folder: Path, writing: Writing[Any]) -> LoadReport:
    return load(LoadPlan(read_mappings(["sample"]), folder, folder / "rejects"), writing)


def fill_with_sample(graph: Graph, people: int, folder: Path) -> None:
    """Make a sample company and load it."""
    install_schema(graph)
    write_sample(people, SEED, folder)
    _load(folder, writing_into(graph))


@contextmanager
def loaded_company(people: int) -> Generator[Company]:
    """Make, load and resolve it, which also warms the database up."""
    with (
        tempfile.TemporaryDirectory(prefix="cdp-bench-") as name,
        temporary_server(heap="1g", page_cache="512m", quick=False) as address,
        open_graph(address) as graph,
    ):
        install_schema(graph)
        write_sample(people, SEED, Path(name))
        batches: list[Batch] = []
        _load(Path(name), as_they_are(partial(_keep_and_write, graph, batches)))
        resolve(graph, ResolutionSettings.model_validate({}), ModelStore(Path(name) / "models"))
        yield Company(address, graph, Path(name), batches)


def _keep_and_write(graph: Graph, batches: list[Batch], batch: Batch) -> WriteCounts:
    batches.append(batch)
    return write_batch(graph, batch)
