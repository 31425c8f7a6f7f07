"""Local clustering: the forest after a change, computed from the clusters that the change can reach.

Average linkage is reducible (Bruynooghe 1978): a merge never brings a third group nearer than its nearer part was. So
the forests of two sets of customers are the forest of both together unless some group of one and some group of the
other, both in existence at one height, attract each other at least as much as that height. A change is clustered with
the clusters that it touches; a neighbouring cluster joins in where it could be attracted, and only there.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from graph.clusters import connected
from graph.links import Pair
from graph.surroundings import StoredCluster
from resolution.clustering import CERTAIN, WEIGHT_CAP, Forest, ForestLink, Linkage, agglomerate
from resolution.group_guards import GroupGuards

FindClusters = Callable[[Collection[str]], Sequence[StoredCluster]]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is claimed around a set of customers: every pair with at least one of them. ``guards``: see ``Linkage``."""

    weights: Mapping[Pair, float]
    certain: Sequence[Pair]
    apart: frozenset[Pair]
    guards: GroupGuards | None = None
    decided: frozenset[Pair] = frozenset()


@dataclass(frozen=True, slots=True)
class Neighbourhood:
    """The customers that were clustered anew, the clusters that they came from, their forest, and what was refused."""

    members: frozenset[str]
    before: tuple[StoredCluster, ...]
    forest: tuple[ForestLink, ...]
    refused: Mapping[Pair, str]


def recluster(
    start: Sequence[StoredCluster],
    look_around: Callable[[frozenset[str]], Surroundings],
    find_clusters: FindClusters,
    linkage: Linkage,
) -> Neighbourhood:
    """Cluster anew from some clusters on. ``linkage``: missing weight and floor; what is certain or apart is looked up.

    ``look_around``: the claims around customers; ``find_clusters``: the stored clusters of customers.
    """
    clusters = {cluster.members: cluster for cluster in start}
    while True:
        members = frozenset[str]().union(*clusters)
        around = look_around(members)
        found = _forest_within(members, around, linkage)
        forest = found.links
        outside = _outside(members, around, linkage.floor)
        attracted = [
            cluster
            for cluster in (find_clusters(outside) if outside else ())
            if cluster.members not in clusters and _attracts(forest, members, cluster, around, linkage)
        ]
        if not attracted:
            return Neighbourhood(members, tuple(clusters.values()), tuple(forest), found.refused)
        clusters |= {cluster.members: cluster for cluster in attracted}


def _forest_within(members: frozenset[str], around: Surroundings, linkage: Linkage) -> Forest:
    inside = {pair: weight for pair, weight in around.weights.items() if members.issuperset(pair)}
    return agglomerate(
        inside,
        Linkage(
            linkage.missing,
            linkage.floor,
            tuple(pair for pair in around.certain if members.issuperset(pair)),
            frozenset(pair for pair in around.apart if members.issuperset(pair)),
            around.guards,
            around.decided,
        ),
    )


def _outside(members: frozenset[str], around: Surroundings, floor: float) -> set[str]:
    """Customers that a link of some strength connects with the members: no group is nearer than its nearest pair."""
    near = (pair for pair, weight in around.weights.items() if weight >= floor and pair not in around.apart)
    return {key for pair in (*near, *around.certain) for key in pair} - members


@dataclass(frozen=True, slots=True)
class _Group:
    """A group of the forest: how many it holds, and the heights between which it exists."""

    size: int
    formed: float
    ended: float


class _Dendrogram:
    """The groups that each person of a forest goes through, smallest first; certain links make one person of many."""

    def __init__(self, customers: Iterable[str], forest: Sequence[ForestLink], floor: float) -> None:
        self._groups: list[tuple[int, float]] = []
        self._parent: dict[int, int] = {}
        self._floor = floor
        certain = [(link.left, link.right) for link in forest if link.cohesion >= CERTAIN]
        self.person = connected(sorted(customers), certain)
        self._leaf = {person: self._add(1, CERTAIN) for person in sorted(set(self.person.values()))}
        for link in sorted(forest, key=lambda link: -link.cohesion):
            if link.cohesion < CERTAIN:
                self._join(link)

    def _add(self, size: int, formed: float) -> int:
        self._groups.append((size, formed))
        return len(self._groups) - 1

    def _join(self, link: ForestLink) -> None:
        left, right = self._root(link.left), self._root(link.right)
        joined = self._add(self._groups[left][0] + self._groups[right][0], link.cohesion)
        self._parent[left] = self._parent[right] = joined

    def _root(self, customer: str) -> int:
        group = self._leaf[self.person[customer]]
        while group in self._parent:
            group = self._parent[group]
        return group

    def above(self, person: str) -> Iterator[int]:
        group: int | None = self._leaf[person]
        while group is not None:
            yield group
            group = self._parent.get(group)

    def group(self, number: int) -> _Group:
        parent = self._parent.get(number)
        return _Group(*self._groups[number], self._floor if parent is None else self._groups[parent][1])


def _attracts(
    forest: Sequence[ForestLink],
    members: frozenset[str],
    cluster: StoredCluster,
    around: Surroundings,
    linkage: Linkage,
) -> bool:
    """Whether a group of the forest and a group of an outside cluster could merge at a height at which both exist."""
    if any(_crosses(pair, members, cluster.members) for pair in around.certain):
        return True
    theirs = [ForestLink(link.left, link.right, link.cohesion) for link in cluster.links]
    ours, other = _Dendrogram(members, forest, linkage.floor), _Dendrogram(cluster.members, theirs, linkage.floor)
    sums: dict[tuple[int, int], float] = defaultdict(float)
    for (inner, outer), weight in _between(ours, other, around).items():
        for one in ours.above(inner):
            for two in other.above(outer):
                sums[one, two] += weight - linkage.missing
    return any(_meet(ours.group(one), other.group(two), more, linkage.missing) for (one, two), more in sums.items())


def _between(ours: _Dendrogram, other: _Dendrogram, around: Surroundings) -> dict[Pair, float]:
    """What is known of each person inside and each outside: the strongest of their pairs, unless one is held apart."""
    known: dict[Pair, float] = {}
    for pair, weight in around.weights.items():
        left, right = pair
        inner, outer = pair if left in ours.person else (right, left)
        if inner in ours.person and outer in other.person:
            people = ours.person[inner], other.person[outer]
            before = known.get(people, _NEVER_SCORED)
            known[people] = _APART if pair in around.apart or before == _APART else max(before, _capped(weight))
    return known


def _crosses(pair: Pair, members: frozenset[str], others: frozenset[str]) -> bool:
    left, right = pair
    return (left in members and right in others) or (right in members and left in others)


def _capped(weight: float) -> float:
    return max(-WEIGHT_CAP, min(WEIGHT_CAP, weight))


_APART, _NEVER_SCORED = float("-inf"), -1e9
# Sums in another order differ in their last digits; a neighbour too many costs time only.
_ALMOST = 1e-6


def _meet(one: _Group, two: _Group, more: float, missing: float) -> bool:
    """``more``: what the scored pairs between two groups weigh above missing ones."""
    height = missing + more / (one.size * two.size)
    ended = max(one.ended, two.ended)
    return ended <= min(one.formed, two.formed) and height >= ended - _ALMOST
