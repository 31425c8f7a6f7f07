"""The Parquet files of the sample."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from loaders.sample.writing import SortedLines, WrittenFile, measure

_ROWS_A_GROUP = 50_000


class ParquetFile:
    """A Parquet file, sorted by a key of each row; dates and times are given as ISO 8601."""

    def __init__(self, folder: Path, path: str, schema: pa.Schema, runs: Path) -> None:
        self._folder, self._path, self._schema = folder, path, schema
        self._lines = SortedLines(runs, path.replace("/", "-"))
        self._rows = 0

    def add(self, key: str, row: Mapping[str, Any]) -> None:
        """One row: all columns of the schema."""
        self._lines.add(key, orjson.dumps(row))
        self._rows += 1

    def finish(self) -> list[WrittenFile]:
        """Write the file."""
        path = self._folder / self._path
        path.parent.mkdir(parents=True, exist_ok=True)
        rows = (self._typed(orjson.loads(line)) for _, line in self._lines)
        with pq.ParquetWriter(path, self._schema) as file:
            for group in _groups(rows):
                file.write_table(pa.Table.from_pylist(group, schema=self._schema))
        return [measure(self._folder, self._path, (self._rows, 0, 0))]

    def _typed(self, row: dict[str, Any]) -> dict[str, Any]:
        return {column.name: _typed(row[column.name], column.type) for column in self._schema}


def _typed(value: Any, kind: pa.DataType) -> Any:  # noqa: ANN401 -- whatever the column holds
    if value is None:
        return None
    if pa.types.is_date(kind):
        return date.fromisoformat(value)
    return datetime.fromisoformat(value) if pa.types.is_timestamp(kind) else value


def _groups(rows: Iterator[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    while group := list(islice(rows, _ROWS_A_GROUP)):
        yield group
