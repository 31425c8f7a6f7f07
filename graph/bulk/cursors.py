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


def latest_cursors(written: Iterable[Iterable[SourceCursor]]) -> pa.Table:
    """One row a cursor, with its position in the column of its type; ``written``: those of each batch, in order.

    Of two positions the greater stays, and the later where they are equal or of two kinds.
    """
    latest: dict[str, Row] = {}
    for cursors in written:
        for row in cursor_rows(cursors):
            known = latest.get(row["key"])
            if known is None or _goes_on(known["position"], row["position"]):
                latest[row["key"]] = row
    return pa.Table.from_pylist([_typed(row) for row in latest.values()], schema=_SCHEMA)


def _typed(row: Row) -> Row:
    position = row["position"]
    return {
        **{name: row.get(name) for name in _SCHEMA.names},
        "long": position if isinstance(position, int) else None,
        "string": position if isinstance(position, str) else None,
    }


def _goes_on(known: int | str, position: int | str) -> bool:
    if isinstance(known, str) and isinstance(position, str):
        return position >= known
    if isinstance(known, int) and isinstance(position, int):
        return position >= known
    return True
