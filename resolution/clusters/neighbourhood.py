"""Local clustering: the forest after a change, computed from the clusters that the change can reach.

Average linkage is reducible (Bruynooghe 1978): a merge never brings a third group nearer than its nearer part was. So
the forests of two sets of customers are the forest of both together unless some group of one and some group of the
other, both in existence at one height, attract each other at least as much as that height. A change is clustered with
the clusters that it touches; a neighbouring cluster joins in where it could be attracted, and only there.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from graph.clusters import connected
from graph.links import Pair
from graph.surroundings import StoredCluster
from resolution.clusters.clustering import CERTAIN, WEIGHT_CAP, Forest, ForestLink, Linkage, agglomerate
from resolution.clusters.group_guards import GroupGuards

FindClusters = Callable[[Collection[str]], Sequence[StoredCluster]]
PeopleOf = Callable[[Collection[str]], Mapping[str, str]]
# The clusters of so many people are looked at first: mostly one of them takes a new customer in, and all others are
# out of reach then.
_STRONGEST = 3


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
    people_of: PeopleOf,
    linkage: Linkage,
) -> Neighbourhood:
    """Cluster anew from some clusters on. ``linkage``: missing weight and floor; what is certain or apart is looked up.

    ``look_around``: the claims around customers; ``find_clusters``: the stored clusters of customers; ``people_of``:
    customer -> the person that it certainly is one of.
    """
    inside = {cluster.members: cluster for cluster in start}
    known: dict[str, StoredCluster] = {}
    while True:
        formed = _Formed.of(frozenset[str]().union(*inside), look_around, linkage)
        near = formed.near(people_of)
        attracted = formed.attracted(known[key] for key in near if key in known)
        unknown = [key for key in near if key not in known]
        for keys in (unknown[:_STRONGEST], unknown[_STRONGEST:]):
            if attracted or not keys:
                break
            clusters = find_clusters(keys)
            known |= {member: cluster for cluster in clusters for member in cluster.members}
            attracted = formed.attracted(clusters)
        if not attracted:
            return Neighbourhood(
                formed.members, tuple(inside.values()), tuple(formed.forest.links), formed.forest.refused
            )
        inside |= {cluster.members: cluster for cluster in attracted}


@dataclass(frozen=True, slots=True)
class _Formed:
    """What some customers form among themselves, and what is claimed around them."""

    members: frozenset[str]
    around: Surroundings
    linkage: Linkage
    forest: Forest
    groups: "_Dendrogram"

    @classmethod
    def of(
        cls, members: frozenset[str], look_around: Callable[[frozenset[str]], Surroundings], linkage: Linkage
    ) -> "_Formed":
        around = look_around(members)
        found = _forest_within(members, around, linkage)
        groups = _Dendrogram(members, found.links, linkage.floor)
        return cls(members, around, linkage, found, groups)

    def near(self, people_of: PeopleOf) -> list[str]:
        """Customers outside whose clusters may be attracted, one of each person, the most attracted first.

        Two groups are no nearer than the nearer of them is to the nearest person of the other. So a person whom no
        group of ours would take in at the height at which it ends brings no cluster near. Who is one person outside is
        asked only where it can matter: to a single person of ours the nearest record of a person is the person.
        """
        outside = _outside(self.members, self.around, self.linkage.floor)
        people = {key: key for key in outside}
        if self._may_matter(people):
            people = people_of(outside)
        certain = {key for pair in self.around.certain for key in pair}
        heights: dict[str, float] = {people[key]: CERTAIN for key in certain & people.keys()}
        for (one, person), more in self._sums(people).items():
            group = self.groups.group(one)
            height = self.linkage.missing + more / group.size
            if height >= group.ended - _ALMOST:
                heights[person] = max(height, heights.get(person, height))
        first = {person: key for key, person in sorted(people.items(), reverse=True)}
        return [first[person] for _, person in sorted((-height, person) for person, height in heights.items())]

    def _may_matter(self, outside: Mapping[str, str]) -> bool:
        """Whether a group of several people of ours could take in somebody, were all records outside one person."""
        best: dict[str, float] = {}
        for (inner, _), weight in _between(self.groups.person, outside, self.around).items():
            best[inner] = max(weight, best.get(inner, weight))
        sums: dict[int, float] = defaultdict(float)
        for inner, weight in best.items():
            for one in self.groups.above(inner):
                sums[one] += max(0.0, weight - self.linkage.missing)
        groups = ((self.groups.group(one), more) for one, more in sums.items())
        return any(
            group.size > 1 and self.linkage.missing + more / group.size >= group.ended - _ALMOST
            for group, more in groups
        )

    def _sums(self, people: Mapping[str, str]) -> dict[tuple[int, str], float]:
        """What the scored pairs of each of our groups and each person outside weigh above missing ones."""
        sums: dict[tuple[int, str], float] = defaultdict(float)
        for (inner, person), weight in _between(self.groups.person, people, self.around).items():
            for one in self.groups.above(inner):
                sums[one, person] += weight - self.linkage.missing
        return sums

    def attracted(self, clusters: Iterable[StoredCluster]) -> list[StoredCluster]:
        """Those of some outside clusters that could merge with a group of ours."""
        return [cluster for cluster in {c.members: c for c in clusters}.values() if self._attracts(cluster)]

    def _attracts(self, cluster: StoredCluster) -> bool:
        """Whether a group of ours and a group of an outside cluster could merge at a height at which both exist."""
        if any(_crosses(pair, self.members, cluster.members) for pair in self.around.certain):
            return True
        theirs = [ForestLink(link.left, link.right, link.cohesion) for link in cluster.links]
        other, missing = _Dendrogram(cluster.members, theirs, self.linkage.floor), self.linkage.missing
        sums: dict[tuple[int, int], float] = defaultdict(float)
        for (one, person), more in self._sums(other.person).items():
            for two in other.above(person):
                sums[one, two] += more
        return any(_meet(self.groups.group(one), other.group(two), more, missing) for (one, two), more in sums.items())


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
        self._above: dict[str, tuple[int, ...]] = {}
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

    def above(self, person: str) -> tuple[int, ...]:
        """The groups that a person goes through."""
        if person not in self._above:
            found = [self._leaf[person]]
            while (parent := self._parent.get(found[-1])) is not None:
                found.append(parent)
            self._above[person] = tuple(found)
        return self._above[person]

    def group(self, number: int) -> _Group:
        parent = self._parent.get(number)
        return _Group(*self._groups[number], self._floor if parent is None else self._groups[parent][1])


def _between(ours: Mapping[str, str], others: Mapping[str, str], around: Surroundings) -> dict[Pair, float]:
    """What is known of each person inside and each outside: the strongest of their pairs, unless one is held apart."""
    known: dict[Pair, float] = {}
    for pair, weight in around.weights.items():
        left, right = pair
        inner, outer = pair if left in ours else (right, left)
        if inner in ours and outer in others:
            people = ours[inner], others[outer]
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
