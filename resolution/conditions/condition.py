"""Conditions on two customers, declared once: as SQL for an engine that scores in bulk, and as a Python function.

Both follow SQL's logic of three values: a missing value makes a condition neither true nor false (None) until
``Surely`` or ``Missing`` settles it. Texts are compared by their UTF-8 bytes, as DuckDB does.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Row = Mapping[str, Any]
Holds = Callable[[Row, Row], bool | None]
Reads = Callable[[Row, Row], Any]


@dataclass(frozen=True, slots=True)
class Dialect:
    """What an engine calls the functions that engines call differently."""

    meet: str
    intersect: str
    size: str
    text: str


DUCKDB = Dialect(meet="list_has_any", intersect="list_intersect", size="len", text="VARCHAR")
SPARK = Dialect(meet="arrays_overlap", intersect="array_intersect", size="size", text="STRING")


class Condition(ABC):
    """Something that holds, does not hold, or cannot be told of two customers."""

    @abstractmethod
    def sql(self, dialect: Dialect = DUCKDB) -> str:
        """SQL over ``<column>_l`` and ``<column>_r``."""

    @abstractmethod
    def compiled(self) -> Holds:
        """A function of two prepared rows (``resolution.preparation``); None where it cannot be told."""


class Value(ABC):
    """Something that is read of one of two customers."""

    @abstractmethod
    def sql(self, dialect: Dialect = DUCKDB) -> str:
        """SQL over ``<column>_l`` and ``<column>_r``."""

    @abstractmethod
    def compiled(self) -> Reads:
        """A function of two prepared rows; None where the value is missing."""
