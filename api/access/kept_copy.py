"""Kept copies: what requests are checked against, without a question to its owner each time."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Generic, TypeVar

from api.operation.remembered import Remembered
from graph.errors import GraphError, UncheckedError

# A copy of keys may be so old; a key that is not in it is looked for in one that is at most so old.
KEPT_S = 5.0
ASKED_AGAIN_S = 1.0

Content = TypeVar("Content")


class KeptCopy(Generic[Content]):
    """What was read last, read again when it is too old. While its owner is away, the copy goes on."""

    def __init__(self, read: Callable[[], Awaitable[Content]]) -> None:
        self._read = read
        self._last: Content | None = None
        self._known = Remembered(self._tried)

    async def get(self, oldest_s: float) -> Content | None:
        """The content, read at most ``oldest_s`` ago; none where it could never be read."""
        # Where nothing could be read yet, requests do not all wait for another attempt.
        return await self._known.get(oldest_s if self._last is not None else ASKED_AGAIN_S)

    async def _tried(self) -> Content | None:
        # What is known goes on being used; an owner that is away is not asked for every request.
        with suppress(GraphError, UncheckedError):
            self._last = await self._read()
        return self._last
