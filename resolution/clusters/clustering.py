"""Clustering: average linkage over match weights, as a forest of real links.

Each merge of two groups marks one existing link between them with its height, the cohesion: the mean match weight over
all pairs across the two groups, where a pair that was never scored counts as ``missing``. Customers that certainly are
one person count as one: what is known of the person by any of their records is known. The links of
height at or above a cut connect exactly the clusters at that cut, and clusters at a higher cut nest inside those at a
lower one. Average linkage after Sokal and Michener (1958), with the candidates of a heap instead of a matrix.
"""

import heapq
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from resolution.clusters.group_guards import GroupGuards, Holdings

Pair = tuple[str, str]

# Cohesion of a link that a rule or a steward made: above every height that weights can give.
CERTAIN = 100.0
# A single pair must not carry a group alone: weights beyond this say nothing more.
WEIGHT_CAP = 20.0
# Sums are kept in millionths of a bit, as Splink's weights are: whole numbers add up the same in any order.
MICRO = 1_000_000
_NEVER = float("-inf")


@dataclass(frozen=True, slots=True)
class ForestLink:
    """A link that joins two groups at a height. ``left`` is the smaller key."""

    left: str
    right: str
    cohesion: float


@dataclass(frozen=True, slots=True)
class Linkage:
    """What clustering is asked to respect.

    ``missing``: weight of a pair that was not scored. ``floor``: no merge below this height; above ``missing``, so that
    nesting is exact. ``certain``: pairs that belong together whatever they weigh, the most certain first. ``apart``:
    pairs that never do; where both are claimed, apart holds. ``guards``: what groups may not hold together;
    ``decided``: the certain pairs that no guard may refuse, because a steward decided.
    """

    missing: float = -10.0
    floor: float = -9.5
    certain: tuple[Pair, ...] = ()
    apart: frozenset[Pair] = frozenset()
    guards: GroupGuards | None = None
    decided: frozenset[Pair] = frozenset()


@dataclass(frozen=True, slots=True)
class Forest:
    """``links``: highest first. ``refused``: pairs that would have joined two groups, with the guard that refused."""

    links: list[ForestLink]
    refused: dict[Pair, str] = field(default_factory=dict[Pair, str])


def cohesion_forest(weights: Mapping[Pair, float], linkage: Linkage) -> list[ForestLink]:
    """The links of the forest over scored pairs (smaller key first), highest first; the same for any order of pairs."""
    return agglomerate(weights, linkage).links


def agglomerate(weights: Mapping[Pair, float], linkage: Linkage) -> Forest:
    """The forest over scored pairs, and what guards refused."""
    groups = _Groups(linkage)
    for left, right in sorted(linkage.apart):
        groups.connect(left, right, _NEVER)
    for pair, weight in weights.items():
        if pair not in linkage.apart:
            groups.connect(*pair, max(-WEIGHT_CAP, min(WEIGHT_CAP, weight)))
    certain = [ForestLink(*pair, CERTAIN) for pair in groups.contract()]
    links = certain + list(groups.merge())
    return Forest(links, groups.refused())


def resumed(groups: Iterable["Started"], between: Iterable[tuple[str, str, "Evidence"]], linkage: Linkage) -> Forest:
    """The rest of a forest from groups as they stand; what is certain has been merged."""
    rest = _Groups(replace(linkage, certain=()))
    for started in groups:
        rest.add(started)
    for x, y, evidence in between:
        rest.relate(x, y, evidence)
    links = list(rest.merge())
    return Forest(links, rest.refused())


def in_micro(weight: float) -> int:
    """A weight in millionths of a bit."""
    return round(weight * MICRO)


@dataclass(frozen=True, slots=True)
class Started:
    """A group in the midst of clustering: its smallest key, how many people it holds, how it was formed."""

    key: str
    size: int
    height: float
    holdings: Holdings


@dataclass(slots=True)
class Evidence:
    """What is known of the pairs across two groups; ``best`` is the link that a merge marks.

    ``total``: in millionths of a bit, minus infinity where something holds them apart. ``supporting``: how many of the
    pairs speak for one person.
    """

    total: int | float
    scored: int
    best: tuple[float, str, str]
    supporting: int

    def joined(self, other: "Evidence") -> "Evidence":
        return Evidence(
            self.total + other.total,
            self.scored + other.scored,
            min(self.best, other.best),
            self.supporting + other.supporting,
        )

    def of_one(self, other: "Evidence") -> "Evidence":
        """Evidence about one person from two records: the stronger counts; who is apart from one is so from both."""
        apart = _NEVER in {self.total, other.total}
        total = _NEVER if apart else max(self.total, other.total)
        return Evidence(total, 1, min(self.best, other.best), self.supporting + other.supporting)


class _Groups:
    """Groups of customers that merge at falling heights. A group is known by its smallest key."""

    def __init__(self, linkage: Linkage) -> None:
        self._missing, self._floor, self._guards = in_micro(linkage.missing), linkage.floor, linkage.guards
        self._certain, self._decided = linkage.certain, linkage.decided
        self._kept_apart: dict[Pair, str] = {}
        self._holdings: dict[str, Holdings] = {}
        self._near: dict[str, dict[str, Evidence]] = {}
        self._size: dict[str, int] = {}
        self._version: dict[str, int] = {}
        self._height: dict[str, float] = {}

    def connect(self, left: str, right: str, weight: float) -> None:
        for key in (left, right):
            if key not in self._near:
                self._add(key)
        apart = weight == _NEVER
        best = (float("inf"), "", "") if apart else (-weight, left, right)
        total = _NEVER if apart else in_micro(weight)
        self._near[left][right] = self._near[right][left] = Evidence(total, 1, best, int(weight >= 0))

    def add(self, started: Started) -> None:
        """A group as it stands, in the midst of clustering."""
        self._near[started.key], self._size[started.key] = {}, started.size
        self._version[started.key], self._height[started.key] = 0, started.height
        if self._guards:
            self._holdings[started.key] = started.holdings

    def relate(self, x: str, y: str, evidence: Evidence) -> None:
        """What is known of the pairs across two such groups."""
        self._near[x][y] = self._near[y][x] = evidence

    def _add(self, key: str) -> None:
        self._near[key], self._size[key], self._version[key], self._height[key] = {}, 1, 0, CERTAIN
        if self._guards:
            self._holdings[key] = self._guards.holdings(key)

    def contract(self) -> Iterator[Pair]:
        """Merge pairs that are certain, in their order, unless something holds their groups apart."""
        home = {key: key for key in self._near}
        for left, right in self._certain:
            x, y = self._root(home, left), self._root(home, right)
            if x == y or self._held_apart(x, y) or self._refused_rule((left, right), x, y):
                continue
            kept, gone = min(x, y), max(x, y)
            home[gone] = kept
            self._join(kept, gone, CERTAIN, Evidence.of_one)
            self._size[kept] = 1
            yield left, right

    def _root(self, home: dict[str, str], key: str) -> str:
        if key not in home:
            home[key] = key
            self._add(key)
        while home[key] != key:
            key = home[key]
        return key

    def _held_apart(self, x: str, y: str) -> bool:
        evidence = self._near[x].get(y)
        return evidence is not None and evidence.total == _NEVER

    def _refused_rule(self, pair: Pair, x: str, y: str) -> bool:
        """Whether a guard refuses a pair that a rule takes for certain; a steward's pair is never refused."""
        if not self._guards or pair in self._decided:
            return False
        guard = self._guards.refuse_values(self._holdings[x], self._holdings[y])
        if guard:
            self._kept_apart[pair] = guard
        return guard is not None

    def refused(self) -> dict[Pair, str]:
        """The pairs that would join two groups in the end, with the guard that refuses; and rules that were refused."""
        for x, near in self._near.items():
            for y, evidence in near.items():
                if x < y and self._height_of(x, y) >= self._floor and (guard := self._guard(x, y)):
                    self._kept_apart[evidence.best[1:]] = guard
        return self._kept_apart

    def merge(self) -> Iterator[ForestLink]:
        heap = [entry for x in self._near for y in self._near[x] if x < y and (entry := self._candidate(x, y))]
        heapq.heapify(heap)
        while heap:
            negative, x, y, version_x, version_y = heapq.heappop(heap)
            if self._version.get(x) != version_x or self._version.get(y) != version_y:
                continue  # one of the groups has changed since
            _, left, right = self._near[x][y].best
            height = min(-negative, self._height[x], self._height[y])
            self._join(x, y, height)
            yield ForestLink(left, right, height)
            for z in self._near[x]:
                if entry := self._candidate(min(x, z), max(x, z)):
                    heapq.heappush(heap, entry)

    def _candidate(self, x: str, y: str) -> tuple[float, str, str, int, int] | None:
        height = self._height_of(x, y)
        if height < self._floor or self._guard(x, y):
            return None
        return -height, x, y, self._version[x], self._version[y]

    def _height_of(self, x: str, y: str) -> float:
        evidence = self._near[x][y]
        pairs = self._size[x] * self._size[y]
        return (evidence.total + self._missing * (pairs - evidence.scored)) / (pairs * MICRO)

    def _guard(self, x: str, y: str) -> str | None:
        if not self._guards:
            return None
        return self._guards.refuse(self._holdings[x], self._holdings[y], self._near[x][y].supporting)

    def _join(
        self,
        kept: str,
        gone: str,
        height: float,
        joined: Callable[[Evidence, Evidence], Evidence] = Evidence.joined,
    ) -> None:
        """Move everything of ``gone`` to ``kept``, the smaller key; neighbours forget ``gone``."""
        near = self._near[kept]
        for z, evidence in self._near.pop(gone).items():
            del self._near[z][gone]
            if z == kept:
                continue
            known = near.get(z)
            near[z] = self._near[z][kept] = evidence if known is None else joined(known, evidence)
        self._size[kept] += self._size.pop(gone)
        self._version[kept] += 1
        self._height[kept] = height
        if self._guards:
            self._holdings[kept] = self._holdings[kept].joined(self._holdings.pop(gone))
        del self._version[gone], self._height[gone]
