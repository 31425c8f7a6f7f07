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
    """What an engine calls the functions that engines call differently. ``name``: of the engine, as Splink knows it."""

    name: str
    meet: str
    intersect: str
    size: str
    similarity: str
    edits: str


DUCKDB = Dialect(
    name="duckdb",
    meet="list_has_any",
    intersect="list_intersect",
    size="len",
    similarity="jaro_winkler_similarity",
    edits="damerau_levenshtein",
)
# The last two are ours (``resolution.engines.spark_texts``). ``size`` would be -1 of a missing list, or missing, as
# Spark is set.
SPARK = Dialect(
    name="spark",
    meet="arrays_overlap",
    intersect="array_intersect",
    size="array_size",
    similarity="text_similarity",
    edits="text_edits",
)


class Condition(ABC):
    """Something that holds, does not hold, or cannot be told of two customers."""

    @abstractmethod
    def sql(self, dialect: Dialect = DUCKDB) -> str:
        """SQL over ``<column>_l`` and ``<column>_r``."""

    @abstractmethod
    def compiled(self) -> Holds:
        """A function of two prepared rows (``resolution.customers.preparation``); None where it cannot be told."""


class Value(ABC):
    """Something that is read of one of two customers."""

    @abstractmethod
    def sql(self, dialect: Dialect = DUCKDB) -> str:
        """SQL over ``<column>_l`` and ``<column>_r``."""

    @abstractmethod
    def compiled(self) -> Reads:
        """A function of two prepared rows; None where the value is missing."""
