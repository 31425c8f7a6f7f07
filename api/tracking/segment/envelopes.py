"""Envelopes: what a request body holds besides its messages, which takes part in each of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from api.tracking.bodies import parsed
from api.tracking.problems import NO_BATCH, NOT_JSON, ProblemError
from api.tracking.reading.fields import fields_of, moment_of

BATCH = "batch"


@dataclass(frozen=True, slots=True)
class Envelope:
    """Messages as they were sent. ``kind``: of all of them, none where each says its own."""

    messages: list[Any]
    kind: str | None = None
    context: Mapping[str, Any] = field(default_factory=dict[str, Any])
    sent_at: datetime | None = None
    write_keys: tuple[str, ...] = ()


def read_envelope(body: bytes, kind: str | None) -> Envelope:
    """The messages of a body; ``kind``: batch, or what the one message is, if known. Raises ProblemError."""
    document = parsed(body)
    if kind == BATCH:
        return _batch(document)
    if not isinstance(document, dict):
        raise ProblemError(NOT_JSON)
    return Envelope([document], kind, write_keys=_keys(document))


def _batch(document: object) -> Envelope:
    if isinstance(document, list):
        document = {BATCH: document}
    messages = document.get(BATCH) if isinstance(document, dict) else None
    if not isinstance(document, dict) or not isinstance(messages, list) or not messages:
        raise ProblemError(NO_BATCH)
    first = messages[0]
    return Envelope(
        messages,
        context=fields_of(document, "context"),
        sent_at=moment_of(document, "sentAt", "sent_at"),
        write_keys=_keys(document) or (_keys(first) if isinstance(first, dict) else ()),
    )


def _keys(document: Mapping[str, Any]) -> tuple[str, ...]:
    key = document.get("writeKey") or document.get("write_key")
    return (key,) if isinstance(key, str) else ()
