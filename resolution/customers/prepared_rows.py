"""Prepared customers as rows: what a model compares of one customer, in memory and as it is kept in the graph."""

from collections.abc import Iterator, Mapping
from typing import Any

import orjson
import pyarrow as pa

from graph.customers import COUNTED, VALUE_KINDS
from graph.resolutions import PreparedCustomer
from graph.surroundings import ChangedCustomers
from resolution.blocks.candidates import BlockingParts
from resolution.clusters.group_guards import GroupGuards
from resolution.customers import folding
from resolution.customers.hubs import is_shared
from resolution.customers.preparation import CONTACTS, Prepared, prepare
from resolution.models.model import Model

PreparedRow = dict[str, Any]
_ROWS_A_BATCH = 10_000


def as_text(row: PreparedRow) -> str:
    """A row as the graph keeps it."""
    return orjson.dumps(row, option=orjson.OPT_SORT_KEYS).decode()


def from_text(text: str) -> PreparedRow:
    """A row from what the graph keeps."""
    return orjson.loads(text)


def rows_of(table: pa.Table) -> Iterator[PreparedRow]:
    """Rows of a prepared table, without what is missing."""
    for batch in table.to_batches(_ROWS_A_BATCH):
        yield from ({name: value for name, value in row.items() if value is not None} for row in batch.to_pylist())


def changed_rows(changed: ChangedCustomers, model: Model) -> dict[str, PreparedRow]:
    """Customer key -> its row, prepared as the model does and with everybody in view who shares a contact."""
    prepared = prepare(changed.table(), model.suspect, _shared(changed.given_names))
    return {row["key"]: row for row in rows_of(prepared.with_columns(model.columns))}


def _shared(given_names: Mapping[str, tuple[str, ...]]) -> dict[str, frozenset[str]]:
    """Contacts that people with several given names use."""
    folded = {key: filter(None, map(folding.folded, names)) for key, names in given_names.items()}
    shared = [key for key, names in folded.items() if is_shared(names)]
    return {
        name: frozenset(key.split(":", 1)[1] for key in shared if key.startswith(f"{VALUE_KINDS[name]}:"))
        for name in CONTACTS
    }


def kept_rows(
    prepared: Prepared, model: Model, touched: Mapping[str, int], ranks: Mapping[str, int | None]
) -> Iterator[PreparedCustomer]:
    """What the graph keeps of every customer of a table. ``touched``: of those that were not resolved."""
    parts = BlockingParts(model)
    for row in rows_of(prepared.with_columns(model.columns)):
        yield kept_row(row, parts.of(row), touched.get(row["key"], 0), ranks.get(row["key"]))


def kept_row(row: PreparedRow, parts: tuple[str, ...], touched: int, rank: int | None) -> PreparedCustomer:
    """What the graph keeps of one customer. ``rank``: for naming its profile."""
    return PreparedCustomer(row["key"], as_text(row), parts, touched, counted_of(row), rank)


def counted_of(row: PreparedRow) -> tuple[str, ...]:
    """The values of a customer that guards count."""
    return tuple(row.get(COUNTED, ()))


def guards_over(prepared: Prepared, model: Model) -> GroupGuards:
    """The guards of a model over the customers of a table."""
    keys, counted = prepared.table["key"].to_pylist(), prepared.table[COUNTED].to_pylist()
    return GroupGuards(model.guards, {key: values for key, values in zip(keys, counted, strict=True) if values})
