"""Evidence as text: the findings of pairs as links carry them, written only where somebody reads them."""

import json
from collections.abc import Mapping, Sequence
from math import log2
from typing import Any

import duckdb
import pyarrow as pa


def evidence_texts(settings: Mapping[str, Any], findings: pa.Table) -> list[str]:
    """JSON text of each row of ``ScoredPairs.findings``; comparisons with a missing value are left out.

    ``settings``: Splink's, with every probability.
    """
    parts = ", ".join(_finding(comparison, findings.column_names) for comparison in settings["comparisons"])
    with duckdb.connect() as connection:
        connection.register("findings", findings)
        found = connection.execute(f"SELECT '[' || concat_ws(',', {parts}) || ']' AS evidence FROM findings")
        return found.to_arrow_table()["evidence"].to_pylist()


def _finding(comparison: Mapping[str, Any], columns: Sequence[str]) -> str:
    name, levels = comparison["output_column_name"], comparison["comparison_levels"][1:]
    added = f'round("mw_tf_adj_{name}"::DOUBLE, 3)' if f"mw_tf_adj_{name}" in columns else "0.0"
    cases = " ".join(
        f"WHEN {len(levels) - 1 - position} THEN {_quoted(_begun(name, level))} || round({_weight(level)!r}::DOUBLE, 3)"
        for position, level in enumerate(levels)
    )
    return f"CASE \"gamma_{name}\" {cases} END || ',' || {added} || ']'"


def _begun(name: str, level: Mapping[str, Any]) -> str:
    """The beginning of a JSON list: comparison and level."""
    return json.dumps([name, level["label_for_charts"]], ensure_ascii=False, separators=(",", ":"))[:-1] + ","


def _weight(level: Mapping[str, Any]) -> float:
    return log2(level["m_probability"] / level["u_probability"])


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
