"""What is kept of batches until all of them are there: the rows of the statements that would write them.

Times are epoch milliseconds.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import pyarrow as pa

from graph.bulk.counting import Sent
from graph.guards import Guards
from graph.hashed_emails import email_hashes, has_hash_rows
from graph.hub_rows import hub_rows
from graph.records import PERSON_FIELDS, Batch, SourceCursor
from graph.rows import (
    Row,
    consent_rows,
    customer_rows,
    cut_of,
    device_rows,
    has_identifier_rows,
    identifier_rows,
    interaction_rows,
    login_rows,
    member_rows,
    on_device_rows,
    reference_rows,
    session_rows,
)

_TEXT, _WHOLE = pa.string(), pa.int64()


def _columns(texts: str, wholes: str = "", **others: pa.DataType) -> pa.Schema:
    fields = [(name, _TEXT) for name in texts.split()] + [(name, _WHOLE) for name in wholes.split()]
    return pa.schema([*fields, *others.items()])


SCHEMAS: dict[str, pa.Schema] = {
    "sources": _columns("name kind channel", "trust"),
    "customers": _columns(
        f"key source external_id {' '.join(PERSON_FIELDS)} attributes traits content_hash",
        "created_at updated_at observed_at",
    ),
    "named_customers": _columns("key source external_id"),
    "members": _columns("key snapshot"),
    "identifiers": _columns("key kind label value"),
    "holdings": _columns("edge customer identifier raw", "at", verified=pa.bool_()),
    "hashes": _columns("customer key value"),
    "hubs": _columns("key guard", "hub_above"),
    "devices": _columns("key kind", "first last"),
    "sessions": _columns("key source channel entry_page campaign cut_of", "started_at ended_at entry_page_at"),
    "on_device": _columns("session device"),
    "logins": _columns("session customer device", "at last_at"),
    "interactions": _columns(
        "key source type name channel owner session cut_of customer device currency properties content_hash",
        "at",
        amount=pa.float64(),
    ),
    "consents": _columns(
        "key source purpose channel state basis evidence customer identifier device content_hash",
        "effective_at recorded_at strictness",
    ),
}
"""The columns of each table."""
_STRUCTS = {name: pa.struct(list(schema)) for name, schema in SCHEMAS.items()}


@dataclass(frozen=True, slots=True)
class BatchTables:
    """What is kept of one batch: its rows by table, where it has any, how many records it has, and its cursors."""

    rows: Mapping[str, pa.Table]
    sent: Sent
    cursors: tuple[SourceCursor, ...]
    run_id: str


def tables_of(batch: Batch, guards: Guards) -> BatchTables:
    """The tables of a batch."""
    rows = {name: _table(_STRUCTS[name], found) for name, found in _rows(batch, guards).items() if found}
    return BatchTables(rows, Sent.of(batch), batch.cursors, batch.run_id)


def _table(struct: pa.StructType, rows: list[Row]) -> pa.Table:
    # Column by column, from lists, takes three times as long.
    return pa.Table.from_batches([pa.RecordBatch.from_struct_array(pa.array(rows, struct))])


def _rows(batch: Batch, guards: Guards) -> dict[str, list[Row]]:
    """The rows of a batch by table; what its interactions show of sessions and devices stays with them."""
    source, snapshot = batch.source, batch.snapshot
    return {
        "sources": [{"name": source.name, "kind": str(source.kind), "channel": source.channel, "trust": source.trust}],
        "customers": customer_rows(batch.customers),
        "named_customers": reference_rows(batch),
        "members": [{**row, "snapshot": snapshot.name} for row in member_rows(batch.customers)] if snapshot else [],
        **_identifier_rows(batch, guards),
        "devices": device_rows(replace(batch, interactions=())),
        "sessions": session_rows(batch.sessions),
        "on_device": on_device_rows(batch.sessions),
        "logins": login_rows(batch.sessions),
        "interactions": _interaction_rows(batch),
        "consents": consent_rows(batch.consents),
    }


def _interaction_rows(batch: Batch) -> list[Row]:
    rows = interaction_rows(batch.interactions)
    cuts = {
        record.key: cut_of(record.source, record.device.key)
        for record in batch.interactions
        if record.is_cut and record.device
    }
    for row in rows:
        row["cut_of"] = cuts.get(row["key"])
    return rows


def _identifier_rows(batch: Batch, guards: Guards) -> dict[str, list[Row]]:
    identifiers, hashes = identifier_rows(batch), email_hashes(batch.customers)
    emails = {found.key: found.email for found in hashes}
    holdings = has_identifier_rows(batch.customers)
    return {
        "identifiers": identifiers,
        "holdings": [{"edge": edge, **row} for edge, rows in holdings.items() for row in rows],
        "hashes": has_hash_rows(hashes),
        "hubs": hub_rows((row["key"] for row in identifiers), guards, emails),
    }
