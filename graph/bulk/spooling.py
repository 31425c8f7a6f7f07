"""Rows on their way to the importer: one Parquet file a table, written as they come, so that memory stays flat."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from graph.bulk.tables import SCHEMAS
from graph.embedded.storage import storage_errors

# Rows that wait for company: a row group of a few hundred takes as long to read as one of thousands.
_ROWS_AT_ONCE = 20_000
_BATCH = pa.field("batch", pa.int64())


class SpooledTable:
    """One table. Raises StorageError, as everything here."""

    def __init__(self, folder: Path, name: str) -> None:
        self.file = folder / f"{name}.parquet"
        self._schema = SCHEMAS[name].append(_BATCH)
        self._waiting: list[pa.Table] = []
        self._rows = 0
        with storage_errors(folder):
            self._writer = pq.ParquetWriter(self.file, self._schema, compression="zstd")

    def add(self, batch: int, rows: pa.Table) -> None:
        """The rows of a batch, which get its number: it tells who came first."""
        number = pa.repeat(pa.scalar(batch, _BATCH.type), rows.num_rows)
        self._waiting.append(rows.append_column(_BATCH, number))
        self._rows += rows.num_rows
        if self._rows >= _ROWS_AT_ONCE:
            self._write()

    def close(self) -> None:
        """Write what waits, and the end of the file."""
        self._write()
        with storage_errors(self.file.parent):
            self._writer.close()

    def _write(self) -> None:
        if self._waiting:
            with storage_errors(self.file.parent):
                self._writer.write_table(pa.concat_tables(self._waiting).combine_chunks())
        self._waiting, self._rows = [], 0
