"""Contests: which of several values wins under a rule. The order in which the values come never matters."""

from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from graph.survivorship_rules import Rule, Strategy, SurvivorshipRules
from graph.times import milliseconds

Measure = tuple[int, ...]


class ChosenBy(StrEnum):
    """What decided which value won."""

    SOURCE_PRIORITY = "source_priority"
    MOST_RECENT = "most_recent"
    MOST_FREQUENT = "most_frequent"
    MOST_COMPLETE = "most_complete"
    VERIFIED_FIRST = "verified_first"
    AGREED = "agreed"
    KEY = "key"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A value that a record holds. ``compared``: what makes two of them equal; ``completeness``: more is better."""

    compared: Hashable
    content: Any
    source: str
    customer: str
    trust: int
    observed_at: datetime
    verified: bool
    completeness: Measure = ()


@dataclass(frozen=True, slots=True)
class Ranking:
    """The candidates, best first, and what parted the best from the best one with another value."""

    candidates: tuple[Candidate, ...]
    chosen_by: ChosenBy

    @property
    def winner(self) -> Candidate:
        """The best one."""
        return self.candidates[0]

    @property
    def losers(self) -> tuple[Candidate, ...]:
        """For every other value its best candidate, best first."""
        best = {self.winner.compared: self.winner}
        for candidate in self.candidates:
            best.setdefault(candidate.compared, candidate)
        return tuple(best.values())[1:]


def rank(candidates: Sequence[Candidate], rule: Rule, rules: SurvivorshipRules) -> Ranking:
    """The candidates in the order of a rule; there must be one."""
    if len(candidates) == 1:
        return Ranking(tuple(candidates), ChosenBy.AGREED)
    held_by = Counter(candidate.compared for candidate in candidates)

    def measures(candidate: Candidate) -> tuple[Measure, ...]:
        return tuple(
            _measure(strategy, candidate, held_by, rules.priority(rule, candidate.source, candidate.trust))
            for strategy in rule.by
        )

    by_key = sorted(candidates, key=lambda candidate: (candidate.customer, repr(candidate.compared)))
    ordered = tuple(sorted(by_key, key=measures, reverse=True))
    loser = next((candidate for candidate in ordered if candidate.compared != ordered[0].compared), None)
    if loser is None:
        return Ranking(ordered, ChosenBy.AGREED)
    parted = zip(rule.by, measures(ordered[0]), measures(loser), strict=True)
    decisive = next((strategy for strategy, won, lost in parted if won != lost), None)
    return Ranking(ordered, ChosenBy(decisive.value) if decisive else ChosenBy.KEY)


def _measure(strategy: Strategy, candidate: Candidate, held_by: Mapping[Hashable, int], priority: int) -> Measure:
    """How good a candidate is by one strategy; more is better."""
    match strategy:
        case Strategy.SOURCE_PRIORITY:
            return (priority,)
        case Strategy.MOST_RECENT:
            return (milliseconds(candidate.observed_at),)
        case Strategy.MOST_FREQUENT:
            return (held_by[candidate.compared],)
        case Strategy.MOST_COMPLETE:
            return candidate.completeness
        case Strategy.VERIFIED_FIRST:
            return (int(candidate.verified),)
