"""Term frequencies: how likely a stranger has the same value. Rare values say more when they agree."""

from collections.abc import Iterable

import duckdb

from resolution.levels import Comparison, Level

# The published default counts as much as so many customers: it rules where data are few and vanishes where they abound.
_PRIOR_CUSTOMERS = 100


def frequency_levels(comparisons: Iterable[Comparison]) -> dict[str, Level]:
    """Column -> the level of equal values whose weight its frequencies adjust."""
    found: dict[str, Level] = {}
    for level in (level for comparison in comparisons for level in comparison.levels):
        if level.frequency_of:
            found.setdefault(level.frequency_of, level)
    return found


def make_frequencies(connection: duckdb.DuckDBPyConnection, comparisons: Iterable[Comparison]) -> None:
    """Make a table ``frequencies_<column>`` for each adjusted column, as Splink reads it.

    The customer itself is not counted: a value that nobody else has is as rare as the default lets it be. The table
    ``records`` holds the customers with the frequencies of their values.
    """
    columns = frequency_levels(comparisons)
    for column, level in columns.items():
        connection.execute(f"""
            CREATE OR REPLACE TABLE "{table_of(column)}" AS
            SELECT "{column}",
                (count(*) - 1 + {_PRIOR_CUSTOMERS * level.u}) / (sum(count(*)) OVER () - 1 + {_PRIOR_CUSTOMERS})
                AS "tf_{column}"
            FROM numbered WHERE "{column}" IS NOT NULL GROUP BY "{column}" ORDER BY "{column}"
        """)
    known = "".join(f', "{table_of(column)}"."tf_{column}"' for column in columns)
    joins = " ".join(f'LEFT JOIN "{table_of(column)}" USING ("{column}")' for column in columns)
    connection.execute(
        f"CREATE OR REPLACE TABLE records AS SELECT numbered.*{known} FROM numbered {joins} ORDER BY number"
    )


def table_of(column: str) -> str:
    """Name of the table with the frequencies of a column."""
    return f"frequencies_{column}"
