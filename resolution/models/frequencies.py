"""Term frequencies: how likely a stranger has the same value. Rare values say more when they agree."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import duckdb
import pyarrow as pa

from resolution.comparing.asked import DIGITS
from resolution.comparing.levels import Comparison, Level

# The published default counts as much as so many customers: it rules where data are few and vanishes where they abound.
_PRIOR_CUSTOMERS = 100


@dataclass(frozen=True, slots=True)
class Frequencies:
    """Frequencies of the values of one column. ``least``: of a value that is not among them, as rare as one customer's.

    The customer itself is not counted: a value that nobody else has is as rare as the default lets it be.
    """

    values: Mapping[str, float]
    least: float

    def of(self, value: str) -> float:
        """Frequency of a value, known or not."""
        return self.values.get(value, self.least)


def frequency_levels(comparisons: Iterable[Comparison]) -> dict[str, Level]:
    """Column -> the level of equal values whose weight its frequencies adjust."""
    found: dict[str, Level] = {}
    for level in (level for comparison in comparisons for level in comparison.levels):
        if level.frequency_of:
            found.setdefault(level.frequency_of, level)
    return found


def count_frequencies(
    connection: duckdb.DuckDBPyConnection, comparisons: Iterable[Comparison]
) -> dict[str, Frequencies]:
    """Column -> frequencies of its values among the customers in the table ``numbered``."""
    return {column: _counted(connection, column, level.u) for column, level in frequency_levels(comparisons).items()}


def _counted(connection: duckdb.DuckDBPyConnection, column: str, usual: float) -> Frequencies:
    counted: list[tuple[str, int]] = connection.execute(
        f'SELECT "{column}", count(*) FROM numbered WHERE "{column}" IS NOT NULL GROUP BY "{column}" ORDER BY ALL'
    ).fetchall()
    others = sum(count for _, count in counted) - 1 + _PRIOR_CUSTOMERS
    known = _PRIOR_CUSTOMERS * usual
    return Frequencies({value: (count - 1 + known) / others for value, count in counted if count > 1}, known / others)


def load_frequencies(connection: duckdb.DuckDBPyConnection, frequencies: Mapping[str, Frequencies]) -> None:
    """Make a table ``frequencies_<column>`` for each column, as Splink reads it, with every value of the customers.

    The table ``records`` holds the customers of ``numbered`` with the frequencies of their values, and with the digits
    of their birth dates (``comparing.asked``); ``numbered`` is a view of it from then on.
    """
    for column, known in frequencies.items():
        connection.register("known", _table(column, known))
        connection.execute(f"""
            CREATE OR REPLACE TABLE "{table_of(column)}" AS
            SELECT "{column}", coalesce(any_value(frequency), {known.least!r}) AS "tf_{column}"
            FROM numbered LEFT JOIN known USING ("{column}") WHERE "{column}" IS NOT NULL
            GROUP BY "{column}" ORDER BY "{column}"
        """)
    found = "".join(f', "tf_{column}"' for column in frequencies)
    joins = " ".join(f'LEFT JOIN "{table_of(column)}" USING ("{column}")' for column in frequencies)
    if "birth_date" in frequencies:
        found += ", birth_digits"
        dates = f"(SELECT birth_date, {DIGITS} AS birth_digits FROM {table_of('birth_date')})"
        joins += f" LEFT JOIN {dates} USING (birth_date)"
    columns = ", ".join(f'"{row[0]}"' for row in connection.execute("DESCRIBE numbered").fetchall())
    connection.execute(f"CREATE TABLE records AS SELECT numbered.*{found} FROM numbered {joins}")
    connection.execute("DROP TABLE numbered")
    connection.execute(f"CREATE VIEW numbered AS SELECT {columns} FROM records")
    # In memory as well, this is when tables are compressed: a million customers take 94 MB in place of 468.
    connection.execute("CHECKPOINT")


def _table(column: str, known: Frequencies) -> pa.Table:
    values, frequencies = list(known.values), list(known.values.values())
    return pa.table({column: pa.array(values, pa.string()), "frequency": pa.array(frequencies, pa.float64())})


def table_of(column: str) -> str:
    """Name of the table with the frequencies of a column."""
    return f"frequencies_{column}"
