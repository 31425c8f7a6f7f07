"""Claims: what scores, rules and decisions say about pairs, and the links that follow.

A steward's decision outranks rules, and rules outrank the model.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from graph.decisions import Decisions
from graph.links import ComparedPair, Link
from resolution.clusters.clustering import ForestLink, Linkage, Pair
from resolution.clusters.group_guards import GroupGuards
from resolution.models.calibration import Calibration
from resolution.settings import ResolutionSettings

CONTRADICTION, RULE_REFUSED, DECIDED = "contradiction", "rule_refused", "decision"
NO_DECISIONS = Decisions(frozenset(), frozenset())


@dataclass(frozen=True, slots=True)
class Claims:
    """All that is claimed about pairs: scores, rules, and the decisions that outrank them.

    ``guards``: pairs on which a guard acted; those of a contradiction or a decision are held ``apart``.
    """

    weights: Mapping[Pair, float]
    findings: Mapping[Pair, str]
    rules: Mapping[Pair, str]
    same: frozenset[Pair]
    apart: frozenset[Pair]
    guards: Mapping[Pair, str]

    @classmethod
    def ranked(
        cls,
        weights: Mapping[Pair, float],
        findings: Mapping[Pair, str],
        rules: Mapping[Pair, str],
        guards: Mapping[Pair, str],
        decisions: Decisions,
    ) -> "Claims":
        """Decisions before rules, rules before the model."""
        parted = decisions.apart - decisions.same
        by_rule = {pair: rule for pair, rule in rules.items() if pair not in parted}
        acted = {pair: guard for pair, guard in guards.items() if pair not in decisions.same and pair not in by_rule}
        contradicting = {pair for pair, guard in acted.items() if guard == CONTRADICTION}
        return cls(
            weights=weights,
            findings=findings,
            rules=by_rule,
            same=decisions.same,
            apart=parted | contradicting,
            guards=acted | dict.fromkeys(parted & weights.keys(), DECIDED),
        )

    @property
    def certain(self) -> tuple[Pair, ...]:
        """What belongs together whatever it weighs; stewards before rules."""
        return (*sorted(self.same), *sorted(self.rules.keys() - self.same))

    def linkage(self, settings: ResolutionSettings, guards: GroupGuards | None, floor: float | None = None) -> Linkage:
        """What clustering has to respect. ``floor``: of the model, once it is calibrated."""
        least = settings.merge_above if floor is None else floor
        return Linkage(settings.missing_weight, least, self.certain, self.apart, guards, self.same)

    def refused(self, pairs: Mapping[Pair, str]) -> "Claims":
        """The same, where guards refused to join the groups of some pairs."""
        return replace(self, guards={**self.guards, **pairs})

    def links(self, forest: Sequence[ForestLink], calibration: Calibration) -> list[Link]:
        """Links: certain ones, pairs at least as likely as not, and whatever joins groups."""
        joins = {(link.left, link.right): link.cohesion for link in forest}
        likely = {pair for pair, weight in self.weights.items() if weight >= 0 and pair not in self.apart}
        linked = sorted(self.same | self.rules.keys() | likely | joins.keys())
        return [self._link(pair, joins.get(pair), calibration) for pair in linked]

    def compared(self, links: Sequence[Link]) -> list[ComparedPair]:
        """The scored pairs that are no links."""
        rest = sorted(self.weights.keys() - {(link.left, link.right) for link in links})
        return [ComparedPair(*pair, *self._score(pair), self.findings[pair], self.guards.get(pair)) for pair in rest]

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
            guard=self.guards.get(pair),
        )

    def _score(self, pair: Pair) -> tuple[float, float]:
        return probability(self.weights[pair]), self.weights[pair]


def probability(weight: float) -> float:
    """Probability of a match weight (log2 odds)."""
    return 1 / (1 + 2.0**-weight)
