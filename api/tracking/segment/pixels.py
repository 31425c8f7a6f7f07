"""Pixels: a page view or an event in the address of a picture, for mails and pages without scripts."""

from collections.abc import Iterable
from typing import Any

from api.tracking.segment.envelopes import Envelope

_NOT_OF_MESSAGE = frozenset({"writeKey"})
_DEEPEST = 5


def pixel_envelope(query: Iterable[tuple[str, str]], kind: str) -> Envelope:
    """The message that a query is: ``userId=u1&event=Email Opened&properties.email_id=7``."""
    message: dict[str, Any] = {}
    for name, value in query:
        if name not in _NOT_OF_MESSAGE:
            _set(message, name.split(".", _DEEPEST), value)
    return Envelope([message], kind)


def _set(into: dict[str, Any], path: list[str], value: str) -> None:
    for name in path[:-1]:
        inner = into.setdefault(name, {})
        if not isinstance(inner, dict):
            return
        into = inner
    into.setdefault(path[-1], value)
