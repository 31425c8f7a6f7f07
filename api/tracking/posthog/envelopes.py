"""Envelopes: how events come in a request: one, a list, a batch, or any of them in a field of a form.

Sources: ``posthog-js`` (``request.ts``), ``posthog`` for Python (``request.py``, ``capture_v1.py``).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

from api.tracking.bodies import parsed
from api.tracking.problems import NO_EVENTS, NOT_JSON, ProblemError
from api.tracking.reading.encoded import decoded
from api.tracking.reading.fields import fields_of, text_of

_FORM = b"data="
_KEYS = ("api_key", "token")


@dataclass(frozen=True, slots=True)
class Envelope:
    """``is_single``: the request is the event."""

    events: list[Any]
    write_keys: tuple[str, ...]
    sent_at: str | None
    is_single: bool = False


def read_envelope(body: bytes, query: Mapping[str, str]) -> Envelope:
    """The events of a body, or of an address that carries them. Raises ProblemError."""
    document = document_of(body, query)
    sent_at = _sent_at(document, query)
    if isinstance(document, dict) and "batch" not in document:
        event = {name: value for name, value in document.items() if name not in _KEYS}
        return Envelope([event], keys_in(document), sent_at, is_single=True)
    events = document.get("batch") if isinstance(document, dict) else document
    if not isinstance(events, list) or not events:
        raise ProblemError(NO_EVENTS)
    return Envelope(events, keys_in(document) or keys_in(events[0]), sent_at)


def document_of(body: bytes, query: Mapping[str, str]) -> Any:  # noqa: ANN401 -- JSON
    """The JSON of a body, of its field ``data`` or of that of its address. Raises ProblemError."""
    form = query.get("data", "")
    if body.startswith(_FORM):
        form = parse_qs(body.decode("utf-8", "replace")).get("data", [""])[0]
    if not form:
        return parsed(body)
    return parsed(form.encode() if form.startswith(("{", "[")) else _unpacked(form))


def keys_in(document: object) -> tuple[str, ...]:
    """The write key that a document carries, or its first event."""
    if not isinstance(document, dict):
        return ()
    key = text_of(document, *_KEYS) or text_of(fields_of(document, "properties"), *_KEYS)
    return () if key is None else (key,)


def _sent_at(document: object, query: Mapping[str, str]) -> str | None:
    sent_at = text_of(document, "sent_at", "sentAt") if isinstance(document, dict) else None
    return sent_at or query.get("_")


def _unpacked(encoded: str) -> bytes:
    try:
        return decoded(encoded)
    except ValueError:
        raise ProblemError(NOT_JSON) from None
