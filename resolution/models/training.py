"""Training: the probabilities of every finding, from the data alone.

Fellegi and Sunter's model (1969), fitted by expectation maximisation (Winkler 1988) over the agreement patterns of all
blocked pairs at once, frequencies of values included. What strangers have in common (u) comes from random pairs and
from the blocked pairs that are no match, whichever shows more: a household is too rare to be met at random. What one
person's records have in common (m) is the same in every context. The prior is part of the fit, so it agrees with the
sum of the probabilities. Plain counting and sums in a fixed order: the same data give the same model.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from math import log2

import numpy as np

from resolution.clusters.numbered import Flags
from resolution.comparing.levels import Comparison
from resolution.models.labels import LabelledPatterns
from resolution.models.patterns import Indices, Numbers, Patterns, RandomPairs

_ROUNDS = 200
_CONVERGED = 1e-4
# The published defaults count as much as so many matching pairs, random pairs, pairs of strangers in one context.
_PRIOR_MATCHES = 20.0
_PRIOR_RANDOM = 20.0
_PRIOR_STRANGERS = 20.0
_PRIOR_PAIRS = 100.0
# And as a tenth of the matching pairs of that context: where there are no households, chance must not invent them.
_PRIOR_SHARE = 0.1
# No fact alone proves a person: for ten matching pairs with a finding there are three strangers with it, at least.
_STRANGERS_A_MATCH = 0.3
# A pair counts among the strangers of a home when it is surely no match. Counted by its probability, every match would
# leave a trace there, and the traces of thousands outweigh the few real strangers.
_SURELY_STRANGERS = 0.2
# So many strangers with a finding say how much more common it is in their context than elsewhere.
_ENOUGH_STRANGERS = 20.0
# Namesakes differ in their birth dates, and each that is taken for half a match makes such a difference look more usual
# among matches. So a stable fact learns from pairs that are a match whatever it says: so many bits without it. The same
# holds of relatives' given names, emails and phones: of 200,000 drawn customers whole homes became one person.
_SURE_WEIGHT = 10.0
# Of fewer sure pairs than this share of all matching ones nothing is learned.
_FEW_SURE = 0.02
_LEAST = 1e-9
_SEEN = 1.0


@dataclass(frozen=True, slots=True)
class Estimates:
    """What training found, comparison by comparison: ``m`` and ``u`` of each level, and the prior.

    ``unseen``: findings that no likely match shows; they keep what the published default says of something rare.
    """

    m: tuple[Numbers, ...]
    u: tuple[Numbers, ...]
    prior: float
    unseen: tuple[str, ...]


def train(
    comparisons: Sequence[Comparison],
    blocked: Patterns,
    random: RandomPairs,
    customers: int,
    labelled: LabelledPatterns | None = None,
) -> Estimates:
    """Fit the model to the patterns of ``customers`` customers.

    A labelled pair is one of the blocked pairs whose answer is known, and counts as one. Stewards are asked about pairs
    in doubt, and whether a pair is in doubt follows from its pattern: given the pattern nothing is biased, as long as a
    label stands for its own pair alone. Counted several times, hard cases would stand for easy ones.
    """
    pairs = max(customers * (customers - 1) / 2, 1.0)
    scale = pairs / max(random.pairs, 1)
    facts = [_Fact.of(comparison, counts, scale) for comparison, counts in zip(comparisons, random.counts, strict=True)]
    fit = _Fit(facts, blocked, labelled or LabelledPatterns.none(blocked), pairs, prior=_prior(customers / 2, pairs))
    for _ in range(_ROUNDS):
        if fit.improve() < _CONVERGED:
            break
    return Estimates(
        m=tuple(fact.m[fact.findings] for fact in facts),
        u=tuple(fact.u for fact in facts),
        prior=fit.prior,
        unseen=tuple(_unseen(comparisons, facts)),
    )


def match_probabilities(comparisons: Sequence[Comparison], estimates: Estimates, patterns: Patterns) -> Numbers:
    """Of each pattern, the probability that its pairs are matches."""
    found = zip(comparisons, estimates.m, estimates.u, strict=True)
    return _probabilities(_weights(patterns, estimates.prior, (_of_levels(m, u, _frequent(of)) for of, m, u in found)))


def _probabilities(weights: Numbers) -> Numbers:
    return 1 / (1 + np.exp2(-weights))


def _weights(patterns: Patterns, prior: float, of_levels: Iterable[Numbers]) -> Numbers:
    """Match weight of each pattern. ``of_levels``: of each comparison, those of its levels."""
    weights = patterns.rarity + log2(prior / (1 - prior))
    for levels, known in zip(patterns.levels, of_levels, strict=True):
        weights = weights + np.append(known, 0.0)[levels]
    return weights


def _of_levels(m: Numbers, u: Numbers, frequent: Flags) -> Numbers:
    """Match weight of each level; where values have frequencies these stand for u."""
    return np.where(frequent, np.log2(m), np.log2(m) - np.log2(u))


def _frequent(comparison: Comparison) -> Flags:
    return np.array([level.frequency_of is not None for level in comparison.levels])


def _prior(matches: float, pairs: float) -> float:
    """Share of matching pairs; the published default of one in a hundred counts as much as a hundred pairs."""
    return min((matches + 1) / (pairs + _PRIOR_PAIRS), 0.5)


def _unseen(comparisons: Sequence[Comparison], facts: Sequence["_Fact"]) -> Iterator[str]:
    for comparison, fact in zip(comparisons, facts, strict=True):
        labels = {level.finding: level.label for level in comparison.levels}
        unseen = np.flatnonzero(fact.matches < _SEEN).tolist()
        yield from (f"{comparison.name}: {labels[number]}" for number in unseen)


@dataclass(slots=True)
class _Fit:
    """One fit in progress."""

    facts: list["_Fact"]
    blocked: Patterns
    labelled: LabelledPatterns
    pairs: float
    prior: float

    def improve(self) -> float:
        """One round of expectation and maximisation; gives the largest change of a probability."""
        unknown = np.maximum(self.blocked.counts - self.labelled.same - self.labelled.different, 0.0)
        matching = unknown * _probabilities(self._weights())
        strangers = np.where(matching < _SURELY_STRANGERS * unknown, unknown - matching, 0.0)
        matching, strangers = matching + self.labelled.same, strangers + self.labelled.different
        prior = _prior(float(matching.sum()), self.pairs)
        change = abs(log2(prior / self.prior))
        self.prior = prior
        for fact, levels in zip(self.facts, self.blocked.levels, strict=True):
            errors = _summed(levels, self._sure_without(fact, levels), fact) if fact.stable else None
            change = max(change, fact.fit(_summed(levels, matching, fact), _summed(levels, strangers, fact), errors))
        return change

    def _sure_without(self, fact: "_Fact", levels: Indices) -> Numbers:
        """Pairs that are a match whatever this fact says."""
        others = self._weights() - np.append(fact.mean_weights(), 0.0)[levels]
        return np.where(others >= _SURE_WEIGHT, self.blocked.counts - self.labelled.different, 0.0)

    def _weights(self) -> Numbers:
        return _weights(self.blocked, self.prior, (fact.weights() for fact in self.facts))


def _summed(levels: Indices, counts: Numbers, fact: "_Fact") -> Numbers:
    return counted(levels, counts, len(fact.u) + 1)[: len(fact.u)]


def counted(places: Indices, counts: Numbers, size: int) -> Numbers:
    """Sums of the counts at each place."""
    return np.bincount(places, counts, size).astype(np.float64)


@dataclass(slots=True)
class _Fact:
    """The probabilities of one comparison. ``m`` by finding; ``u`` by level, adding up to 1 in each context."""

    findings: Indices
    contexts: Indices
    frequent: Flags
    shared: bool
    stable: bool
    most_different: float | None
    default_m: Numbers
    default_u: Numbers
    random: Numbers
    scale: float
    m: Numbers = field(init=False)
    u: Numbers = field(init=False)
    matches: Numbers = field(init=False)

    @classmethod
    def of(cls, comparison: Comparison, counts: Numbers, scale: float) -> "_Fact":
        levels = comparison.levels
        fact = cls(
            findings=np.array([level.finding for level in levels]),
            contexts=np.array([level.context for level in levels]),
            frequent=_frequent(comparison),
            shared=comparison.shared,
            stable=comparison.stable,
            most_different=comparison.most_different,
            default_m=np.zeros(max(level.finding for level in levels) + 1),
            default_u=np.array([level.u for level in levels]),
            random=counts,
            scale=scale,
        )
        fact.default_m[fact.findings] = [level.m for level in levels]
        fact.default_m /= fact.default_m.sum()
        for context in np.unique(fact.contexts):
            fact.default_u[fact.contexts == context] /= fact.default_u[fact.contexts == context].sum()
        fact.m, fact.matches = fact.default_m, np.zeros_like(fact.default_m)
        # A home is not met at random: what a sample shows of one are its matches.
        fact.u = fact._spread(np.where(fact.contexts == 0, counts * scale, 0.0), np.zeros_like(counts))
        return fact

    def weights(self) -> Numbers:
        """Match weight of each level."""
        return _of_levels(self.m[self.findings], self.u, self.frequent)

    def mean_weights(self) -> Numbers:
        """Match weight of each level, at the mean frequency where values have one."""
        return np.log2(self.m[self.findings]) - np.log2(self.u)

    def fit(self, matches: Numbers, strangers: Numbers, sure: Numbers | None) -> float:
        """Take over what matching pairs and strangers show; gives the largest change of ``m``.

        ``sure``: the matching pairs from which ``m`` is learned, where not from all of them.
        """
        self.matches = counted(self.findings, matches, len(self.default_m))
        learned = self.matches if sure is None else self._learned(counted(self.findings, sure, len(self.default_m)))
        total = learned.sum() + _PRIOR_MATCHES
        before, self.m = self.m, self._bounded(np.maximum((learned + _PRIOR_MATCHES * self.default_m) / total, _LEAST))
        self.u = self._spread(self._strangers(matches, strangers), matches)
        return float(np.abs(self.m - before).max())

    def _learned(self, sure: Numbers) -> Numbers:
        """The sure pairs; where they are few, all matching ones if these differ less often than is usual.

        Namesakes among them make differences look more usual, never less.
        """
        few = sure.sum() < _FEW_SURE * self.matches.sum()
        return self.matches if few and self.matches[-1] < self.default_m[-1] * self.matches.sum() else sure

    def _bounded(self, m: Numbers) -> Numbers:
        """``m`` with no more disagreement than one person shows: the rest of it is as the agreeing pairs are."""
        if self.most_different is None or m[-1] <= self.most_different:
            return m
        bounded = m * (1 - self.most_different) / (1 - m[-1])
        bounded[-1] = self.most_different
        return bounded

    def _strangers(self, matches: Numbers, blocked: Numbers) -> Numbers:
        """Pairs of strangers by level: as the random pairs or the blocked ones show, whichever are more."""
        elsewhere = self.contexts == 0
        # In a context a sample meets few, so only what is beyond its error counts.
        doubt = np.where(elsewhere, 0.0, 2 * np.sqrt(self.random))
        sampled = (self.random - doubt) * self.scale - matches
        least = np.where(elsewhere | self.shared, _STRANGERS_A_MATCH * matches, 0.0)
        return np.maximum(np.maximum(sampled, blocked), least)

    def _spread(self, strangers: Numbers, matches: Numbers) -> Numbers:
        u = np.empty_like(strangers)
        elsewhere = self.contexts == 0
        u[elsewhere] = _blended(strangers[elsewhere], self.default_u[elsewhere], _PRIOR_RANDOM * self.scale)
        for context in np.unique(self.contexts[~elsewhere]):
            inside = self.contexts == context
            usual = self.default_u[inside] if self.shared else self._elsewhere(u)[self.findings[inside]]
            prior = _PRIOR_STRANGERS + _PRIOR_SHARE * float(matches[inside].sum())
            found = _blended(strangers[inside], usual, prior)
            u[inside] = found if self.shared else _no_less_alike(found, usual, strangers[inside])
        return np.maximum(u, _LEAST)

    def _elsewhere(self, u: Numbers) -> Numbers:
        """U by finding outside of all contexts."""
        found = np.empty_like(self.default_m)
        found[self.findings[self.contexts == 0]] = u[self.contexts == 0]
        return found


def _blended(counts: Numbers, usual: Numbers, weight: float) -> Numbers:
    """Shares of the counts, with what is usual counted in by a weight."""
    return (counts + weight * usual) / (counts.sum() + weight)


def _no_less_alike(found: Numbers, usual: Numbers, counts: Numbers) -> Numbers:
    """Shares where agreement is as much more common, at least, as lesser agreement is.

    A pair of one home with one birth year may be a match, so the strangers among them are not seen; those with close
    birth years are, and tell how much more common closeness is there (monotone likelihood ratio).
    """
    times = np.where(counts >= _ENOUGH_STRANGERS, found / usual, 0.0)
    at_least = np.maximum.accumulate(times[::-1])[::-1] * usual
    at_least[-1] = 0.0
    raised = np.maximum(found, np.minimum(at_least, 0.5))
    return raised / raised.sum()
