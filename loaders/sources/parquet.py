"""Parquet files: as they are, or through a query."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from graph.errors import SourceReadError
from loaders.sources.rows import Read, ReadRow, plain

QUERY_TABLE = "input"
"""What a query calls the file."""

_ROWS_AT_ONCE = 5_000


def read_parquet(path: Path, query: str | None = None) -> Iterator[Read]:
    """The rows of a file, or of a DuckDB query over it. Raises SourceReadError."""
    try:
        yield from _numbered(_batches(path) if query is None else _query_batches(path, query))
    except (pa.ArrowException, OSError) as error:
        raise _unreadable(path, error) from None
    except LookupError:
        problem = f"{path} has times in a time zone that nobody knows."
        raise SourceReadError(problem, "Write them in UTC, or in a zone of the IANA's list.") from None
    except duckdb.Error as error:
        problem = f"{path}: the query of the mapping fails ({type(error).__name__})."
        raise SourceReadError(problem, f"The file is the table `{QUERY_TABLE}`; its columns are its own.") from None


def columns_of(path: Path) -> list[str]:
    """The columns of a file. Raises SourceReadError."""
    try:
        return list(pq.read_schema(path).names)
    except (pa.ArrowException, OSError) as error:
        raise _unreadable(path, error) from None


def _unreadable(path: Path, error: Exception) -> SourceReadError:
    problem = f"{path} cannot be read as Parquet ({type(error).__name__})."
    return SourceReadError(problem, "Check that the file is whole and its `format` right.")


def _batches(path: Path) -> Iterator[pa.RecordBatch]:
    with pq.ParquetFile(path) as file:
        yield from file.iter_batches(batch_size=_ROWS_AT_ONCE)


def _query_batches(path: Path, query: str) -> Iterator[pa.RecordBatch]:
    with duckdb.connect() as connection:
        connection.read_parquet(str(path)).create_view(QUERY_TABLE)
        # From here on the query reaches this file and nothing else of the machine.
        connection.execute(f"SET allowed_paths = ['{str(path).replace(chr(39), chr(39) * 2)}']")
        connection.execute("SET enable_external_access = false")
        yield from connection.sql(query).to_arrow_reader(_ROWS_AT_ONCE)


def _numbered(batches: Iterator[pa.RecordBatch]) -> Iterator[Read]:
    number = 0
    for batch in batches:
        columns = [_values(column) for column in batch.columns]
        names = batch.schema.names
        for values in zip(*columns, strict=True):
            number += 1
            yield ReadRow(number, dict(zip(names, values, strict=True)))


def _values(column: pa.Array) -> list[Any]:
    values = _python_values(column)
    is_plain = pa.types.is_string(column.type) or pa.types.is_integer(column.type) or pa.types.is_boolean(column.type)
    return values if is_plain else [plain(value) for value in values]


def _python_values(column: pa.Array) -> list[Any]:
    try:
        return column.to_pylist()
    except OverflowError:
        return [_python_value(value) for value in column]


def _python_value(value: "pa.Scalar[Any]") -> Any:  # noqa: ANN401 -- whatever a file holds
    """A value; as a text where it is a time before the year 1 or after 9999, which Python does not know."""
    try:
        return value.as_py()
    except OverflowError:
        if isinstance(value, pa.ListScalar):
            return _python_values(value.values)
        if isinstance(value, pa.StructScalar):
            return {name: _python_value(part) for name, part in value.items()}
        return value.cast(pa.string()).as_py()
