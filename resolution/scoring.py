"""Scoring: Splink on DuckDB over the blocked pairs, each with its evidence.

``score`` predicts once, finds the prior that agrees with the scores, and brings every weight to that prior.
"""

import json
import logging
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import duckdb
import pyarrow as pa
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

from resolution.blocking import LISTS, BlockingKey, blocking_keys
from resolution.comparisons import Comparison
from resolution.model import Model, log_odds
from resolution.settings import ResolutionSettings

# The prior may rise by this much (log2 odds) when it is brought in line with the scores.
_PRIOR_MARGIN = 12.0
_ROUNDS = 200
_CONVERGED = 1e-7


@dataclass(frozen=True, slots=True)
class ScoredPairs:
    """Pairs at or above the keep threshold: ``left``, ``right``, ``weight``, ``evidence`` (JSON text), ``contradicts``.

    Sorted by left and right. ``looked_at``: how many pairs blocking gave.
    """

    table: pa.Table
    looked_at: int


def load_customers(
    connection: duckdb.DuckDBPyConnection, prepared: pa.Table, settings: ResolutionSettings
) -> list[BlockingKey]:
    """Put the prepared customers with their blocking keys into the table ``customers``."""
    keys = blocking_keys(set(prepared.column_names))
    connection.register("prepared", prepared)
    made = "".join(f", {key.sql} AS {key.column}" for key in keys)
    connection.execute(f"CREATE OR REPLACE TEMP VIEW keyed AS SELECT *{made} FROM prepared")  # noqa: S608
    replaced = ", ".join(
        f"CASE WHEN count(*) OVER (PARTITION BY {key.column}) <= {settings.largest_block} THEN {key.column} END"
        f" AS {key.column}"
        for key in keys
    )
    kept = f"* REPLACE ({replaced})" if keys else "*"
    connection.execute(f"CREATE OR REPLACE TABLE customers AS SELECT {kept} FROM keyed ORDER BY key")  # noqa: S608
    return keys


def splink_settings(comparisons: Iterable[Comparison], columns: Iterable[str]) -> dict[str, Any]:
    """Splink's settings: the comparisons, and a blocking rule for each key and list."""
    present = set(columns)
    rules: list[Any] = [block_on(column) for column in sorted(present) if column.startswith("block_")]
    rules += [block_on(name, arrays_to_explode=[name]) for name in LISTS if name in present]
    creator = SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name="key",
        blocking_rules_to_generate_predictions=rules,
        comparisons=[comparison.for_splink() for comparison in comparisons],
        retain_intermediate_calculation_columns=True,
        retain_matching_columns=True,  # without them the findings are left out as well
        max_iterations=25,
        linker_uid="identity",  # Splink draws one otherwise, and the model would never be the same twice
    )
    return creator.create_settings_dict("duckdb")


def open_linker(connection: duckdb.DuckDBPyConnection, settings: dict[str, Any]) -> Linker:
    """Splink on the table ``customers``."""
    logging.getLogger("splink").setLevel(logging.ERROR)
    api = DuckDBAPI(connection)
    customers = api.register("customers", dataset_display_name="customers")
    return Linker(customers, settings, log_level=logging.ERROR)


def score(
    connection: duckdb.DuckDBPyConnection, model: Model, settings: ResolutionSettings
) -> tuple[Model, ScoredPairs]:
    """Score every blocked pair; the model comes back with the prior that agrees with the scores."""
    linker = open_linker(connection, model.settings)
    predictions = linker.inference.predict(threshold_match_weight=settings.keep_above - _PRIOR_MARGIN)
    final = model.with_prior(_agreed_prior(connection, predictions.physical_name, model))
    shift = log_odds(final.prior) - log_odds(model.prior)
    query = f"""
        SELECT least(key_l, key_r) AS "left", greatest(key_l, key_r) AS "right",
            round(match_weight + {shift!r}, 6) AS weight, {_evidence(model)} AS evidence,
            {_contradiction(model)} AS contradicts
        FROM {predictions.physical_name}
        WHERE match_weight + {shift!r} >= {settings.keep_above!r}
        ORDER BY "left", "right"
    """  # noqa: S608 -- names of our own comparisons and numbers
    pairs = connection.execute(query).to_arrow_table()
    return final, ScoredPairs(pairs, _count(connection, predictions.physical_name))


def nothing_scored() -> ScoredPairs:
    """The outcome where no pair can be looked at."""
    text, number = pa.string(), pa.float64()
    schema = pa.schema({"left": text, "right": text, "weight": number, "evidence": text, "contradicts": pa.bool_()})
    return ScoredPairs(schema.empty_table(), 0)


def _agreed_prior(connection: duckdb.DuckDBPyConnection, predictions: str, model: Model) -> float:
    """The prior at which the probabilities of all pairs add up to the pairs that it expects.

    A prior from exact rules comes out far too low where fields are noisy, and every weight with it.
    """
    binned = f"SELECT round(match_weight * 64) / 64, count(*) FROM {predictions} GROUP BY 1 ORDER BY 1"  # noqa: S608
    bins = [(weight - log_odds(model.prior), count) for weight, count in connection.execute(binned).fetchall()]
    customers = _count(connection, "customers")
    pairs = customers * (customers - 1) / 2
    least, prior = 1 / max(pairs, 2), model.prior
    for _ in range(_ROUNDS):
        odds = prior / (1 - prior)
        expected = sum(count / (1 + 2.0**-weight / odds) for weight, count in bins) / max(pairs, 1)
        agreed = min(max(expected, least), 0.5)
        if abs(agreed - prior) <= _CONVERGED * prior:
            break
        prior = agreed
    return prior


def _count(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    found = connection.execute(f"SELECT count(*) FROM {table}").fetchone()  # noqa: S608
    assert found is not None
    return int(found[0])


def _evidence(model: Model) -> str:
    """SQL that writes the findings of a pair as JSON; comparisons with a missing value are left out."""
    findings = ", ".join(_finding(comparison) for comparison in model.settings["comparisons"])
    return f"'[' || concat_ws(',', {findings}) || ']'"


def _finding(comparison: dict[str, Any]) -> str:
    name, levels = comparison["output_column_name"], comparison["comparison_levels"][1:]
    frequency = f"round(mw_tf_adj_{name}, 3)" if any("tf_adjustment_column" in level for level in levels) else "0"
    cases = " ".join(
        f"WHEN {len(levels) - 1 - position} THEN {_quoted(json.dumps([name, level['label_for_charts']])[:-1])}"
        for position, level in enumerate(levels)
    )
    return f"CASE gamma_{name} {cases} END || ', ' || round(mw_{name}, 3) || ', ' || {frequency} || ']'"


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _contradiction(model: Model) -> str:
    """SQL that tells whether two stable facts contradict and nothing that only one person has agrees.

    Another given name and a birth date more than ten years away are another person of one household, not an error. The
    gender is no such fact: with it as well, F1 on historical_50k fell from .92 to .90.
    """
    names = {comparison["output_column_name"] for comparison in model.settings["comparisons"]}
    if not {"given_name", "birth_date"} <= names:
        return "false"
    own = "".join(f" AND gamma_{name} <= 0" for name in ("national_id", "email") if name in names)
    return f"gamma_given_name = 0 AND gamma_birth_date = 0{own}"
