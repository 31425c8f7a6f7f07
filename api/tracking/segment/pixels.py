"""Pixels: a page view or an event in the address of a picture, for mails and pages without scripts."""

from collections.abc import Sequence
from typing import Any

from api.tracking.problems import NOT_JSON, ProblemError
from api.tracking.reading.encoded import decoded
from api.tracking.segment.envelopes import Envelope, read_envelope

_NOT_OF_MESSAGE = frozenset({"writeKey"})
_DEEPEST = 5


def pixel_envelope(query: Sequence[tuple[str, str]], kind: str) -> Envelope:
    """The message that a query is: ``userId=u1&event=Email Opened&properties.email_id=7``; Segment's is in ``data``.

    Raises ProblemError.
    """
    for name, value in query:
        if name == "data":
            return _sent_whole(value, kind)
    message: dict[str, Any] = {}
    for name, value in query:
        if name not in _NOT_OF_MESSAGE:
            _set(message, name.split(".", _DEEPEST), value)
    return Envelope([message], kind)


def _sent_whole(data: str, kind: str) -> Envelope:
    try:
        return read_envelope(decoded(data), kind)
    except ValueError:
        raise ProblemError(NOT_JSON) from None


def _set(into: dict[str, Any], path: list[str], value: str) -> None:
    for name in path[:-1]:
        inner = into.setdefault(name, {})
        if not isinstance(inner, dict):
            return
        into = inner
    into.setdefault(path[-1], value)
