"""Modes: how CloudEvents come in a request. Source: the HTTP protocol binding of CloudEvents 1.0.2."""

import base64
from typing import Any
from urllib.parse import unquote

from starlette.datastructures import Headers

from api.tracking.bodies import parsed
from api.tracking.problems import NO_EVENTS, ProblemError

STRUCTURED, BATCHED = "application/cloudevents+json", "application/cloudevents-batch+json"

_PREFIX = "ce-"


def is_batch(headers: Headers) -> bool:
    """Whether a request may hold several events."""
    return _media_type(headers) == BATCHED


def events_of(headers: Headers, body: bytes) -> list[Any]:
    """The events of a request, each as in structured mode. Raises ProblemError."""
    if is_batch(headers):
        events = parsed(body)
        if not isinstance(events, list) or not events:
            raise ProblemError(NO_EVENTS)
        return events
    if _media_type(headers) != STRUCTURED and f"{_PREFIX}specversion" in headers:
        return [_in_headers(headers, body)]
    event = parsed(body)
    if not isinstance(event, dict):
        raise ProblemError(NO_EVENTS)
    return [event]


def _in_headers(headers: Headers, body: bytes) -> dict[str, Any]:
    event: dict[str, Any] = {
        name.removeprefix(_PREFIX): unquote(value) for name, value in headers.items() if name.startswith(_PREFIX)
    }
    media_type = _media_type(headers)
    if media_type:
        event["datacontenttype"] = media_type
    if not body:
        return event
    if is_json(media_type):
        return event | {"data": parsed(body)}
    try:
        return event | {"data": body.decode()}
    except UnicodeDecodeError:
        return event | {"data_base64": base64.b64encode(body).decode()}


def is_json(media_type: str) -> bool:
    """Whether data of a type is JSON; without a type it is."""
    return not media_type or media_type.endswith(("/json", "+json"))


def _media_type(headers: Headers) -> str:
    return headers.get("content-type", "").partition(";")[0].strip().lower()
