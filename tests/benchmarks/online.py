"""Online: milliseconds from one live record to its links, against fifty thousand resolved ones."""

import gc
import random
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from graph.connection import Graph, open_graph
from graph.constraints import install_schema
from graph.embedded.temporary import temporary_server
from graph.kinds import SourceKind
from graph.records import Batch, CustomerRecord, SourceRecord
from graph.writing import write_batch
from loaders.person_records import read_person_records
from resolution.models.model_store import ModelStore
from resolution.online import OnlineResolver
from resolution.pipeline import resolve
from resolution.settings import ResolutionSettings
from tests.benchmarks.crowd import batches, crowd
from tests.benchmarks.datasets import Labelled, labelled_sets
from tests.benchmarks.sections import Options, Row, Rows, percentile

LIVE, CROWD = 500, 50_000
# Records that come before those that are measured. Java compiles what is called often, so a database gets faster with
# its first two thousand records: on `historical_50k` the median of 250 fell from 24 to 16 ms and stayed there.
STATES = {"just started": 200, "warm": 2_000}
_SLIPS = ("given_name", "birth_date", "postcode", None)


def measure_online(options: Options) -> Rows:
    """p50, p95 and p99 of writing and of resolving one record, on ``historical_50k`` where it is there, and a crowd.

    Of a database that was just started, and of one that has been at it for a while.
    """
    with TemporaryDirectory(prefix="cdp-bench-") as name:
        return list(_measured_all(options, Path(name)))


def _measured_all(options: Options, folder: Path) -> Iterator[Row]:
    found = next(labelled_sets(options.data, folder))
    if isinstance(found, Labelled):
        file = read_person_records(found.records)
        yield from _measured(found.name, list(file), list(file.batches("bench")), folder)
    else:
        yield {"graph": found, "wanted": "not beside the project: skipped"}
    people = crowd(CROWD)
    yield from _measured("crowd", people, list(batches(people)), folder)


def _batch(*records: CustomerRecord) -> Batch:
    source = records[0].source
    return Batch(SourceRecord(source, SourceKind.FILE, source), "live", customers=records)


def _measured(name: str, records: list[CustomerRecord], loaded: list[Batch], folder: Path) -> Iterator[Row]:
    with temporary_server(heap="1g", page_cache="512m", quick=False) as address, open_graph(address) as graph:
        install_schema(graph)
        for batch in loaded:
            write_batch(graph, batch)
        store = ModelStore(folder / name)
        resolve(graph, ResolutionSettings.model_validate({}), store)
        times = _times(graph, OnlineResolver(graph, store), records)
    for state, before in STATES.items():
        yield {"graph": name, "customers": len(records), "database": state} | _row(times[before : before + LIVE])


def _row(times: list[tuple[float, float]]) -> Row:
    written, resolved = [list(steps) for steps in zip(*times, strict=True)]
    row: Row = {"live records": len(times)}
    for step, seconds in (("write", written), ("resolve", resolved), ("both", [sum(both) for both in times])):
        row |= {f"{step} p{share}": percentile(seconds, share / 100) for share in (50, 95, 99)}
    return {**row, "unit": "ms", "wanted": "resolve p50 <= 20"}


def _times(graph: Graph, resolver: OnlineResolver, records: list[CustomerRecord]) -> list[tuple[float, float]]:
    """Seconds of writing and of resolving, record by record: known people under new ids, each with a slip."""
    dice = random.Random(1)
    gc.collect()
    gc.freeze()  # as the server does: what is here already, all records among it, is not looked through again and again
    times = list[tuple[float, float]]()
    for number, known in enumerate(dice.sample(records, max(STATES.values()) + LIVE)):
        live = _slipped(replace(known, external_id=f"live-{number}"), dice.choice(_SLIPS))
        started = time.perf_counter()
        write_batch(graph, _batch(live))
        between = time.perf_counter()
        _, waiting = resolver.resolve([f"{live.source}:{live.external_id}"])
        assert waiting is None, waiting
        times.append((between - started, time.perf_counter() - between))
    return times


def _slipped(record: CustomerRecord, lost: str | None) -> CustomerRecord:
    return replace(record, **{lost: None}) if lost else record
