"""Claims: what scores, rules and decisions say about pairs, and the links that follow.

A steward's decision outranks rules, and rules outrank the model.
"""

from dataclasses import dataclass
from typing import Any

from graph.links import ComparedPair, Decisions, Link
from resolution.calibration import Calibration
from resolution.clustering import ForestLink, Linkage, Pair
from resolution.rules import RuleLink
from resolution.scoring import ScoredPairs
from resolution.settings import ResolutionSettings


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that is claimed about pairs: scores, rules, and the decisions that outrank them."""

    weights: dict[Pair, float]
    findings: dict[Pair, str]
    rules: dict[Pair, str]
    same: frozenset[Pair]
    apart: frozenset[Pair]

    @classmethod
    def of(cls, scored: ScoredPairs, rules: list[RuleLink], decisions: Decisions) -> "Evidence":
        columns: dict[str, list[Any]] = scored.table.to_pydict()
        pairs: list[Pair] = list(zip(columns["left"], columns["right"], strict=True))
        contradicting = {pair for pair, found in zip(pairs, columns["contradicts"], strict=True) if found}
        return cls(
            weights=dict(zip(pairs, columns["weight"], strict=True)),
            findings=dict(zip(pairs, columns["evidence"], strict=True)),
            rules={link.pair: link.rule for link in rules if link.pair not in decisions.apart},
            same=decisions.same,
            apart=(decisions.apart | contradicting) - decisions.same,
        )

    def linkage(self, settings: ResolutionSettings) -> Linkage:
        certain = self.same | (self.rules.keys() - self.apart)
        return Linkage(settings.missing_weight, settings.merge_above, frozenset(certain), self.apart)

    @property
    def probabilities(self) -> dict[Pair, float]:
        """Probability of every scored pair that nothing holds apart."""
        return {pair: probability(weight) for pair, weight in self.weights.items() if pair not in self.apart}

    def claims(self, forest: list[ForestLink], calibration: Calibration) -> tuple[list[Link], list[ComparedPair]]:
        """Links: certain ones, pairs at least as likely as not, and whatever joins groups; the rest was compared."""
        joins = {(link.left, link.right): link.cohesion for link in forest}
        certain = self.same | self.rules.keys()
        likely = {pair for pair, weight in self.weights.items() if weight >= 0 and pair not in self.apart}
        linked = sorted(certain | likely | joins.keys())
        links = [self._link(pair, joins.get(pair), calibration) for pair in linked]
        rest = sorted(self.weights.keys() - set(linked))
        return links, [ComparedPair(*pair, *self._score(pair), self.findings[pair]) for pair in rest]

    def _link(self, pair: Pair, cohesion: float | None, calibration: Calibration) -> Link:
        weight = self.weights.get(pair)
        method = "steward" if pair in self.same else "rule" if pair in self.rules else "splink"
        likelihood, weighed = (1.0, 0.0) if weight is None else self._score(pair)
        return Link(
            *pair,
            probability=likelihood if method == "splink" else 1.0,
            match_weight=weighed,
            method=method,
            rule=self.rules.get(pair) if method == "rule" else None,
            evidence=self.findings.get(pair),
            cohesion=cohesion,
            confidence=None if cohesion is None else calibration.confidence(cohesion),
        )

    def _score(self, pair: Pair) -> tuple[float, float]:
        return probability(self.weights[pair]), self.weights[pair]


def probability(weight: float) -> float:
    """Probability of a match weight (log2 odds)."""
    return 1 / (1 + 2.0**-weight)
