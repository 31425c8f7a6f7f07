"""Training: the probabilities of every finding, from the data alone.

Chance agreement (u) comes from a random sample of pairs, agreement of matching pairs (m) from expectation maximisation
(Winkler 1988; Splink's implementation) on blocks of pairs that share strong facts. A comparison is trained in the
passes that do not block on its own columns. A level that no pass has seen keeps its published default and is reported:
Splink itself would fill it in silence.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import duckdb
from splink import block_on
from splink.internals.exceptions import EMTrainingException
from splink.internals.linker import Linker

from resolution.blocking import LISTS
from resolution.comparisons import Comparison
from resolution.model import Model, trained
from resolution.scoring import open_linker, splink_settings
from resolution.settings import ResolutionSettings

# Fewer pairs than this say too little about any level: the published defaults say more.
LEAST_PAIRS = 50
# Facts that make two records likely one person. Of each group of pairs every comparison outside of it can learn.
_PASSES: tuple[tuple[str, ...], ...] = (
    ("given_name", "family_name"),
    ("birth_date",),
    ("email",),
    ("national_id",),
    ("given_name", "postcode"),
    ("family_name", "postcode"),
    ("given_name", "city"),
    ("street",),
)
# Rules that hardly ever join two people; the share of matching pairs that they find is assumed to be 0.7.
_SURE: tuple[tuple[str, ...], ...] = (
    ("given_name", "family_name", "birth_date"),
    ("given_name", "family_name", "postcode"),
    ("given_name", "family_name", "city"),
    ("given_name", "email"),
    ("birth_date", "email"),
)
_RECALL_OF_SURE = 0.7
# No finding is impossible: a single one must not outweigh all others (17 bits at most).
_LEAST = 1e-5


@dataclass(frozen=True, slots=True)
class TrainingTable:
    """Prepared customers in DuckDB, the comparisons that they allow, and how many customers there are."""

    connection: duckdb.DuckDBPyConnection
    comparisons: tuple[Comparison, ...]
    columns: frozenset[str]
    customers: int

    @property
    def can_be_scored(self) -> bool:
        """There are two customers, something to compare, and something to block on."""
        blocked = any(column.startswith("block_") or column in LISTS for column in self.columns)
        return self.customers > 1 and bool(self.comparisons) and blocked


def train(table: TrainingTable, settings: ResolutionSettings) -> Model:
    """A model of the data; its prior is a first estimate, to be brought in line with the scores."""
    linker = open_linker(table.connection, splink_settings(table.comparisons, table.columns))
    pairs = table.customers * (table.customers - 1) // 2
    if pairs >= LEAST_PAIRS:
        _train(linker, table, settings)
    sure = sum(_pairs_within(table.connection, group) for group in _possible(table, _SURE))
    settings_of_model = linker.misc.save_model_to_json()
    prior = min(max(sure / _RECALL_OF_SURE / max(pairs, 1), 1 / max(pairs, 2)), 0.5)
    settings_of_model["probability_two_random_records_match"] = prior
    untrained = tuple(_untrained(linker))
    return trained(_complete(settings_of_model, table.comparisons), untrained)


def _train(linker: Linker, table: TrainingTable, settings: ResolutionSettings) -> None:
    # One thread: the sample of several depends on which of them is first.
    table.connection.execute("SET threads = 1")
    linker.training.estimate_u_using_random_sampling(max_pairs=settings.training_pairs, seed=settings.seed)
    for group in _possible(table, _PASSES):
        if _pairs_within(table.connection, group) >= LEAST_PAIRS:
            _maximise(linker, group, settings)
    table.connection.execute("RESET threads")


def _maximise(linker: Linker, group: tuple[str, ...], settings: ResolutionSettings) -> None:
    try:
        linker.training.estimate_parameters_using_expectation_maximisation(
            block_on(*group), max_pairs=settings.training_pairs
        )
    except EMTrainingException:
        return  # every pair of the group looks alike: there is nothing to learn from it


def _possible(table: TrainingTable, groups: tuple[tuple[str, ...], ...]) -> Iterator[tuple[str, ...]]:
    return (group for group in groups if table.columns.issuperset(group))


def _pairs_within(connection: duckdb.DuckDBPyConnection, group: tuple[str, ...]) -> int:
    """Pairs of customers that agree on every column of the group."""
    by = ", ".join(f'"{column}"' for column in group)
    given = " AND ".join(f'"{column}" IS NOT NULL' for column in group)
    counted = f"SELECT count(*) AS size FROM customers WHERE {given} GROUP BY {by}"  # noqa: S608 -- our own columns
    found = connection.execute(f"SELECT coalesce(sum(size * (size - 1) // 2), 0) FROM ({counted})").fetchone()  # noqa: S608
    assert found is not None
    return int(found[0])


def _untrained(linker: Linker) -> Iterator[str]:
    # Splink has no public way to ask.
    for comparison in linker._settings_obj.comparisons:  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
        for level in comparison.comparison_levels:
            estimated = level._has_estimated_values  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
            if not level.is_null_level and not estimated:
                yield f"{comparison.output_column_name}: {level.label_for_charts}"


def _complete(settings: dict[str, Any], comparisons: tuple[Comparison, ...]) -> dict[str, Any]:
    """Fill what training left out with the published defaults, and keep every weight finite."""
    for stored, comparison in zip(settings["comparisons"], comparisons, strict=True):
        for level, default in zip(stored["comparison_levels"][1:], comparison.levels, strict=True):
            level["m_probability"] = max(level.get("m_probability") or default.m, _LEAST)
            level["u_probability"] = max(level.get("u_probability") or default.u, _LEAST)
    return settings
