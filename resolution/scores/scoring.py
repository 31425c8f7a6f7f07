"""Scoring: Splink on DuckDB over the blocked pairs, each with its evidence.

The levels of the pairs are found with each question asked once (``comparing.asked``), and Splink weighs them: its own
SQL for both took twice as long on fifty thousand drawn customers.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb
import numpy as np
import pyarrow as pa
from splink import SettingsCreator
from splink.internals.dialects import SplinkDialect
from splink.internals.predict import predict_from_comparison_vectors_sqls

from resolution.blocks.blocking import pair_up
from resolution.clusters.numbered import Flags, Indices, Numbers
from resolution.comparing.asked import Asked, repeated_conditions
from resolution.comparing.levels import Comparison
from resolution.models.frequencies import frequency_levels
from resolution.models.model import Model
from resolution.models.patterns import joined_records
from resolution.scores.evidence_text import evidence_texts

# No filter passes a limit, whatever it is: one over the levels would ask for them again.
_EVERYTHING = 2**62


@dataclass(frozen=True, slots=True)
class ScoredPairs:
    """Pairs at or above the keep threshold, sorted. ``keys``: of all customers, sorted.

    ``left``, ``right``: places of their keys, the smaller first; ``weight``; ``contradicts``; ``findings``: for each
    comparison its level as Splink numbers it (-1 where a value is missing) and what frequencies add.
    """

    keys: pa.Array
    left: Indices
    right: Indices
    weight: Numbers
    contradicts: Flags
    findings: pa.Table
    model: Model | None = None

    def evidence(self, rows: Indices) -> list[str]:
        """The findings of some pairs as JSON text."""
        return evidence_texts(self.model.settings, self.findings.take(pa.array(rows))) if self.model else []

    def rows(self, places: Indices) -> pa.Table:
        """Some pairs: ``left``, ``right`` (keys), ``weight``, ``evidence`` (JSON text), ``contradicts``.

        The texts of all pairs of a large table take much memory.
        """
        return pa.table(
            {
                "left": self.keys.take(pa.array(self.left[places])),
                "right": self.keys.take(pa.array(self.right[places])),
                "weight": pa.array(self.weight[places]),
                "evidence": pa.array(self.evidence(places), pa.string()),
                "contradicts": pa.array(self.contradicts[places]),
            }
        )


def score(connection: duckdb.DuckDBPyConnection, model: Model) -> ScoredPairs:
    """Score every pair that shares a block and keep those at or above the keep threshold.

    Reads the tables ``numbered`` and ``records``. Uses up ``block_members``, and ``parts``, of which these were made.
    """
    connection.execute(f"CREATE OR REPLACE TEMP TABLE scored ({_columns(model)})")
    pair_up(connection)
    connection.execute("DROP TABLE block_members; DROP TABLE parts")
    connection.execute(f"""
        INSERT INTO scored SELECT key_l, key_r, {_outcome(model)}
        FROM ({_weighed(model, _found(connection, model, "FROM pairs"))})
    """)
    return _collected(connection, model)


def scored_pairs(connection: duckdb.DuckDBPyConnection, model: Model, predictions: str) -> ScoredPairs:
    """What Splink predicted on another engine. ``predictions``: name of its table in ``connection``."""
    connection.execute(f"CREATE OR REPLACE TEMP TABLE scored ({_columns(model)})")
    connection.execute(f"""
        INSERT INTO scored
        SELECT least(l.number, r.number), greatest(l.number, r.number), {_outcome(model)} FROM {predictions}
        JOIN (SELECT key AS key_l, number FROM numbered) l USING (key_l)
        JOIN (SELECT key AS key_r, number FROM numbered) r USING (key_r)
    """)
    return _collected(connection, model)


def _collected(connection: duckdb.DuckDBPyConnection, model: Model) -> ScoredPairs:
    found = connection.execute("SELECT * FROM scored ORDER BY number_l, number_r").to_arrow_table()
    keys = connection.execute("SELECT key FROM numbered ORDER BY number").to_arrow_table()["key"].combine_chunks()
    return ScoredPairs(
        keys=keys,
        left=found["number_l"].to_numpy().astype(np.int64) - 1,
        right=found["number_r"].to_numpy().astype(np.int64) - 1,
        weight=found["weight"].to_numpy(),
        contradicts=found["contradicts"].to_numpy(),
        findings=found.drop_columns(["number_l", "number_r", "weight", "contradicts"]),
        model=model,
    )


def nothing_scored() -> ScoredPairs:
    """The outcome where no pair can be looked at."""
    nobody, nothing = np.empty(0, np.int64), np.empty(0, np.float64)
    return ScoredPairs(pa.array([], pa.string()), nobody, nobody, nothing, np.empty(0, np.bool_), pa.table({}))


def _outcome(model: Model) -> str:
    """SQL for what is kept of a pair."""
    kept = ", ".join(_kept(comparison) for comparison in model.comparisons)
    return f"round(match_weight, 6), {_opposites(model.comparisons)} >= {model.guards.contradictions.pair}, {kept}"


def _found(connection: duckdb.DuckDBPyConnection, model: Model, pairs: str) -> str:
    """SQL for the level of every comparison, as Splink numbers them: from the last, -1 where a value is missing."""
    levels = {f"level_{comparison.name}": comparison.position() for comparison in model.comparisons}
    asked = Asked.of(levels, repeated_conditions(model.comparisons))
    frequencies = [f"tf_{column}_l" for column in frequency_levels(model.comparisons)]
    joined = joined_records(connection, pairs, f"{asked.text} {' '.join(frequencies)}")
    gammas = "".join(f', {_gamma(comparison)} AS "gamma_{comparison.name}"' for comparison in model.comparisons)
    known = "".join(f', "{name}"' for name in frequencies)
    return f"SELECT number_l AS key_l, number_r AS key_r{gammas}{known} FROM ({asked.over(joined)})"


def _gamma(comparison: Comparison) -> str:
    level = f"level_{comparison.name}"
    return f"(CASE WHEN {level} < 0 THEN -1 ELSE {len(comparison.levels) - 1} - {level} END)::TINYINT"


def _weighed(model: Model, found: str) -> str:
    """Splink's SQL that weighs the levels that ``found`` gives and leaves out what is below the keep threshold."""
    settings = SettingsCreator.from_path_or_dict(model.settings).get_settings("duckdb")
    steps = predict_from_comparison_vectors_sqls(
        settings.column_info_settings.unique_id_input_columns,
        settings.core_model_settings,
        SplinkDialect.from_string("duckdb"),
        threshold_match_weight=model.thresholds.keep_above,
        retain_intermediate_calculation_columns=True,
    )
    named = ", ".join(f"{step['output_table_name']} AS ({step['sql']})" for step in steps)
    added = "".join(f', "{_added(comparison)}"' for comparison in model.comparisons if _has_frequencies(comparison))
    # Splink hands on the key of a match as it comes, and no levels: joining them again takes a fifth of the weighing.
    levels = ", ".join(f'"gamma_{comparison.name}"' for comparison in model.comparisons)
    # It reads the frequencies of both values, where they are equal.
    right = "".join(f', "tf_{column}_l" AS "tf_{column}_r"' for column in frequency_levels(model.comparisons))
    vectors = f"SELECT *{right}, struct_pack({levels}) AS match_key FROM ({found} LIMIT {_EVERYTHING})"
    last = steps[-1]["output_table_name"]
    return f"""
        WITH __splink__df_comparison_vectors AS ({vectors}), {named}
        SELECT key_l, key_r, match_weight{added}, unnest(match_key) FROM {last}
    """


def _columns(model: Model) -> str:
    """The columns of ``scored``."""
    findings = "".join(
        f', "gamma_{comparison.name}" TINYINT'
        + (f', "{_added(comparison)}" FLOAT' if _has_frequencies(comparison) else "")
        for comparison in model.comparisons
    )
    return f"number_l UINTEGER, number_r UINTEGER, weight DOUBLE, contradicts BOOLEAN{findings}"


def _kept(comparison: Comparison) -> str:
    """What is kept of a comparison: its level, and three decimals of what frequencies add."""
    added = f', round("{_added(comparison)}", 3)' if _has_frequencies(comparison) else ""
    return f'"gamma_{comparison.name}"{added}'


def _added(comparison: Comparison) -> str:
    return f"mw_tf_adj_{comparison.name}"


def _has_frequencies(comparison: Comparison) -> bool:
    return any(level.frequency_of for level in comparison.levels)


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
