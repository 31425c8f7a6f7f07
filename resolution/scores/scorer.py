"""The scorer: a model's match weight of two customers in plain Python, equal to Splink's.

Weight = log2 of the prior's odds + for each comparison log2(m / u) of the level that holds; where the level's values
have frequencies, the larger of the two stands for u (Fellegi and Sunter 1969, Winkler 1989).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf, log2

import orjson

from resolution.comparing.levels import Comparison
from resolution.comparing.places import Question, Weight, places
from resolution.conditions.condition import Row
from resolution.models.frequencies import Frequencies
from resolution.models.model import Model
from resolution.scores.scoring import opposite_levels

_WEIGHT_DIGITS, _EVIDENCE_DIGITS = 6, 3


@dataclass(frozen=True, slots=True)
class Finding:
    """What one comparison says of a pair: the place of its level, and its weights in log2 odds."""

    comparison: str
    level: int
    weight: float
    frequency_weight: float


@dataclass(frozen=True, slots=True)
class Score:
    """The match weight of a pair with its findings; comparisons with a missing value have none."""

    weight: float
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class _Judge:
    """One comparison, ready to be asked."""

    comparison: Comparison
    weights: Sequence[float]
    frequencies: Sequence[tuple[str, Frequencies, float] | None]
    opposite: frozenset[int]
    most: float

    @property
    def range(self) -> float:
        """How far apart the most is that it says for and against one person."""
        return self.most - min(self.weights, default=0.0)

    def weigh(self, level: int) -> Weight:
        """The weight of a level, which depends on the value where its values have frequencies."""
        if self.frequencies[level] is None:
            return self.weights[level]
        return lambda left, right: self.weights[level] + self._frequency_weight(level, left, right)

    def finding(self, level: int, left: Row, right: Row) -> Finding:
        """What a level says of two customers."""
        return Finding(self.comparison.name, level, self.weights[level], self._frequency_weight(level, left, right))

    def _frequency_weight(self, level: int, left: Row, right: Row) -> float:
        adjusted = self.frequencies[level]
        if adjusted is None:
            return 0.0
        column, known, log_u = adjusted
        return log_u - log2(max(known.of(left[column]), known.of(right[column])))


# Sums in another order differ in their last digits.
_ALMOST = 1e-6


class Scorer:
    """Scores pairs of prepared customers with one model."""

    def __init__(self, model: Model) -> None:
        self._prior = log2(model.prior / (1 - model.prior))
        self._judges = [_judge(model, number) for number in range(len(model.comparisons))]
        self._by_name = {judge.comparison.name: judge for judge in self._judges}
        # Those that say most, for or against, are asked first: most pairs of a block need two or three comparisons.
        self._order = sorted(range(len(self._judges)), key=lambda number: -self._judges[number].range)
        self._places = places(self._questions(), self._prior)

    def score(self, left: Row, right: Row) -> Score:
        """Score two prepared customers; the order does not matter."""
        found = self._places(left, right, -inf)
        assert found is not None
        return self._total(found, left, right)

    def score_above(self, least: float, left: Row, right: Row) -> Score | None:
        """The same score, or none where it is below ``least``."""
        found = self._places(left, right, least - _ALMOST)
        if found is None:
            return None
        score = self._total(found, left, right)
        return score if score.weight >= least else None

    def _questions(self) -> list[Question]:
        """The comparisons in the order in which they are asked."""
        judges = [self._judges[number] for number in self._order]
        return [
            Question(
                judge.comparison,
                [judge.weigh(level) for level in range(len(judge.weights))],
                later=sum(later.most for later in judges[place:]),
            )
            for place, judge in enumerate(judges, start=1)
        ]

    def _total(self, found: Sequence[int], left: Row, right: Row) -> Score:
        levels = sorted(zip(self._order, found, strict=True))
        findings = tuple(self._judges[n].finding(level, left, right) for n, level in levels if level >= 0)
        return Score(self._prior + sum(found.weight + found.frequency_weight for found in findings), findings)

    def evidence(self, score: Score) -> str:
        """The findings as JSON text, as links carry them."""
        return orjson.dumps([self._part(found) for found in score.findings]).decode()

    def contradictions(self, score: Score) -> list[str]:
        """Comparisons of stable facts whose finding speaks against one person."""
        return [found.comparison for found in score.findings if found.level in self._by_name[found.comparison].opposite]

    def _part(self, found: Finding) -> list[str | float]:
        label = self._by_name[found.comparison].comparison.levels[found.level].label
        weights = round(found.weight, _EVIDENCE_DIGITS), round(found.frequency_weight, _EVIDENCE_DIGITS)
        return [found.comparison, label, *weights]


def rounded_weight(score: Score) -> float:
    """The weight as links carry it."""
    return round(score.weight, _WEIGHT_DIGITS)


def _judge(model: Model, number: int) -> _Judge:
    comparison = model.comparisons[number]
    m, u = model.estimates.m[number], model.estimates.u[number]
    weights = [log2(x) - log2(y) for x, y in zip(m, u, strict=True)]
    frequencies = [
        (level.frequency_of, model.frequencies[level.frequency_of], log2(y)) if level.frequency_of else None
        for level, y in zip(comparison.levels, u, strict=True)
    ]
    most = max(0.0, *(weight + _rarest(found) for weight, found in zip(weights, frequencies, strict=True)))
    return _Judge(comparison, weights, frequencies, frozenset(opposite_levels(comparison)), most)


def _rarest(adjusted: tuple[str, Frequencies, float] | None) -> float:
    """The most that the frequency of a value can add."""
    if adjusted is None:
        return 0.0
    _, known, log_u = adjusted
    return log_u - log2(min(known.least, *known.values.values())) if known.values else log_u - log2(known.least)
