"""How far inputs were read, as ``merge_source_cursors`` would leave it."""

from collections.abc import Iterable

import pyarrow as pa

from graph.records import SourceCursor
from graph.rows import Row, cursor_rows

_TEXT, _WHOLE = pa.string(), pa.int64()
_SCHEMA = pa.schema(
    [(name, _TEXT) for name in ("key", "source", "input", "part", "value", "string")]
    + [(name, _WHOLE) for name in ("long", "at")]
)


class LatestCursors:
    """The cursors of a load; there are few, so they wait in memory."""

    def __init__(self) -> None:
        self._rows: dict[str, Row] = {}

    def add(self, cursors: Iterable[SourceCursor]) -> None:
        """Those of a batch: of two positions the greater stays, and the later where they are of two kinds."""
        for row in cursor_rows(cursors):
            known = self._rows.get(row["key"])
            if known is None or _goes_on(known["position"], row["position"]):
                self._rows[row["key"]] = row

    def table(self) -> pa.Table:
        """One row a cursor; its position is in the column of its type."""
        rows = [
            {
                **row,
                "long": row["position"] if isinstance(row["position"], int) else None,
                "string": row["position"] if isinstance(row["position"], str) else None,
            }
            for row in self._rows.values()
        ]
        return pa.Table.from_pylist([{name: row[name] for name in _SCHEMA.names} for row in rows], schema=_SCHEMA)


def _goes_on(known: int | str, position: int | str) -> bool:
    if isinstance(known, str) and isinstance(position, str):
        return position > known
    if isinstance(known, int) and isinstance(position, int):
        return position > known
    return True
