"""Merging: all rows of a load become one row a node and edge, in the CSV files that Neo4j's importer reads.

DuckDB does it, with little memory: what does not fit goes to its folder. CSV and not Parquet, of which the importer of
5.26 drops empty texts.
"""

from collections.abc import Callable, Generator, Mapping
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import duckdb
import pyarrow as pa

from graph.bulk.counting import COUNTS
from graph.bulk.outputs import CURSORS, EDGES, NODES, Output
from graph.bulk.preparation import PREPARATION
from graph.bulk.tables import SCHEMAS
from graph.embedded.importing import ImportFile
from graph.errors import StorageError

# What DuckDB may take at first, and at last: groups of some queries have to fit into it, whatever the disk takes.
_FIRST_MB, _LAST_MB = 200, 3_200
_THREADS = 2
_READ_AT_ONCE = 1 << 20

Merged: TypeAlias = Callable[[str, int], None]
"""Hears the name of a file that is done, and its rows."""


@dataclass(frozen=True, slots=True)
class Spooled:
    """The tables of a load, in a folder, and its cursors. ``dropped``: numbers of batches that are to be left out."""

    folder: Path
    cursors: pa.Table
    dropped: AbstractSet[int]


@dataclass(frozen=True, slots=True)
class MergedLoad:
    """What is to be imported, and the counts by batch."""

    nodes: tuple[ImportFile, ...]
    edges: tuple[ImportFile, ...]
    counts: Mapping[str, Mapping[int, int]]


def merge(spooled: Spooled, variables: Mapping[str, Any], merged: Merged) -> MergedLoad:
    """Merge tables into files of the same folder. Raises StorageError where disk or memory are too small.

    ``variables``: ``run_id``, ``guards`` (their digest) and ``device_hub_above``.
    """
    with _opened(spooled) as database:
        for name, value in variables.items():
            database.execute(f"SET VARIABLE {name} = $1", [value])
        queries = Queries(database, _FIRST_MB)
        for query in PREPARATION:
            queries.run(query)
        nodes = [_written(queries, spooled.folder, output, merged) for output in (*NODES, *CURSORS)]
        edges = [_written(queries, spooled.folder, output, merged) for output in EDGES]
        counts = {name: dict(queries.run(query)) for name, query in COUNTS.items()}
    return MergedLoad(tuple(filter(None, nodes)), tuple(filter(None, edges)), counts)


class Queries:
    """Runs queries in as little memory as will do."""

    def __init__(self, database: duckdb.DuckDBPyConnection, first_mb: int) -> None:
        self._database, self._mb = database, first_mb

    def run(self, query: str) -> list[tuple[Any, ...]]:
        """All rows. Where the memory is too little the query begins anew: by one thread, then with twice as much.

        Raises OutOfMemoryException of DuckDB where the most is not enough.
        """
        threads = _THREADS
        while True:
            self._limit(threads)
            try:
                return self._database.execute(query).fetchall()
            except duckdb.OutOfMemoryException:
                if threads > 1:
                    threads = 1
                elif self._mb < _LAST_MB:
                    self._mb *= 2
                else:
                    raise

    def _limit(self, threads: int) -> None:
        self._database.execute(f"SET memory_limit = '{self._mb}MB'")
        self._database.execute(f"SET threads = {threads}")


@contextmanager
def _opened(spooled: Spooled) -> Generator[duckdb.DuckDBPyConnection]:
    folder = spooled.folder
    settings: dict[str, Any] = {"preserve_insertion_order": False, "temp_directory": str(folder)}
    try:
        with duckdb.connect(folder / "merging.duckdb", config=settings) as database:
            database.register("cursors", spooled.cursors)
            database.execute("CREATE TABLE dropped AS SELECT unnest($1::BIGINT[]) AS batch", [sorted(spooled.dropped)])
            for name in SCHEMAS:
                file = str(folder / f"{name}.parquet").replace("'", "''")
                database.execute(
                    f"CREATE VIEW {name} AS SELECT * FROM read_parquet('{file}') ANTI JOIN dropped USING (batch)"
                )
            yield database
    except (duckdb.IOException, duckdb.OutOfMemoryException) as error:
        problem = f"The records of the load could not be merged in {folder} ({type(error).__name__})."
        advice = "Make room on the disk there and in memory, or load without --bulk, in batches."
        raise StorageError(problem, advice) from None


def _written(queries: Queries, folder: Path, output: Output, merged: Merged) -> ImportFile | None:
    """The file of an output; none where it has no rows."""
    file = folder / f"{output.name}.csv"
    target = str(file).replace("'", "''")
    ((rows,),) = queries.run(f"COPY ({output.query}) TO '{target}' (FORMAT csv, HEADER)")
    merged(output.name, rows)
    return ImportFile(output.kind, file, has_line_ends=_line_ends(file) > rows + 1) if rows else None


def _line_ends(file: Path) -> int:
    """How many there are, within values too, which the importer has to be told."""
    found = 0
    with file.open("rb") as content:
        while read := content.read(_READ_AT_ONCE):
            found += read.count(b"\n") + read.count(b"\r")
    return found
