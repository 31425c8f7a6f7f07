"""Records as rows of parameters: plain values, times in epoch milliseconds, one row per key."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from datetime import datetime
from hashlib import blake2b
from typing import Any

import orjson

from graph.kinds import IDENTIFIER_KINDS
from graph.records import (
    STRICTNESS,
    ConsentRecord,
    CustomerRecord,
    CustomerRef,
    DeviceRef,
    IdentifierValue,
    InteractionRecord,
    Records,
    SessionRecord,
    SourceCursor,
)
from graph.times import milliseconds

Row = dict[str, Any]
# Stands on a login that names no device: it is on the one that its session has. No key is such a word.
NO_DEVICE = "none"
_LARGEST_STANDING = 999_999


def _optional_milliseconds(at: datetime | None) -> int | None:
    return None if at is None else milliseconds(at)


def json_text(values: Mapping[str, Any]) -> str | None:
    """JSON with sorted keys, none where there is nothing."""
    return orjson.dumps(values, option=orjson.OPT_SORT_KEYS, default=str).decode() if values else None


def content_hash(row: Row) -> str:
    """Hash of all that a row holds."""
    return blake2b(orjson.dumps(row, option=orjson.OPT_SORT_KEYS), digest_size=12).hexdigest()


def _hashed(row: Row) -> Row:
    row["content_hash"] = content_hash(row)
    return row


def customer_row(record: CustomerRecord) -> Row:
    """Properties of a Customer; the hash covers everything but the age of the delivery, and is led by the standing."""
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
            "attributes": json_text(record.attributes),
            "traits": json_text(record.traits),
            "created_at": _optional_milliseconds(record.created_at),
            "updated_at": _optional_milliseconds(record.updated_at),
            "identifiers": sorted((value.key, value.raw, value.verified) for value in record.identifiers),
        }
    )
    del row["identifiers"]
    row["content_hash"] = _standing(record.standing) + row["content_hash"]
    row["key"] = record.key
    row["observed_at"] = milliseconds(record.observed_at)
    return row


def _standing(standing: int) -> str:
    """What comes before the digits of a hash, so that of two hashes that of the higher standing is the larger text."""
    if standing > 0:
        return f"r{standing:06}-"
    return f"-{_LARGEST_STANDING + standing:06}-" if standing < 0 else ""


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


def reference_rows(records: Records) -> list[Row]:
    """Customers that the batch names without bringing their record."""
    brought = {record.key for record in records.customers}
    named = {ref for ref in _named_customers(records) if ref.key not in brought}
    return sorted(map(reference_row, named), key=_by_key)


def reference_row(customer: CustomerRef | CustomerRecord) -> Row:
    """What names a customer."""
    return {"key": customer.key, "source": customer.source, "external_id": customer.external_id}


def _named_customers(records: Records) -> Iterator[CustomerRef]:
    for record in (*records.sessions, *records.interactions, *records.consents):
        if record.customer is not None:
            yield record.customer


def identifier_rows(records: Records) -> list[Row]:
    """One row per identifier: of several spellings the smallest."""
    rows: dict[str, Row] = {}
    for value in _identifiers(records):
        known = rows.get(value.key)
        if known is None or value.normalised < known["value"]:
            rows[value.key] = _identifier_row(value)
    return sorted(rows.values(), key=_by_key)


def _identifiers(records: Records) -> Iterator[IdentifierValue]:
    for record in records.customers:
        yield from record.identifiers
    for consent in records.consents:
        if consent.identifier is not None:
            yield consent.identifier


def _identifier_row(value: IdentifierValue) -> Row:
    kind = IDENTIFIER_KINDS[value.kind]
    return {
        "kind": kind.name,
        "label": kind.label,
        "key": value.key,
        "value": value.normalised,
    }


def has_identifier_rows(customers: Iterable[CustomerRecord]) -> dict[str, list[Row]]:
    """Rows of the edges to identifiers, by type of edge."""
    rows: dict[str, list[Row]] = {"HAS_EMAIL": [], "HAS_PHONE": [], "HAS_IDENTIFIER": []}
    for record in customers:
        key, at = record.key, milliseconds(record.observed_at)
        for value in record.identifiers:
            rows[IDENTIFIER_KINDS[value.kind].edge].append(
                {"customer": key, "identifier": value.key, "raw": value.raw, "verified": value.verified, "at": at}
            )
    for edges in rows.values():
        edges.sort(key=lambda row: (row["identifier"], row["customer"]))
    return rows


def visits(records: Records) -> list[SessionRecord]:
    """The sessions of a batch: its own records, and what its interactions show together of each on each device."""
    shown: dict[tuple[str, str, str | None, DeviceRef | None, bool], list[datetime]] = defaultdict(list)
    for record in records.interactions:
        if record.session_id:
            of = record.source, record.session_id, record.channel, record.device, record.is_cut
            shown[of].append(record.at)
    return [
        *records.sessions,
        *(
            SessionRecord(source, session_id, min(times), max(times), channel, device, is_cut=is_cut)
            for (source, session_id, channel, device, is_cut), times in shown.items()
        ),
    ]


def session_rows(sessions: Iterable[SessionRecord], carried: Iterable[Row] = ()) -> list[Row]:
    """One row per session: what its messages in this batch show together, and what others that it replaces had."""
    rows: dict[str, Row] = {}
    for row in (*map(_session_row, sessions), *carried):
        known = rows.setdefault(row["key"], row)
        if known is not row:
            _join_session(known, row)
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
        "cut_of": cut_of(record.source, record.device.key) if record.is_cut and record.device else None,
    }


def cut_of(source: str, device: str) -> str:
    """What the sessions of a source on a device have in common where silence cuts them."""
    return f"{source}|{device}"


def _join_session(row: Row, other: Row) -> None:
    row["channel"] = _smallest(row["channel"], other["channel"])
    row["campaign"] = _smallest(row["campaign"], other["campaign"])
    row["started_at"] = min(row["started_at"], other["started_at"])
    row["ended_at"] = max(row["ended_at"], other["ended_at"])
    if other["entry_page"] is not None and (row["entry_page"] is None or _entry(other) < _entry(row)):
        row["entry_page"], row["entry_page_at"] = other["entry_page"], other["entry_page_at"]


def _entry(row: Row) -> tuple[int, str]:
    return row["entry_page_at"], row["entry_page"]


def _smallest(left: str | None, right: str | None) -> str | None:
    if left is None or right is None:
        return right if left is None else left
    return min(left, right)


def device_rows(records: Records) -> list[Row]:
    """One row per device, with the interval in which this batch saw it."""
    seen: dict[DeviceRef | None, list[datetime]] = defaultdict(list)
    for session in records.sessions:
        seen[session.device] += session.started_at, session.ended_at
    for interaction in records.interactions:
        seen[interaction.device].append(interaction.at)
    for consent in records.consents:
        seen[consent.device].append(consent.recorded_at)
    rows = (
        {
            "key": device.key,
            "kind": str(device.kind),
            "first": milliseconds(min(times)),
            "last": milliseconds(max(times)),
        }
        for device, times in seen.items()
        if device
    )
    return sorted(rows, key=_by_key)


def on_device_rows(sessions: Iterable[SessionRecord]) -> list[Row]:
    """One row per session and device."""
    pairs = {(record.key, record.device.key) for record in sessions if record.device}
    return [{"session": session, "device": device} for session, device in sorted(pairs)]


def login_rows(sessions: Iterable[SessionRecord]) -> list[Row]:
    """One row per session, customer and device, at the earliest moment and at the last."""
    rows: dict[tuple[str, str, str], Row] = {}
    for record in sessions:
        if record.customer is None:
            continue
        at = milliseconds(record.started_at)
        key = record.key, record.customer.key, record.device.key if record.device else NO_DEVICE
        names = dict(zip(("session", "customer", "device"), key, strict=True))
        row = rows.setdefault(key, {**names, "at": at, "last_at": at})
        row["at"], row["last_at"] = min(row["at"], at), max(row["last_at"], at)
    return [rows[key] for key in sorted(rows)]


def interaction_rows(interactions: Iterable[InteractionRecord]) -> list[Row]:
    """One row per message; a repetition is kept once, a conflicting message is kept beside the first."""
    rows = {(row["key"], row["content_hash"]): row for row in map(_interaction_row, interactions)}
    return [rows[key] for key in sorted(rows)]


def _interaction_row(record: InteractionRecord) -> Row:
    session = record.session_id and f"{record.source}:{record.session_id}"
    row = _hashed(
        {
            "source": record.source,
            "type": record.type,
            "name": record.name,
            "channel": record.channel,
            "at": milliseconds(record.at),
            "customer": record.customer and record.customer.key,
            "device": record.device and record.device.key,
            # Where silence cuts, a later message may still move the cut: it is no content.
            "session": None if record.is_cut else session,
            "amount": record.amount,
            "currency": record.currency,
            "properties": json_text(record.properties),
        }
    )
    row["owner"] = row["customer"] or row["device"]
    row["session"] = session
    row["key"] = record.key
    return row


def consent_rows(consents: Iterable[ConsentRecord]) -> list[Row]:
    """One row per fact: of several versions the one that took effect last."""
    rows: dict[str, Row] = {}
    for row in map(_consent_row, consents):
        known = rows.get(row["key"])
        if known is None or _effect(row) > _effect(known):
            rows[row["key"]] = row
    return sorted(rows.values(), key=_by_key)


def _effect(row: Row) -> tuple[int, int, int, str]:
    return row["effective_at"], row["recorded_at"], row["strictness"], row["content_hash"]


def _consent_row(record: ConsentRecord) -> Row:
    row = _hashed(
        {
            "source": record.source,
            "purpose": record.purpose,
            "channel": record.channel,
            "state": record.state,
            "basis": record.basis,
            "evidence": record.evidence,
            "effective_at": milliseconds(record.effective_at),
            "recorded_at": milliseconds(record.recorded_at),
            "customer": record.customer and record.customer.key,
            "identifier": record.identifier and record.identifier.key,
            "device": record.device and record.device.key,
        }
    )
    row["strictness"] = STRICTNESS.get(record.state, 0)
    row["key"] = f"{record.source}:{record.fact_id}"
    return row


def member_rows(customers: Iterable[CustomerRecord]) -> list[Row]:
    """Customers that a snapshot holds."""
    keys = {record.key for record in customers}
    return [{"key": key} for key in sorted(keys)]


def cursor_rows(cursors: Iterable[SourceCursor]) -> list[Row]:
    """How far inputs were read."""
    rows = ({"key": cursor.key, **asdict(cursor), "at": milliseconds(cursor.at)} for cursor in cursors)
    return sorted(rows, key=_by_key)


def _by_key(row: Row) -> str:
    return row["key"]
