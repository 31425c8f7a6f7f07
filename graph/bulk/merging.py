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

_MEMORY = "200MB"
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
    """Merge tables into files of the same folder. Raises StorageError where the disk is full.

    ``variables``: ``run_id`` and ``device_hub_above``.
    """
    with _opened(spooled) as database:
        for name, value in variables.items():
            database.execute(f"SET VARIABLE {name} = $1", [value])
        for query in PREPARATION:
            database.execute(query)
        nodes = [_written(database, spooled.folder, output, merged) for output in (*NODES, *CURSORS)]
        edges = [_written(database, spooled.folder, output, merged) for output in EDGES]
        counts = {name: dict(database.execute(query).fetchall()) for name, query in COUNTS.items()}
    return MergedLoad(tuple(filter(None, nodes)), tuple(filter(None, edges)), counts)


@contextmanager
def _opened(spooled: Spooled) -> Generator[duckdb.DuckDBPyConnection]:
    folder = spooled.folder
    settings = {"memory_limit": _MEMORY, "threads": 2, "preserve_insertion_order": False}
    try:
        with duckdb.connect(folder / "merging.duckdb", config={**settings, "temp_directory": str(folder)}) as database:
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
        raise StorageError(problem, "Make room there, or choose another folder with CDP_DATA_DIR.") from None


def _written(database: duckdb.DuckDBPyConnection, folder: Path, output: Output, merged: Merged) -> ImportFile | None:
    """The file of an output; none where it has no rows."""
    file = folder / f"{output.name}.csv"
    target = str(file).replace("'", "''")
    found = database.execute(f"COPY ({output.query}) TO '{target}' (FORMAT csv, HEADER)").fetchone()
    rows = found[0] if found else 0
    merged(output.name, rows)
    return ImportFile(output.kind, file, has_line_ends=_line_ends(file) > rows + 1) if rows else None


def _line_ends(file: Path) -> int:
    """How many there are, within values too, which the importer has to be told."""
    found = 0
    with file.open("rb") as content:
        while read := content.read(_READ_AT_ONCE):
            found += read.count(b"\n") + read.count(b"\r")
    return found
