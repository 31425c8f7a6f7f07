"""Found claims: what is claimed about pairs before decisions rank it, newly found or kept in the graph."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import chain

from graph.decisions import Decisions
from graph.links import ComparedPair, Link, Pair
from resolution.clusters.claims import CONTRADICTION, RULE_REFUSED, Claims
from resolution.clusters.clustering import CERTAIN


@dataclass(frozen=True, slots=True)
class FoundClaims:
    """What was scored, what rules say, where guards acted."""

    weights: dict[Pair, float] = field(default_factory=dict[Pair, float])
    findings: dict[Pair, str] = field(default_factory=dict[Pair, str])
    rules: dict[Pair, str] = field(default_factory=dict[Pair, str])
    guards: dict[Pair, str] = field(default_factory=dict[Pair, str])

    @classmethod
    def kept(cls, claims: Iterable[Link | ComparedPair]) -> "FoundClaims":
        """What was found once of claims that the graph has."""
        found = cls()
        for claim in claims:
            found._take_over(claim)
        return found

    def and_of(self, others: "FoundClaims") -> "FoundClaims":
        """These and others; of a pair in both what the others say."""
        return FoundClaims(
            self.weights | others.weights,
            self.findings | others.findings,
            self.rules | others.rules,
            self.guards | others.guards,
        )

    def nearest(self, members: frozenset[str], floor: float) -> list[str]:
        """Others whom pairs of at least a weight may join with some customers, the nearest first."""
        heights: dict[str, float] = {}
        for pair, weight in chain(self.weights.items(), dict.fromkeys(self.rules, CERTAIN).items()):
            for other in frozenset(pair) - members if weight >= floor else ():
                heights[other] = max(weight, heights.get(other, weight))
        return sorted(heights, key=lambda other: (-heights[other], other))

    def ranked(self, decisions: Decisions) -> Claims:
        """What holds where stewards have decided about some pairs."""
        return Claims.ranked(self.weights, self.findings, self.rules, self.guards, decisions)

    def _take_over(self, claim: Link | ComparedPair) -> None:
        pair = claim.left, claim.right
        if claim.evidence is not None:
            self.weights[pair], self.findings[pair] = claim.match_weight, claim.evidence
        if claim.guard in {CONTRADICTION, RULE_REFUSED}:
            self.guards[pair] = claim.guard
        if isinstance(claim, Link) and claim.rule:
            self.rules[pair] = claim.rule
