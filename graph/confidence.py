"""Confidence: how sure an answer has to be, as a number or as a named level of the model that scored last."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from graph.connection import AsyncGraph, Graph, Row
from graph.errors import ConfigurationError
from graph.times import milliseconds

EXACT, DEFAULT = "exact", "default"


@dataclass(frozen=True, slots=True)
class Levels:
    """Named confidences. Before the first resolution only ``exact`` is known, and every customer stands alone."""

    model_version: str | None
    values: Mapping[str, float]

    @property
    def default(self) -> float:
        """The level that the model chose from its data."""
        return self.values.get(DEFAULT, 1.0)

    def confidence_of(self, asked: str | float | None) -> float:
        """A number between 0 and 1 from a number, a level's name in any case, or nothing (the default level).

        Raises ConfigurationError.
        """
        if asked is None:
            return self.default
        if isinstance(asked, str) and asked.lower() in self.values:
            return self.values[asked.lower()]
        try:
            number = float(asked)
        except ValueError:
            number = -1.0
        if not 0 <= number <= 1:
            names = ", ".join(name.upper() for name in self.values)
            raise ConfigurationError("This confidence is not known.", f"Give a number from 0 to 1, or one of {names}.")
        return number

    def confidence_then(self, asked: str | float | None) -> float:
        """The same of a past moment: before the first resolution whatever is asked for means that all stand alone."""
        return self.confidence_of(asked if self.model_version else None)


async def get_levels(graph: AsyncGraph) -> Levels:
    """The levels of the model that scored last. Raises GraphError."""
    return levels_of(await graph.read("get_levels"))


async def get_levels_at(graph: AsyncGraph, at: datetime) -> Levels:
    """The levels of the model that had scored last at a time. Raises GraphError."""
    return levels_of(await graph.read("get_levels_at", at=milliseconds(at)))


def read_levels(graph: Graph) -> Levels:
    """The same for the command line. Raises GraphError."""
    return levels_of(graph.read("get_levels"))


def levels_of(rows: list[Row]) -> Levels:
    """Levels from the rows of ``get_levels``."""
    if not rows:
        return Levels(None, {EXACT: 1.0})
    row = rows[0]
    return Levels(row["model_version"], dict(zip(row["level_names"], row["level_values"], strict=True)))
