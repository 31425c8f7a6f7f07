"""Remembered: what nearly every request needs and hardly ever changes, read once for all that ask at one time."""

import asyncio
from collections.abc import Awaitable, Callable
from time import monotonic
from typing import Generic, TypeVar

Content = TypeVar("Content")


class Remembered(Generic[Content]):
    """What was read last; read again when it is too old, by one request while the others wait for it."""

    _content: Content

    def __init__(self, read: Callable[[], Awaitable[Content]]) -> None:
        self._read = read
        self._read_at = float("-inf")
        self._reading = asyncio.Lock()

    async def get(self, oldest_s: float) -> Content:
        """The content, read at most ``oldest_s`` ago. Raises what reading raises."""
        if self._age_s > oldest_s:
            async with self._reading:
                if self._age_s > oldest_s:
                    self._content = await self._read()
                    self._read_at = monotonic()
        return self._content

    @property
    def _age_s(self) -> float:
        return monotonic() - self._read_at
