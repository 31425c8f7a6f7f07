"""Growth: what a batch of a hundred changed customers costs in graphs of different sizes.

The graphs are filled without resolving their bulk: a model is trained on the first part and resolved there; of all
others the graph keeps what a resolution compares, so that they are looked up and scored as in any graph.
"""

import statistics
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from functools import partial
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

from graph.clusters import read_ranks
from graph.connection import Graph, open_graph
from graph.constraints import install_schema
from graph.customers import fetch_customers
from graph.embedded.temporary import temporary_server
from graph.links import Difference
from graph.records import CustomerRecord
from graph.resolutions import ROWS_PER_TRANSACTION, Increment, write_increment
from graph.runs import latest_run
from graph.surroundings import list_unresolved
from graph.writing import write_batch
from resolution.customers.preparation import prepare
from resolution.customers.prepared_rows import kept_rows
from resolution.models.model_store import ModelStore
from resolution.pipeline import ResolutionRequest, resolve
from resolution.settings import ResolutionSettings
from tests.benchmarks.crowd import batches, crowd
from tests.benchmarks.measures import seconds_of
from tests.benchmarks.sections import Options, Rows

CHANGED, ROUNDS, RESOLVED = 100, 3, 5_000
_SETTINGS = ResolutionSettings.model_validate({})
_INCREMENTAL = ResolutionRequest("incremental")


def measure_growth(options: Options) -> Rows:
    """One row a size: the median seconds of ``cdp resolve`` after a hundred customers have changed."""
    return [_of_size(size) for size in options.sizes]


def _of_size(size: int) -> dict[str, object]:
    with (
        TemporaryDirectory(prefix="cdp-bench-") as name,
        temporary_server(heap="2g", page_cache="1g", quick=False) as address,
        open_graph(address) as graph,
    ):
        install_schema(graph)
        store, records = ModelStore(Path(name)), crowd(size)
        filled = seconds_of(partial(fill, graph, store, records))
        seconds = list(_rounds(graph, store, records))
    return {
        "customers": size,
        "changed": CHANGED,
        "seconds": round(statistics.median(seconds[1:]), 3),
        "first": round(seconds[0], 3),
        "filled in": round(filled, 1),
        "wanted": "does not grow with the graph",
    }


def fill(graph: Graph, store: ModelStore, records: list[CustomerRecord]) -> None:
    """Write and resolve the first part, then write the others as if they had been resolved and linked nobody."""
    for batch in batches(records[:RESOLVED]):
        write_batch(graph, batch)
    resolve(graph, _SETTINGS, store)
    for batch in batches(records[RESOLVED:]):
        write_batch(graph, batch)
    found = latest_run(graph)
    assert found is not None
    run, stored = found
    model = store.load(stored.version)
    prepared = prepare(fetch_customers(graph), model.suspect)
    kept = kept_rows(prepared, model, list_unresolved(graph).touched, read_ranks(graph).then)
    filled = replace(run, run_id=f"{run.run_id}-filled")
    while piece := list(islice(kept, ROWS_PER_TRANSACTION)):
        increment = Increment(Difference([], [], 0, 0), Difference([], [], 0, 0), piece, ())
        graph.write(partial(write_increment, run=filled, increment=increment))


def _rounds(graph: Graph, store: ModelStore, records: list[CustomerRecord]) -> Iterator[float]:
    """Customers spread over the whole graph move house, and are resolved."""
    for number in range(ROUNDS + 1):
        first = len(records) // (CHANGED * (ROUNDS + 1)) * number
        moving = records[first :: max(1, len(records) // CHANGED)][:CHANGED]
        moved = [
            replace(found, street=f"Neuer Weg {number}", observed_at=found.observed_at + timedelta(days=number + 1))
            for found in moving
        ]
        for batch in batches(moved):
            write_batch(graph, batch)
        yield seconds_of(partial(resolve, graph, _SETTINGS, store, _INCREMENTAL))
