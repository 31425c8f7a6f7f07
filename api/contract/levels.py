"""Levels of confidence: from what a request asks for to a number, with the levels of the model that scored last."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
from time import monotonic

from graph.confidence import Levels, get_levels, get_levels_at
from graph.connection import AsyncGraph
from graph.errors import ConfigurationError

LEVELS_KEPT_S = 1.0


@dataclass(frozen=True, slots=True)
class ConfidenceLevel:
    """A named confidence of the model that scored last."""

    name: str
    confidence: float


@dataclass(frozen=True, slots=True)
class ConfidenceLevels:
    """The named confidences that can be asked for, and the model that they belong to."""

    model_version: str | None
    default: float
    levels: tuple[ConfidenceLevel, ...]


class LevelsCache:
    """The levels, kept for a second: nearly every request needs them, and only a resolution changes them."""

    def __init__(self, graph: AsyncGraph) -> None:
        self._graph = graph
        self._levels: Levels | None = None
        self._read_at = float("-inf")
        self._reading = asyncio.Lock()

    async def get(self) -> Levels:
        """The levels, at most ``LEVELS_KEPT_S`` old. Raises GraphError."""
        if self._levels is None or monotonic() - self._read_at > LEVELS_KEPT_S:
            async with self._reading:
                return await self._renewed()
        return self._levels

    async def _renewed(self) -> Levels:
        """Read again, unless another request has done so meanwhile."""
        if self._levels is None or monotonic() - self._read_at > LEVELS_KEPT_S:
            self._levels = await get_levels(self._graph)
            self._read_at = monotonic()
        return self._levels

    async def confidence_of(self, asked: str | float | None, at: datetime | None = None) -> float:
        """The number that a ``Confidence`` argument means, now or at a time.

        Raises ConfigurationError (an unknown level, a time to come), GraphError.
        """
        if at is None:
            return (await self.get()).confidence_of(asked)
        if at > datetime.now(UTC):
            raise ConfigurationError("This time is still to come.", "Give a time in the past.")
        then = await get_levels_at(self._graph, at)
        return then.confidence_of(asked if then.model_version else None)


def confidence_levels(levels: Levels) -> ConfidenceLevels:
    """The levels as they are shown: highest first."""
    ordered = sorted(levels.values.items(), key=lambda level: -level[1])
    shown = tuple(ConfidenceLevel(name.upper(), confidence) for name, confidence in ordered)
    return ConfidenceLevels(levels.model_version, levels.default, shown)
