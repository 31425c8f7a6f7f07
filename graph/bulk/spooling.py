"""Rows on their way to the importer: one Parquet file a table, written as they come, so that memory stays flat."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from graph.bulk.tables import BATCH, SCHEMAS
from graph.embedded.storage import storage_errors
from graph.rows import Row

# Rows that wait for company: a row group of a few hundred takes as long to read as one of thousands.
_ROWS_AT_ONCE = 20_000


class SpooledTable:
    """One table. Raises StorageError, as everything here."""

    def __init__(self, folder: Path, name: str) -> None:
        self.file = folder / f"{name}.parquet"
        self._schema = SCHEMAS[name]
        self._waiting: list[pa.Table] = []
        self._rows = 0
        with storage_errors(folder):
            self._writer = pq.ParquetWriter(self.file, self._schema, compression="zstd")

    def add(self, batch: int, rows: list[Row]) -> None:
        """The rows of a batch."""
        columns = [pa.array([row[name] for row in rows], kind) for name, kind in self._typed()]
        columns.append(pa.array([batch] * len(rows), self._schema.field(BATCH).type))
        self._waiting.append(pa.Table.from_arrays(columns, schema=self._schema))
        self._rows += len(rows)
        if self._rows >= _ROWS_AT_ONCE:
            self._write()

    def close(self) -> None:
        """Write what waits, and the end of the file."""
        self._write()
        with storage_errors(self.file.parent):
            self._writer.close()

    def _typed(self) -> list[tuple[str, pa.DataType]]:
        return [(field.name, field.type) for field in self._schema if field.name != BATCH]

    def _write(self) -> None:
        if self._waiting:
            with storage_errors(self.file.parent):
                self._writer.write_table(pa.concat_tables(self._waiting).combine_chunks())
        self._waiting, self._rows = [], 0
