"""Pixels: a page view or an event in the address of a picture, for mails and pages without scripts."""

import base64
import binascii
from collections.abc import Sequence
from typing import Any

from api.tracking.problems import NOT_JSON, ProblemError
from api.tracking.segment.envelopes import Envelope, read_envelope

_NOT_OF_MESSAGE = frozenset({"writeKey"})
_DEEPEST = 5


def pixel_envelope(query: Sequence[tuple[str, str]], kind: str) -> Envelope:
    """The message that a query is: ``userId=u1&event=Email Opened&properties.email_id=7``; Segment's is in ``data``.

    Raises ProblemError.
    """
    for name, value in query:
        if name == "data":
            return read_envelope(_decoded(value), kind)
    message: dict[str, Any] = {}
    for name, value in query:
        if name not in _NOT_OF_MESSAGE:
            _set(message, name.split(".", _DEEPEST), value)
    return Envelope([message], kind)


def _decoded(data: str) -> bytes:
    """base64 of either alphabet, in whose place a query may have put spaces, with or without its end."""
    text = data.replace(" ", "+").replace("-", "+").replace("_", "/").rstrip("=")
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError):
        raise ProblemError(NOT_JSON) from None


def _set(into: dict[str, Any], path: list[str], value: str) -> None:
    for name in path[:-1]:
        inner = into.setdefault(name, {})
        if not isinstance(inner, dict):
            return
        into = inner
    into.setdefault(path[-1], value)
