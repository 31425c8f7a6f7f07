"""Calibration: from cohesion to confidence, and the named levels, learned without labels.

Cohesion is a mean match weight over whole groups, so it lies far below the weights of single links. The confidence of a
height is the share of right pairs that is expected among the pairs which merges at about that height join: the mean
probability of the scored ones, made monotone (isotonic regression, pool adjacent violators). The default level is the
cut with the highest expected pairwise F1; a pair inside a cluster that was never scored counts with the mean of the
scored.
"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from resolution.clustering import CERTAIN, ForestLink, Pair

# A model's link is never as sure as a rule's or a steward's.
MOST = 0.9999
STRICT = 0.95
_STEP = 0.5


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


def calibrate(merges: Iterable[Merge]) -> Calibration:
    """Confidence by height, in steps of half a bit, falling with the height."""
    rising = sorted((merge for merge in merges if merge.height < CERTAIN), key=lambda merge: merge.height)
    steps = [
        (height, sum(m.expected for m in group), sum(m.pairs for m in group))
        for height, group in ((h, list(found)) for h, found in groupby(rising, key=_step))
    ]
    return Calibration(tuple((height, min(share, MOST)) for height, share in _isotonic(steps)))


def _step(merge: Merge) -> float:
    return merge.height // _STEP * _STEP


def _isotonic(steps: Sequence[tuple[float, float, int]]) -> list[tuple[float, float]]:
    """Pool adjacent violators: (height, right, pairs) in rising height to shares that never fall."""
    pools: list[tuple[list[float], float, int]] = []
    for height, right, pairs in steps:
        pools.append(([height], right, pairs))
        while len(pools) > 1 and pools[-2][1] / pools[-2][2] >= pools[-1][1] / pools[-1][2]:
            heights, more_right, more_pairs = pools.pop()
            pools[-1] = (pools[-1][0] + heights, pools[-1][1] + more_right, pools[-1][2] + more_pairs)
    return [(height, round(right / pairs, 6)) for heights, right, pairs in pools for height in heights]


def best_cut(merges: Sequence[Merge], expected_links: float) -> float:
    """The height with the highest expected pairwise F1; of equally good ones the strictest.

    ``expected_links``: sum of the probabilities of all scored pairs.
    """
    best, cut = -1.0, CERTAIN
    right, pairs, unscored = 0.0, 0, 0.0
    ordered = sorted(merges, key=lambda merge: -merge.height)
    for height, group in groupby(ordered, key=lambda merge: merge.height):
        for merge in group:
            right += merge.expected
            pairs += merge.pairs
            unscored += merge.expected - merge.probability
        f1 = 2 * right / (pairs + expected_links + unscored)
        if f1 > best + 1e-9:
            best, cut = f1, height
    return cut


def levels_of(calibration: Calibration, cut: float) -> dict[str, float]:
    """Named levels: rules and stewards only, surely one person, the default, everything that may be one person."""
    confidences = [confidence for _, confidence in calibration.points]
    default = calibration.confidence(cut)
    loose = min([*confidences, default])
    return {"exact": 1.0, "strict": max(STRICT, default), "default": default, "loose": loose}
