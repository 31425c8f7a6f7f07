"""Refusing: messages of a request one after the other, those that cannot be used with the reason."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sized
from typing import Any, TypeAlias

import orjson

from api.tracking.messages import Message, Refusal
from api.tracking.problems import TOO_MANY, ProblemError
from graph.nesting import MOST_LEVELS, is_too_deep
from loaders.sources.json_values import json_value


class RefusedError(Exception):
    """A message cannot be used. Never leaves the package."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(code)
        self.code, self.reason = code, reason


_TOO_DEEP = ("too_deep", f"a message has at most {MOST_LEVELS} objects and lists within each other")

ReadMessage: TypeAlias = Callable[[Mapping[str, Any]], Message]
"""Reads an object. Raises RefusedError."""


def json_inside(text: str | bytes) -> Any:  # noqa: ANN401 -- whatever JSON holds
    """What a field of a message holds as JSON. Raises ValueError, RefusedError."""
    value = json_value(text)
    if is_too_deep(value):
        raise RefusedError(*_TOO_DEEP)
    return value


def check_count(sent: Sized, most: int) -> None:
    """Raises ProblemError where there are more messages than are taken at once."""
    if len(sent) > most:
        raise ProblemError(TOO_MANY)


def read_each(sent: Iterable[object], max_bytes: int, read: ReadMessage) -> Iterator[Message | Refusal]:
    """What was sent, as messages and refusals in order. ``max_bytes``: of one, as JSON."""
    for index, raw in enumerate(sent):
        yield _read(raw, index, max_bytes, read)


def _read(raw: object, index: int, max_bytes: int, read: ReadMessage) -> Message | Refusal:
    if not isinstance(raw, dict):
        return Refusal(index, "not_an_object", "a message is a JSON object", raw)
    if is_too_deep(raw):
        # What is kept of the message must be written as well.
        flat = {name: value for name, value in raw.items() if not isinstance(value, dict | list)}
        return Refusal(index, *_TOO_DEEP, flat)
    if len(orjson.dumps(raw)) > max_bytes:
        return Refusal(index, "too_large", f"a message has at most {max_bytes:,} bytes", raw)
    try:
        return read(raw)
    except RefusedError as error:
        return Refusal(index, error.code, error.reason, raw)
