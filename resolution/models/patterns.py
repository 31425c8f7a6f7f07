"""Agreement patterns: which findings pairs show, counted. All that training has to know of the pairs."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from resolution.comparing.asked import Asked, repeated_conditions
from resolution.comparing.levels import Comparison, Level

Numbers = npt.NDArray[np.float64]
Indices = npt.NDArray[np.int64]

# Frequencies are told apart by a quarter of a bit: finer changes no estimate and makes as many patterns as pairs.
_STEPS_A_BIT = 4
_NAMES = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Patterns:
    """Blocked pairs by pattern.

    ``levels``: for each comparison the level of each pattern, as many as it has levels where a value is missing.
    ``rarity``: minus log2 of the frequencies of the values that agree. ``counts``: pairs of each pattern.
    """

    levels: tuple[Indices, ...]
    rarity: Numbers
    counts: Numbers


@dataclass(frozen=True, slots=True)
class RandomPairs:
    """What random pairs show: ``counts`` of each level for each comparison, out of ``pairs``."""

    pairs: int
    counts: tuple[Numbers, ...]


def random_pairs(connection: duckdb.DuckDBPyConnection, comparisons: Sequence[Comparison], most: int) -> RandomPairs:
    """Findings among all pairs of a sample of customers. The sample is drawn by hash: the same every time."""
    customers = int((1 + sqrt(1 + 8 * most)) / 2)
    connection.execute(f"""
        CREATE OR REPLACE TEMP TABLE sample AS
        SELECT * FROM records
        SEMI JOIN (SELECT number FROM records ORDER BY md5(key), key LIMIT {customers}) USING (number)
    """)
    # As a table they are several pieces of work; from the join they would come as one.
    connection.execute("""
        CREATE OR REPLACE TEMP TABLE random AS
        SELECT l.number AS number_l, r.number AS number_r FROM sample l JOIN sample r ON l.number < r.number
    """)
    pairs = "SELECT number_l, number_r FROM random"
    found = findings_of(connection, comparisons, pairs, "sample")
    connection.execute(f"CREATE OR REPLACE TEMP TABLE found AS {found}")
    counted = connection.execute("SELECT count(*) FROM found").fetchone()
    assert counted is not None
    counts = tuple(_counts(connection, comparison) for comparison in comparisons)
    connection.execute("DROP TABLE found; DROP TABLE random; DROP TABLE sample")
    return RandomPairs(int(counted[0]), counts)


def _counts(connection: duckdb.DuckDBPyConnection, comparison: Comparison) -> Numbers:
    column = _column(comparison)
    found = connection.execute(f"SELECT {column}, count(*) FROM found GROUP BY {column}").fetchall()
    known = dict[int, int](found)
    return np.array([known.get(level, 0) for level in range(len(comparison.levels))], dtype=np.float64)


def blocked_pairs(connection: duckdb.DuckDBPyConnection, comparisons: Sequence[Comparison], times: float) -> Patterns:
    """Patterns of the pairs in the table ``around`` that were drawn, each of which stands for so many.

    Leaves the table ``patterned``: those pairs with their findings.
    """
    pairs = findings_of(connection, comparisons, "SELECT number_l, number_r FROM around WHERE drawn")
    connection.execute(f"""
        CREATE OR REPLACE TEMP TABLE patterned AS
        SELECT number_l, number_r, {_pattern(comparisons)} FROM ({pairs})
    """)
    return _patterns(connection, comparisons, f"SELECT {_names(comparisons)} FROM patterned", times)


def finders_of(connection: duckdb.DuckDBPyConnection, comparisons: Sequence[Comparison]) -> pa.Table:
    """Of each pair in the table ``patterned``: ``keys`` that find it, and the place of its ``pattern``."""
    return connection.execute(f"""
        SELECT keys, dense_rank() OVER (ORDER BY {_names(comparisons)}) - 1 AS pattern
        FROM patterned JOIN around USING (number_l, number_r) ORDER BY number_l, number_r
    """).to_arrow_table()


def patterns_of(connection: duckdb.DuckDBPyConnection, comparisons: Sequence[Comparison], pairs: str) -> Patterns:
    """Patterns of pairs (SQL that gives ``number_l`` and ``number_r``)."""
    found = findings_of(connection, comparisons, pairs)
    return _patterns(connection, comparisons, f"SELECT {_pattern(comparisons)} FROM ({found})")


def _patterns(
    connection: duckdb.DuckDBPyConnection, comparisons: Sequence[Comparison], pairs: str, times: float = 1.0
) -> Patterns:
    """The patterns of pairs, each of which counts so many times."""
    patterns: dict[str, npt.NDArray[Any]] = connection.execute(f"""
        SELECT {_names(comparisons)}, count(*) AS pairs FROM ({pairs}) GROUP BY ALL ORDER BY ALL
    """).fetchnumpy()  # pyright: ignore[reportAssignmentType] -- no column is an enumeration
    return Patterns(
        levels=tuple(_levels(patterns[_name(comparison)], comparison) for comparison in comparisons),
        rarity=np.asarray(patterns["rarity"], dtype=np.float64) / _STEPS_A_BIT,
        counts=np.asarray(patterns["pairs"], dtype=np.float64) * times,
    )


def _names(comparisons: Sequence[Comparison]) -> str:
    return ", ".join((*map(_column, comparisons), "rarity"))


def _pattern(comparisons: Sequence[Comparison]) -> str:
    """SQL for the pattern of a pair."""
    return f"{', '.join(map(_column, comparisons))}, round(rarity * {_STEPS_A_BIT})::SMALLINT AS rarity"


def _levels(found: npt.NDArray[Any], comparison: Comparison) -> Indices:
    return np.where(found < 0, len(comparison.levels), found).astype(np.int64)


def findings_of(
    connection: duckdb.DuckDBPyConnection, comparisons: Sequence[Comparison], pairs: str, records: str = "records"
) -> str:
    """SQL that gives for each pair (``number_l``, ``number_r``) the level of every comparison, -1 where missing.

    And ``rarity``: minus log2 of the frequencies of the values that agree. Only columns that are asked for are joined:
    a million pairs of whole records take ten times as long.
    """
    findings = {_column(comparison): comparison.position() for comparison in comparisons}
    asked = Asked.of(findings, repeated_conditions(comparisons))
    joined = joined_records(
        connection, pairs, asked.text + " ".join(_frequency(level) for level in _frequent(comparisons)), records
    )
    found = ", ".join(findings)
    rarity = " + ".join(_rarity(comparisons)) or "0"
    return f"SELECT number_l, number_r, {found}, {rarity} AS rarity FROM ({asked.over(joined)})"


def joined_records(connection: duckdb.DuckDBPyConnection, pairs: str, asked: str, records: str = "records") -> str:
    """SQL that puts beside each pair the columns of both customers that ``asked`` names.

    ``records``: the table that has the customers of all pairs. All of it is hashed, so a smaller one saves time.
    """
    described: list[tuple[Any, ...]] = connection.execute(f"DESCRIBE {records}").fetchall()
    names = set(_NAMES.findall(asked))
    columns = (str(row[0]) for row in described)
    known = ((column, side) for column in columns for side in "lr" if f"{column}_{side}" in names)
    sides = "".join(f', {side}."{column}" AS "{column}_{side}"' for column, side in known)
    return f"""
        SELECT number_l, number_r{sides}
        FROM ({pairs}) JOIN {records} l ON l.number = number_l JOIN {records} r ON r.number = number_r
    """


def _frequent(comparisons: Iterable[Comparison]) -> list[Level]:
    return [level for comparison in comparisons for level in comparison.levels if level.frequency_of]


def _frequency(level: Level) -> str:
    return f'"tf_{level.frequency_of}_l"'


def _rarity(comparisons: Iterable[Comparison]) -> list[str]:
    return [
        f"CASE WHEN {_column(comparison)} = {number} THEN -log2({_frequency(level)}) ELSE 0 END"
        for comparison in comparisons
        for number, level in enumerate(comparison.levels)
        if level.frequency_of
    ]


def _column(comparison: Comparison) -> str:
    return f'"{_name(comparison)}"'


def _name(comparison: Comparison) -> str:
    return f"found_{comparison.name}"
