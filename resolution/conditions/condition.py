"""Conditions on two customers, declared once: as SQL for an engine that scores in bulk, and as Python text.

Both follow SQL's logic of three values: a missing value makes a condition neither true nor false until ``Surely`` or
``Missing`` settles it. Python text is of two kinds therefore: what is true where the condition holds, and what is true
where it fails. Texts are compared by their UTF-8 bytes, as DuckDB does.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from resolution.conditions.variables import Variables, present

Row = Mapping[str, Any]


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
    """Something that holds, fails, or cannot be told of two customers."""

    @abstractmethod
    def sql(self, dialect: Dialect = DUCKDB) -> str:
        """SQL over ``<column>_l`` and ``<column>_r``."""

    def when(self, dialect: Dialect = DUCKDB) -> str:
        """SQL for CASE WHEN, where what cannot be told counts as what fails.

        Nothing in it is settled that CASE settles anyway: DuckDB asks all parts of a condition within ``coalesce``, and
        outside of it no more than decide. Finding the levels of pairs took a fifth less of the processor's time.
        """
        return self.sql(dialect)

    @abstractmethod
    def holds(self, variables: Variables) -> str:
        """Python text that is true where it holds."""

    @abstractmethod
    def fails(self, variables: Variables) -> str:
        """Python text that is true where it fails: not where it cannot be told."""


class Fact(Condition):
    """A condition on values: it cannot be told where one of them is missing."""

    @abstractmethod
    def test(self, variables: Variables) -> tuple[list[str], str]:
        """The variables that it needs, and Python text that tells of them whether it holds."""

    def holds(self, variables: Variables) -> str:
        """Python text that is true where it holds."""
        needed, test = self.test(variables)
        return f"({present(needed)} and {test})"

    def fails(self, variables: Variables) -> str:
        """Python text that is true where it fails: not where it cannot be told."""
        needed, test = self.test(variables)
        return f"({present(needed)} and not ({test}))"


class Value(ABC):
    """Something that is read of one of two customers."""

    @abstractmethod
    def sql(self, dialect: Dialect = DUCKDB) -> str:
        """SQL over ``<column>_l`` and ``<column>_r``."""

    @abstractmethod
    def text(self, variables: Variables) -> tuple[list[str], str]:
        """The variables that it is made of, and Python text that makes it of them when they have a value."""
