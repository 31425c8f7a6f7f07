"""Kept copies: what requests are checked against, without a question to its owner each time."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from time import monotonic
from typing import Generic, TypeVar

from graph.errors import GraphError, UncheckedError

# A copy of keys may be so old; a key that is not in it is looked for in one that is at most so old.
KEPT_S = 5.0
ASKED_AGAIN_S = 1.0

Content = TypeVar("Content")


class KeptCopy(Generic[Content]):
    """What was read last, read again when it is too old. While its owner is away, the copy goes on."""

    def __init__(self, read: Callable[[], Awaitable[Content]]) -> None:
        self._read = read
        self._content: Content | None = None
        self._read_at = float("-inf")
        self._reading = asyncio.Lock()

    async def get(self, oldest_s: float) -> Content | None:
        """The content, read at most ``oldest_s`` ago; none where it could never be read."""
        if not self._is_young(oldest_s):
            async with self._reading:
                if not self._is_young(oldest_s):
                    await self._renew()
        return self._content

    def _is_young(self, oldest_s: float) -> bool:
        # Where nothing could be read yet, requests do not all wait for another attempt.
        return monotonic() - self._read_at <= (oldest_s if self._content is not None else ASKED_AGAIN_S)

    async def _renew(self) -> None:
        # What is known goes on being used; an owner that is away is not asked for every request.
        with suppress(GraphError, UncheckedError):
            self._content = await self._read()
        self._read_at = monotonic()
