"""Tables of customers as ``graph.customers.fetch_customers`` gives them."""

from typing import Any

import pyarrow as pa

from graph.customers import PERSON_COLUMNS, VALUE_COLUMNS

LISTS = (*VALUE_COLUMNS, "identifiers")


def customers(*rows: dict[str, Any]) -> pa.Table:
    """Rows with a ``key`` such as ``crm:1`` and any other column; what is not given is not known."""
    further = sorted({name for row in rows for name in row} - {*PERSON_COLUMNS, *LISTS})
    texts = {name: pa.array([_text(row, name) for row in rows], pa.string()) for name in (*PERSON_COLUMNS, *further)}
    lists = {name: pa.array([row.get(name, []) for row in rows], pa.list_(pa.string())) for name in LISTS}
    return pa.table({**texts, **lists})


def _text(row: dict[str, Any], name: str) -> str | None:
    return row["key"].partition(":")[0] if name == "source" and "source" not in row else row.get(name)
