"""Refusing: messages of a request one after the other, those that cannot be used with the reason."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sized
from typing import Any, TypeAlias

import orjson

from api.tracking.messages import Message, Refusal
from api.tracking.problems import TOO_MANY, ProblemError


class RefusedError(Exception):
    """A message cannot be used. Never leaves the package."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(code)
        self.code, self.reason = code, reason


ReadMessage: TypeAlias = Callable[[Mapping[str, Any]], Message]
"""Reads an object. Raises RefusedError."""


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
    try:
        size = len(orjson.dumps(raw))
    except TypeError:
        # It reads more levels than it writes, 254; what is kept of the message must be written as well.
        flat = {name: value for name, value in raw.items() if not isinstance(value, dict | list)}
        return Refusal(index, "too_deep", "a message has at most 250 objects and lists within each other", flat)
    if size > max_bytes:
        return Refusal(index, "too_large", f"a message has at most {max_bytes:,} bytes", raw)
    try:
        return read(raw)
    except RefusedError as error:
        return Refusal(index, error.code, error.reason, raw)
