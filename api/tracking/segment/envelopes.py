"""Envelopes: what a request body holds besides its messages, which takes part in each of them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson

from api.tracking.problems import NO_BATCH, NOT_JSON, ProblemError
from api.tracking.segment.fields import fields_of, moment_of

BATCH = "batch"


@dataclass(frozen=True, slots=True)
class Envelope:
    """Messages as they were sent. ``kind``: of all of them, none where each says its own."""

    messages: list[Any]
    kind: str | None = None
    context: Mapping[str, Any] = field(default_factory=dict[str, Any])
    sent_at: datetime | None = None
    write_keys: tuple[str, ...] = ()


def read_envelope(body: bytes, kind: str) -> Envelope:
    """The messages of a body; ``kind``: batch, or what the one message is. Raises ProblemError."""
    document = _parsed(body.removeprefix(b"\xef\xbb\xbf"))
    if kind == BATCH:
        return _batch(document)
    if not isinstance(document, dict):
        raise ProblemError(NOT_JSON)
    return Envelope([document], kind, write_keys=_keys(document))


def _parsed(body: bytes) -> Any:  # noqa: ANN401 -- whatever a client sends
    """JSON, and what clients send for it: half a character, of a text that was cut within an emoji, and NaN.

    The one becomes a question mark, the other null, as in browsers: else whole batches were lost for it.
    """
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        pass
    try:
        document = json.loads(body, parse_constant=lambda _: None)
        return orjson.loads(json.dumps(document, ensure_ascii=False).encode("utf-8", "replace"))
    except (ValueError, RecursionError):
        raise ProblemError(NOT_JSON) from None


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
