"""Levels of confidence: from what a request asks for to a number, with the levels of the model that scored last."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial

from api.operation.remembered import Remembered
from graph.confidence import Levels, get_levels, get_levels_at
from graph.connection import AsyncGraph
from graph.history import require_past

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
        self._levels = Remembered(partial(get_levels, graph))

    async def get(self) -> Levels:
        """The levels, at most ``LEVELS_KEPT_S`` old. Raises GraphError."""
        return await self._levels.get(LEVELS_KEPT_S)

    async def confidence_of(self, asked: str | float | None, at: datetime | None = None) -> float:
        """The number that a ``Confidence`` argument means, now or at a time.

        Raises ConfigurationError (an unknown level, a time to come), GraphError.
        """
        if at is None:
            return (await self.get()).confidence_of(asked)
        require_past(at)
        return (await get_levels_at(self._graph, at)).confidence_then(asked)


def confidence_levels(levels: Levels) -> ConfidenceLevels:
    """The levels as they are shown: highest first."""
    ordered = sorted(levels.values.items(), key=lambda level: -level[1])
    shown = tuple(ConfidenceLevel(name.upper(), confidence) for name, confidence in ordered)
    return ConfidenceLevels(levels.model_version, levels.default, shown)
