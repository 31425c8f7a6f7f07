"""Bounds: how much a pair can weigh at most, by cheap questions alone. Most blocked pairs are too far apart to be kept.

Contexts are not asked for, nor what takes long to answer; whatever they could say is taken to be said in favour.
"""

from collections.abc import Sequence
from math import inf, log2

from resolution.levels import Comparison
from resolution.model import Model

# Sums in another order differ in their last digits.
ALMOST = 1e-6


def most_weight(model: Model) -> str:
    """SQL for a weight that no pair exceeds."""
    prior = log2(model.prior / (1 - model.prior))
    found = zip(model.comparisons, model.estimates.m, model.estimates.u, strict=True)
    return " + ".join([repr(prior), *(f"({_most(comparison, m.tolist(), u.tolist())})" for comparison, m, u in found)])


def _most(comparison: Comparison, m: Sequence[float], u: Sequence[float]) -> str:
    missing = comparison.missing.sql()
    asked = [] if _is_dear(missing) else [f"WHEN {missing} THEN 0.0::DOUBLE"]
    carried = 0.0 if _is_dear(missing) else -inf
    for number, finding in enumerate(comparison.findings):
        weights = [
            (level.frequency_of, log2(m[place]), log2(u[place]))
            for place, level in enumerate(comparison.levels)
            if level.finding == number
        ]
        usual = max([carried, *(m - u for frequency_of, m, u in weights if frequency_of is None)])
        condition = finding.condition.sql()
        if number == len(comparison.findings) - 1:
            asked.append(f"ELSE {usual!r}::DOUBLE")
        elif _is_dear(condition):
            carried = usual
        else:
            rare = [f"{m!r} - log2(tf_{frequency_of}_l)" for frequency_of, m, _ in weights if frequency_of]
            asked.append(f"WHEN {condition} THEN {_greatest([*([f'{usual!r}::DOUBLE'] if usual > -inf else []), *rare])}")
    return f"CASE {' '.join(asked)} END"


def _greatest(texts: Sequence[str]) -> str:
    return texts[0] if len(texts) == 1 else f"greatest({', '.join(texts)})"


def _is_dear(sql: str) -> bool:
    return "damerau" in sql or "list_intersect" in sql or sql.count("jaro_winkler_similarity") > 1
