"""Claims: what scores, rules and decisions say about pairs, and the links that follow.

A steward's decision outranks rules, and rules outrank the model.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from graph.links import ComparedPair, Decisions, Link
from resolution.calibration import Calibration
from resolution.clustering import ForestLink, Linkage, Pair
from resolution.rules import RuleLinks
from resolution.scoring import ScoredPairs
from resolution.settings import ResolutionSettings


@dataclass(frozen=True, slots=True)
class Claims:
    """All that is claimed about pairs: scores, rules, and the decisions that outrank them.

    ``contradicting``: pairs that the model's findings hold apart.
    """

    weights: Mapping[Pair, float]
    findings: Mapping[Pair, str]
    rules: Mapping[Pair, str]
    same: frozenset[Pair]
    apart: frozenset[Pair]
    contradicting: frozenset[Pair]

    @classmethod
    def of(cls, scored: ScoredPairs, rules: RuleLinks, decisions: Decisions) -> "Claims":
        columns: dict[str, list[Any]] = scored.table.to_pydict()
        pairs: list[Pair] = list(zip(columns["left"], columns["right"], strict=True))
        by_rule = {link.pair: link.rule for link in rules.links if link.pair not in decisions.apart}
        contradicting = {pair for pair, found in zip(pairs, columns["contradicts"], strict=True) if found}
        contradicting -= decisions.same | by_rule.keys()
        return cls(
            weights=dict(zip(pairs, columns["weight"], strict=True)),
            findings=dict(zip(pairs, columns["evidence"], strict=True)),
            rules=by_rule,
            same=decisions.same,
            apart=(decisions.apart - decisions.same) | contradicting,
            contradicting=frozenset(contradicting),
        )

    def linkage(self, settings: ResolutionSettings) -> Linkage:
        """What clustering has to respect; stewards come before rules."""
        certain = (*sorted(self.same), *sorted(self.rules.keys() - self.same))
        return Linkage(settings.missing_weight, settings.merge_above, certain, self.apart)

    @property
    def probabilities(self) -> dict[Pair, float]:
        """Probability of every scored pair that nothing holds apart."""
        return {pair: probability(weight) for pair, weight in self.weights.items() if pair not in self.apart}

    def links(self, forest: Sequence[ForestLink], calibration: Calibration) -> list[Link]:
        """Links: certain ones, pairs at least as likely as not, and whatever joins groups."""
        joins = {(link.left, link.right): link.cohesion for link in forest}
        likely = {pair for pair, weight in self.weights.items() if weight >= 0 and pair not in self.apart}
        linked = sorted(self.same | self.rules.keys() | likely | joins.keys())
        return [self._link(pair, joins.get(pair), calibration) for pair in linked]

    def compared(self, links: Sequence[Link]) -> list[ComparedPair]:
        """The scored pairs that are no links."""
        rest = sorted(self.weights.keys() - {(link.left, link.right) for link in links})
        return [ComparedPair(*pair, *self._score(pair), self.findings[pair]) for pair in rest]

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
