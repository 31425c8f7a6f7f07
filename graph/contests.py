"""Contests: which of several values wins under a rule. The order in which the values come never matters."""

from collections import Counter
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from operator import itemgetter
from typing import Any, NamedTuple

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


class Candidate(NamedTuple):
    """A value that a record holds. ``compared``: what makes two of them equal; ``completeness``: more is better.

    A tuple, because a profile has dozens of them, and a frozen dataclass takes four times as long to make.
    """

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
    strategies = [_MEASURES[strategy] for strategy in rule.by]

    def measured(candidate: Candidate) -> list[Measure]:
        priority = rules.priority(rule, candidate.source, candidate.trust)
        return [measure(candidate, held_by[candidate.compared], priority) for measure in strategies]

    by_key = sorted(candidates, key=lambda candidate: (candidate.customer, repr(candidate.compared)))
    ordered = sorted(((measured(candidate), candidate) for candidate in by_key), key=itemgetter(0), reverse=True)
    ranked = tuple(candidate for _, candidate in ordered)
    lost = next((measures for measures, candidate in ordered if candidate.compared != ranked[0].compared), None)
    if lost is None:
        return Ranking(ranked, ChosenBy.AGREED)
    parted = zip(rule.by, ordered[0][0], lost, strict=True)
    decisive = next((strategy for strategy, winning, losing in parted if winning != losing), None)
    return Ranking(ranked, ChosenBy(decisive.value) if decisive else ChosenBy.KEY)


# How good a candidate is by one strategy (more is better), with how many hold its value, and its source's priority.
_MEASURES: Mapping[Strategy, Callable[[Candidate, int, int], Measure]] = {
    Strategy.SOURCE_PRIORITY: lambda _candidate, _held_by, priority: (priority,),
    Strategy.MOST_RECENT: lambda candidate, _held_by, _priority: (milliseconds(candidate.observed_at),),
    Strategy.MOST_FREQUENT: lambda _candidate, held_by, _priority: (held_by,),
    Strategy.MOST_COMPLETE: lambda candidate, _held_by, _priority: candidate.completeness,
    Strategy.VERIFIED_FIRST: lambda candidate, _held_by, _priority: (int(candidate.verified),),
}
