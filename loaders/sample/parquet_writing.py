"""The Parquet files of the sample."""

from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow.json import ParseOptions, ReadOptions, read_json

from loaders.sample.sorting import Runs
from loaders.sample.writing import WrittenFile, blocks, measure

_ROWS_A_GROUP = 50_000


class ParquetFile:
    """A Parquet file, sorted by a key of each row; dates and times are given as ISO 8601."""

    def __init__(self, folder: Path, path: str, schema: pa.Schema, runs: Runs) -> None:
        self._folder, self._path, self._schema = folder, path, schema
        self._lines = runs.lines(path)

    def add(self, key: str, row: Mapping[str, Any]) -> None:
        """One row: all columns of the schema."""
        self._lines.add(key, orjson.dumps(row))

    def finish(self) -> list[WrittenFile]:
        """Write the file."""
        path, rows = self._folder / self._path, 0
        path.parent.mkdir(parents=True, exist_ok=True)
        with pq.ParquetWriter(path, self._schema) as file:
            for group in blocks((line for _, line in self._lines), _ROWS_A_GROUP):
                file.write_table(_table(b"\n".join(group), self._schema))
                rows += len(group)
        return [measure(self._folder, self._path, (rows, 0, 0))]


def _table(lines: bytes, schema: pa.Schema) -> pa.Table:
    """JSON lines as a table in one piece."""
    reading = ReadOptions(use_threads=False, block_size=len(lines) + 1)
    parsing = ParseOptions(explicit_schema=pa.schema([_as_read(field) for field in schema]))
    return read_json(BytesIO(lines), reading, parsing).cast(schema)


def _as_read(field: pa.Field) -> pa.Field:
    """Arrow reads times from ISO 8601, and dates only as such."""
    return field.with_type(pa.timestamp("s")) if pa.types.is_date(field.type) else field
