"""Calibration: from cohesion to confidence, and the named levels, learned without labels.

Cohesion is a mean match weight over whole groups, so it lies far below the weights of single links. The confidence of a
height is the share of right pairs that is expected among the pairs which merges at about that height join: the mean
probability of the scored ones, made monotone (isotonic regression, pool adjacent violators). The default level is the
one with the highest expected pairwise F1. Measured on sixteen labelled sets it lost .007 of F1 on average against the
best cut that one could choose with the truth in hand, and was stricter than that on most.

Labels of stewards re-fit it once there are enough: at each height what was expected counts as so many labels, and the
isotonic regression runs again. Stewards are asked about links in doubt; at a height labels are as good as drawn by lot.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from math import inf

from resolution.clusters.clustering import CERTAIN, ForestLink, Pair

# A model's link is never as sure as a rule's or a steward's.
MOST = 0.9999
STRICT = 0.95
# The default stays in these bounds. Whatever is right more often than not belongs to it in any case (a merge raises F1
# when its share of right pairs is above F1 / 2); and where hardly anybody is double, noise must not make the default.
# With a lower bound of .4 much was lost of dirty data that was right often enough.
LEAST_DEFAULT, MOST_DEFAULT = 0.35, 0.5
# Groups of which fewer pairs than this are expected to be right are not offered as one person at any confidence.
LOOSE = 0.2
_STEP = 0.5
# Fewer merges with labels than this change nothing: each step of half a bit would follow one or two stewards' answers.
ENOUGH_LABELS = 50
# What was expected at a height counts as so many labels. Its error was about .15 where it was measured, and the answers
# of so many pairs scatter as much (p (1 - p) / .15 ** 2).
_EXPECTED_COUNTS = 10.0
_EQUAL = 1e-9


@dataclass(frozen=True, slots=True)
class Merge:
    """One merge of the forest: its height, the pairs that it joins, and what is known of them."""

    height: float
    pairs: int
    scored: int
    probability: float

    @property
    def expected(self) -> float:
        """Expected right pairs: those never scored count with the mean of the scored."""
        return self.probability * self.pairs / self.scored if self.scored else 0.0


@dataclass(frozen=True, slots=True)
class Calibration:
    """Monotone steps from cohesion to confidence: ``points`` rise in both."""

    points: tuple[tuple[float, float], ...]

    def confidence(self, cohesion: float) -> float:
        """Confidence of a link of the forest, 0 to 1; 1 only where the link is certain."""
        if cohesion >= CERTAIN:
            return 1.0
        position = bisect_right(self.points, (cohesion, float("inf"))) - 1
        return self.points[max(position, 0)][1] if self.points else MOST

    def lowest(self, confidence: float) -> float:
        """The cohesion from which a link of the forest has at least this confidence."""
        if confidence <= (self.points[0][1] if self.points else MOST):
            return -inf
        return next((height for height, share in self.points if share >= confidence), CERTAIN)


def merges_of(forest: Sequence[ForestLink], probabilities: Mapping[Pair, float]) -> list[Merge]:
    """What each merge of the forest joins, highest first."""
    return _Replay(probabilities).run(forest)


class _Replay:
    """Repeats the merges of a forest and sums the pairs between the two groups of each."""

    def __init__(self, probabilities: Mapping[Pair, float]) -> None:
        self._members: dict[str, list[str]] = {}
        self._home: dict[str, str] = {}
        self._near: dict[str, dict[str, float]] = {}
        for (left, right), probability in probabilities.items():
            self._near.setdefault(left, {})[right] = probability
            self._near.setdefault(right, {})[left] = probability

    def run(self, forest: Sequence[ForestLink]) -> list[Merge]:
        return [self._merge(link) for link in forest]

    def _merge(self, link: ForestLink) -> Merge:
        large, small = self._group(link.left), self._group(link.right)
        if len(self._members[large]) < len(self._members[small]):
            large, small = small, large
        moving = self._members[small]
        found = [p for key in moving for near, p in self._near.get(key, {}).items() if self._home.get(near) == large]
        pairs = len(moving) * len(self._members[large])
        self._members[large] += self._members.pop(small)
        self._home |= dict.fromkeys(moving, large)
        return Merge(link.cohesion, pairs, len(found), sum(found))

    def _group(self, key: str) -> str:
        if key not in self._home:
            self._home[key], self._members[key] = key, [key]
        return self._home[key]


def calibrate(merges: Iterable[Merge], labelled: Sequence[Merge] = ()) -> Calibration:
    """Confidence by height, in steps of half a bit, falling with the height.

    ``labelled``: the same merges, as ``merges_of`` finds them where the probability of a labelled pair is 1 or 0.
    """
    rising = sorted((merge for merge in merges if merge.height < CERTAIN), key=lambda merge: merge.height)
    steps = [
        (height, sum(m.expected for m in group), sum(m.pairs for m in group))
        for height, group in ((h, list(found)) for h, found in groupby(rising, key=_step))
    ]
    shares = _corrected(_isotonic(steps), labelled)
    return Calibration(tuple((height, min(share, MOST)) for height, share in shares))


def _corrected(shares: list[tuple[float, float]], labelled: Iterable[Merge]) -> list[tuple[float, float]]:
    """Shares by height, corrected by labels. A merge has one vote, however many of its pairs are labelled."""
    votes: dict[float, list[float]] = defaultdict(list)
    for merge in labelled:
        if merge.scored and merge.height < CERTAIN:
            votes[_step(merge)].append(merge.probability / merge.scored)
    if sum(map(len, votes.values())) < ENOUGH_LABELS:
        return shares
    return _isotonic(
        [
            (height, share * _EXPECTED_COUNTS + sum(votes[height]), _EXPECTED_COUNTS + len(votes[height]))
            for height, share in shares
        ]
    )


def _step(merge: Merge) -> float:
    return merge.height // _STEP * _STEP


def _isotonic(steps: Sequence[tuple[float, float, float]]) -> list[tuple[float, float]]:
    """Pool adjacent violators: (height, right, pairs) in rising height to shares that never fall."""
    pools: list[tuple[list[float], float, float]] = []
    for height, right, pairs in steps:
        pools.append(([height], right, pairs))
        while len(pools) > 1 and pools[-2][1] / pools[-2][2] >= pools[-1][1] / pools[-1][2]:
            heights, more_right, more_pairs = pools.pop()
            pools[-1] = (pools[-1][0] + heights, pools[-1][1] + more_right, pools[-1][2] + more_pairs)
    return [(height, round(right / pairs, 6)) for heights, right, pairs in pools for height in heights]


def default_confidence(merges: Iterable[Merge], calibration: Calibration) -> float:
    """The confidence with the highest expected pairwise F1; of equally good ones the strictest.

    All that is right is expected inside the loosest clusters, so recall is counted against them.
    """
    pairs_at: dict[float, int] = defaultdict(int)
    for merge in merges:
        pairs_at[calibration.confidence(merge.height)] += merge.pairs
    expected = sum(confidence * pairs for confidence, pairs in pairs_at.items())
    best, chosen = 0.0, MOST_DEFAULT
    right, joined = 0.0, 0
    for confidence in sorted(pairs_at, reverse=True):
        right += confidence * pairs_at[confidence]
        joined += pairs_at[confidence]
        f1 = 2 * right / (joined + expected)
        if f1 > best + _EQUAL:
            best, chosen = f1, confidence
    return min(max(chosen, LEAST_DEFAULT), MOST_DEFAULT)


def levels_of(merges: Sequence[Merge], calibration: Calibration) -> dict[str, float]:
    """Named levels: rules and stewards only, surely one person, the default, everything that may be one person."""
    default = default_confidence(merges, calibration)
    offered = [confidence for _, confidence in calibration.points if LOOSE <= confidence <= default]
    return {"exact": 1.0, "strict": STRICT, "default": default, "loose": min([*offered, default])}
