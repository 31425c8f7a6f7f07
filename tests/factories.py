"""Records for tests: valid by default, with the changes that a test is about."""

from datetime import UTC, datetime, timedelta
from typing import Any

from graph.kinds import DeviceKind, SourceKind
from graph.records import (
    Batch,
    CustomerRecord,
    CustomerRef,
    DeviceRef,
    IdentifierValue,
    InteractionRecord,
    SessionRecord,
    SourceRecord,
)

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def minutes(count: float) -> datetime:
    return NOON + timedelta(minutes=count)


def days(count: float) -> datetime:
    return NOON + timedelta(days=count)


def identifier(kind: str, value: str, **changes: Any) -> IdentifierValue:
    default: dict[str, Any] = {"kind": kind, "raw": value, "normalised": value, "match_key": value}
    return IdentifierValue(**(default | changes))


def customer(source: str = "crm", external_id: str = "1", **changes: Any) -> CustomerRecord:
    default: dict[str, Any] = {"source": source, "external_id": external_id, "observed_at": NOON}
    return CustomerRecord(**(default | changes))


def interaction(message_id: str = "m1", source: str = "web", **changes: Any) -> InteractionRecord:
    default: dict[str, Any] = {"type": "track", "name": "Page Viewed", "at": NOON, "channel": "web"}
    if "customer" not in changes and "device" not in changes:
        changes["device"] = device()
    return InteractionRecord(source, message_id, **(default | changes))


def session(session_id: str = "s1", source: str = "web", **changes: Any) -> SessionRecord:
    started = changes.get("started_at", NOON)
    default: dict[str, Any] = {"started_at": started, "ended_at": started, "channel": "web"}
    return SessionRecord(source, session_id, **(default | changes))


def device(device_id: str = "d1") -> DeviceRef:
    return DeviceRef(DeviceKind.ANONYMOUS_ID, device_id)


def shop(external_id: str) -> CustomerRef:
    return CustomerRef("shop", external_id)


def crm(external_id: str) -> CustomerRef:
    return CustomerRef("crm", external_id)


def batch(source: str = "crm", run_id: str = "run-1", **records: Any) -> Batch:
    kinds = {"crm": SourceKind.CRM, "shop": SourceKind.SHOP, "web": SourceKind.WEB}
    return Batch(SourceRecord(source, kinds.get(source, SourceKind.FILE), source), run_id, **records)
