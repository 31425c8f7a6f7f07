"""Records as rows of parameters: plain values, times in epoch milliseconds, one row per key."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from datetime import datetime
from hashlib import blake2b
from typing import Any

import orjson

from graph.guards import Guards, current_guards
from graph.kinds import IDENTIFIER_KINDS
from graph.records import (
    Batch,
    ConsentRecord,
    CustomerRecord,
    CustomerRef,
    DeviceRef,
    IdentifierValue,
    InteractionRecord,
    SessionRecord,
    SourceCursor,
)
from graph.times import milliseconds

Row = dict[str, Any]


def _optional_milliseconds(at: datetime | None) -> int | None:
    return None if at is None else milliseconds(at)


def _text(values: Mapping[str, Any]) -> str | None:
    return orjson.dumps(values, option=orjson.OPT_SORT_KEYS, default=str).decode() if values else None


def _hashed(row: Row) -> Row:
    content = orjson.dumps(row, option=orjson.OPT_SORT_KEYS)
    row["content_hash"] = blake2b(content, digest_size=12).hexdigest()
    return row


def customer_row(record: CustomerRecord) -> Row:
    """Properties of a Customer; the hash covers everything but the age of the delivery."""
    row = _hashed(
        {
            "source": record.source,
            "external_id": record.external_id,
            "given_name": record.given_name,
            "middle_name": record.middle_name,
            "family_name": record.family_name,
            "birth_date": record.birth_date,
            "gender": record.gender,
            "street": record.street,
            "postcode": record.postcode,
            "city": record.city,
            "state": record.state,
            "country": record.country,
            "company": record.company,
            "attributes": _text(record.attributes),
            "traits": _text(record.traits),
            "created_at": _optional_milliseconds(record.created_at),
            "updated_at": _optional_milliseconds(record.updated_at),
            "identifiers": sorted((value.key, value.raw, value.verified) for value in record.identifiers),
        }
    )
    del row["identifiers"]
    row["key"] = f"{record.source}:{record.external_id}"
    row["observed_at"] = milliseconds(record.observed_at)
    return row


def customer_rows(customers: Iterable[CustomerRecord]) -> list[Row]:
    """One row per customer: of several versions the youngest."""
    rows: dict[str, Row] = {}
    for row in map(customer_row, customers):
        known = rows.get(row["key"])
        if known is None or _age(row) > _age(known):
            rows[row["key"]] = row
    return sorted(rows.values(), key=_by_key)


def _age(row: Row) -> tuple[int, str]:
    return row["observed_at"], row["content_hash"]


def reference_rows(batch: Batch) -> list[Row]:
    """Customers that the batch names without bringing their record."""
    brought = {f"{record.source}:{record.external_id}" for record in batch.customers}
    named = {ref for ref in _named_customers(batch) if ref.key not in brought}
    rows = ({"key": ref.key, "source": ref.source, "external_id": ref.external_id} for ref in named)
    return sorted(rows, key=_by_key)


def _named_customers(batch: Batch) -> Iterator[CustomerRef]:
    for record in (*batch.sessions, *batch.interactions, *batch.consents):
        if record.customer is not None:
            yield record.customer


def identifier_rows(batch: Batch) -> list[Row]:
    """One row per identifier: of several spellings the smallest."""
    rows: dict[str, Row] = {}
    for value in _identifiers(batch):
        known = rows.get(value.key)
        if known is None or value.normalised < known["value"]:
            rows[value.key] = _identifier_row(value)
    return sorted(rows.values(), key=_by_key)


def _identifiers(batch: Batch) -> Iterator[IdentifierValue]:
    for record in batch.customers:
        yield from record.identifiers
    for consent in batch.consents:
        if consent.identifier is not None:
            yield consent.identifier


def _identifier_row(value: IdentifierValue) -> Row:
    kind = IDENTIFIER_KINDS[value.kind]
    return {
        "kind": kind.name,
        "label": kind.label,
        "value": value.normalised,
        **hub_row(value.key, current_guards()),
    }


def hub_row(key: str, guards: Guards) -> Row:
    """What decides whether an identifier is a hub."""
    kind, match_key = key.split(":", 1)
    return {"key": key, "hub_above": guards.hub_above(kind), "role": guards.is_role(kind, match_key)}


def has_identifier_rows(customers: Iterable[CustomerRecord]) -> dict[str, list[Row]]:
    """Rows of the edges to identifiers, by type of edge."""
    rows: dict[str, list[Row]] = {"HAS_EMAIL": [], "HAS_PHONE": [], "HAS_IDENTIFIER": []}
    for record in customers:
        key, at = f"{record.source}:{record.external_id}", milliseconds(record.observed_at)
        for value in record.identifiers:
            rows[IDENTIFIER_KINDS[value.kind].edge].append(
                {"customer": key, "identifier": value.key, "raw": value.raw, "verified": value.verified, "at": at}
            )
    for edges in rows.values():
        edges.sort(key=lambda row: (row["identifier"], row["customer"]))
    return rows


def visits(batch: Batch) -> list[SessionRecord]:
    """The sessions of a batch: its own records, and what each interaction shows of its session."""
    shown = (
        SessionRecord(record.source, record.session_id, record.at, record.at, record.channel, record.device)
        for record in batch.interactions
        if record.session_id
    )
    return [*batch.sessions, *shown]


def session_rows(sessions: Iterable[SessionRecord]) -> list[Row]:
    """One row per session: what its messages in this batch show together."""
    rows: dict[str, Row] = {}
    for record in sessions:
        row = _session_row(record)
        known = rows.get(record.key)
        rows[record.key] = row if known is None else _joined_session(known, row)
    return sorted(rows.values(), key=_by_key)


def _session_row(record: SessionRecord) -> Row:
    started = milliseconds(record.started_at)
    return {
        "key": record.key,
        "source": record.source,
        "channel": record.channel,
        "started_at": started,
        "ended_at": milliseconds(record.ended_at),
        "entry_page": record.entry_page,
        "entry_page_at": None if record.entry_page is None else started,
        "campaign": record.campaign,
    }


def _joined_session(left: Row, right: Row) -> Row:
    entry = min((row for row in (left, right) if row["entry_page"] is not None), key=_entry, default=left)
    return {
        **left,
        "channel": _smallest(left["channel"], right["channel"]),
        "campaign": _smallest(left["campaign"], right["campaign"]),
        "started_at": min(left["started_at"], right["started_at"]),
        "ended_at": max(left["ended_at"], right["ended_at"]),
        "entry_page": entry["entry_page"],
        "entry_page_at": entry["entry_page_at"],
    }


def _entry(row: Row) -> tuple[int, str]:
    return row["entry_page_at"], row["entry_page"]


def _smallest(left: str | None, right: str | None) -> str | None:
    return min((value for value in (left, right) if value is not None), default=None)


def device_rows(batch: Batch) -> list[Row]:
    """One row per device, with the interval in which this batch saw it."""
    rows: dict[str, Row] = {}
    seen = [(s.device, s.started_at, s.ended_at) for s in batch.sessions]
    seen += [(i.device, i.at, i.at) for i in batch.interactions]
    seen += [(c.device, c.recorded_at, c.recorded_at) for c in batch.consents]
    for device, first, last in seen:
        if device is None:
            continue
        start, end = milliseconds(first), milliseconds(last)
        row = rows.setdefault(device.key, {"key": device.key, "kind": str(device.kind), "first": start, "last": end})
        row["first"], row["last"] = min(row["first"], start), max(row["last"], end)
    return sorted(rows.values(), key=_by_key)


def on_device_rows(sessions: Iterable[SessionRecord]) -> list[Row]:
    """One row per session and device."""
    pairs = {(record.key, record.device.key) for record in sessions if record.device}
    return [{"session": session, "device": device} for session, device in sorted(pairs)]


def login_rows(sessions: Iterable[SessionRecord]) -> list[Row]:
    """One row per session and customer, at the earliest moment."""
    rows: dict[tuple[str, str], Row] = {}
    for record in sessions:
        if record.customer is None:
            continue
        at = milliseconds(record.started_at)
        row = rows.setdefault(
            (record.key, record.customer.key), {"session": record.key, "customer": record.customer.key, "at": at}
        )
        row["at"] = min(row["at"], at)
    return [rows[key] for key in sorted(rows)]


def interaction_rows(interactions: Iterable[InteractionRecord]) -> list[Row]:
    """One row per message; a repetition is kept once, a conflicting message is kept beside the first."""
    rows = {(row["key"], row["content_hash"]): row for row in map(_interaction_row, interactions)}
    return [rows[key] for key in sorted(rows)]


def _interaction_row(record: InteractionRecord) -> Row:
    row = _hashed(
        {
            "source": record.source,
            "type": record.type,
            "name": record.name,
            "channel": record.channel,
            "at": milliseconds(record.at),
            "customer": record.customer and record.customer.key,
            "device": record.device and record.device.key,
            "session": record.session_id and f"{record.source}:{record.session_id}",
            "amount": record.amount,
            "currency": record.currency,
            "properties": _text(record.properties),
        }
    )
    row["owner"] = row["customer"] or row["device"]
    row["key"] = f"{record.source}:{record.message_id}"
    return row


def consent_rows(consents: Iterable[ConsentRecord]) -> list[Row]:
    """One row per fact."""
    rows = {row["key"]: row for row in map(_consent_row, consents)}
    return sorted(rows.values(), key=_by_key)


def consent_subject_rows(consents: Iterable[ConsentRecord]) -> dict[str, list[Row]]:
    """Rows of STATED_FOR by what the fact was given for: customer, identifier or device."""
    rows: dict[str, list[Row]] = {"customer": [], "identifier": [], "device": []}
    for record in consents:
        fact = f"{record.source}:{record.fact_id}"
        for kind, edges in rows.items():
            subject: CustomerRef | IdentifierValue | DeviceRef | None = getattr(record, kind)
            if subject is not None:
                edges.append({"fact": fact, "subject": subject.key})
    return rows


def _consent_row(record: ConsentRecord) -> Row:
    return {
        "key": f"{record.source}:{record.fact_id}",
        "source": record.source,
        "purpose": record.purpose,
        "channel": record.channel,
        "state": record.state,
        "basis": record.basis,
        "evidence": record.evidence,
        "effective_at": milliseconds(record.effective_at),
        "recorded_at": milliseconds(record.recorded_at),
    }


def member_rows(customers: Iterable[CustomerRecord]) -> list[Row]:
    """Customers that a snapshot holds."""
    keys = {f"{record.source}:{record.external_id}" for record in customers}
    return [{"key": key} for key in sorted(keys)]


def cursor_rows(cursors: Iterable[SourceCursor]) -> list[Row]:
    """How far inputs were read."""
    rows = ({"key": cursor.key, **asdict(cursor), "at": milliseconds(cursor.at)} for cursor in cursors)
    return sorted(rows, key=_by_key)


def _by_key(row: Row) -> str:
    return row["key"]
