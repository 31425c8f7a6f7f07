"""Scoring: Splink on DuckDB over the blocked pairs, each with its evidence."""

import json
import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb
import pyarrow as pa
from splink import DuckDBAPI, Linker

from resolution.frequencies import table_of
from resolution.levels import Comparison
from resolution.model import Model

# Stable facts that contradict before a pair is held apart: two are at times wrong in the same record, three never were
# on the data at hand. Held apart after two, F1 on historical_50k fell by .006.
CONTRADICTIONS = 3
QUIET = logging.ERROR


@dataclass(frozen=True, slots=True)
class ScoredPairs:
    """Pairs at or above the keep threshold: ``left``, ``right``, ``weight``, ``evidence`` (JSON text), ``contradicts``.

    Sorted by left and right.
    """

    table: pa.Table


def open_linker(connection: duckdb.DuckDBPyConnection, settings: dict[str, Any], frequencies: Iterable[str]) -> Linker:
    """Splink on the table ``customers``, with our term frequencies."""
    logging.getLogger("splink").setLevel(QUIET)
    api = DuckDBAPI(connection)
    linker = Linker(api.register("customers", table_name="people"), settings, log_level=QUIET)
    for column in frequencies:
        lookup = api.register(table_of(column), table_name=f"known_{table_of(column)}")
        linker.table_management.register_term_frequency_lookup(lookup, column)
    return linker


def score(connection: duckdb.DuckDBPyConnection, model: Model) -> ScoredPairs:
    """Score every blocked pair of the table ``customers`` and keep those at or above the keep threshold."""
    linker = open_linker(connection, model.settings, model.frequencies)
    predictions = linker.inference.predict(threshold_match_weight=model.thresholds.keep_above)
    return scored_pairs(connection, model, predictions.physical_name)


def scored_pairs(connection: duckdb.DuckDBPyConnection, model: Model, predictions: str) -> ScoredPairs:
    """What Splink predicted, on any engine, told as pairs with their evidence. ``predictions``: name of its table."""
    pairs = connection.execute(f"""
        SELECT least(key_l, key_r) AS "left", greatest(key_l, key_r) AS "right",
            round(match_weight, 6) AS weight, {_evidence(model)} AS evidence,
            {_opposites(model.comparisons)} >= {CONTRADICTIONS} AS contradicts
        FROM {predictions}
        ORDER BY "left", "right"
    """).to_arrow_table()
    return ScoredPairs(pairs)


def nothing_scored() -> ScoredPairs:
    """The outcome where no pair can be looked at."""
    text, number = pa.string(), pa.float64()
    schema = pa.schema({"left": text, "right": text, "weight": number, "evidence": text, "contradicts": pa.bool_()})
    return ScoredPairs(schema.empty_table())


def _evidence(model: Model) -> str:
    """SQL that writes the findings of a pair as JSON; comparisons with a missing value are left out."""
    findings = ", ".join(_finding(comparison) for comparison in model.settings["comparisons"])
    return f"'[' || concat_ws(',', {findings}) || ']'"


def _finding(comparison: dict[str, Any]) -> str:
    name, levels = comparison["output_column_name"], comparison["comparison_levels"][1:]
    frequency = f'round("mw_tf_adj_{name}", 3)' if any("tf_adjustment_column" in level for level in levels) else "0.0"
    cases = " ".join(
        f"WHEN {len(levels) - 1 - position} THEN {_quoted(_listed(name, level['label_for_charts']))}"
        for position, level in enumerate(levels)
    )
    return f"CASE \"gamma_{name}\" {cases} END || ',' || round(\"mw_{name}\", 3) || ',' || {frequency} || ']'"


def _listed(*texts: str) -> str:
    """The beginning of a JSON list."""
    return json.dumps(texts, ensure_ascii=False, separators=(",", ":"))[:-1]


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _opposites(comparisons: Sequence[Comparison]) -> str:
    """SQL that counts the stable facts that contradict."""
    found = [
        f'("gamma_{comparison.name}" IN ({", ".join(str(gamma) for gamma in _gammas(comparison))}))::INT'
        for comparison in comparisons
        if comparison.opposite
    ]
    return f"({' + '.join(found)})" if found else "0"


def _gammas(comparison: Comparison) -> list[int]:
    """Splink's numbers of the levels that contradict; it counts from the last."""
    last = len(comparison.levels) - 1
    return [last - position for position in opposite_levels(comparison)]


def opposite_levels(comparison: Comparison) -> list[int]:
    """Positions of the levels, in any context, whose finding speaks against one person."""
    numbers = {level.finding for level in comparison.levels if level.label == comparison.opposite}
    return [position for position, level in enumerate(comparison.levels) if level.finding in numbers]
