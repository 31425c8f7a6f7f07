"""Local clustering: the forest after a change, computed from the clusters that the change can reach.

Average linkage is reducible (Bruynooghe 1978): a merge never brings a third group nearer than its nearer part was. So
the forests of two sets of customers are the forest of both together unless some group of one and some group of the
other, both in existence at one height, attract each other at least as much as that height. A change is clustered with
the clusters that it touches; a neighbouring cluster joins in where it could be attracted, and only there.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice

from graph.clusters import connected
from graph.links import Pair
from graph.surroundings import StoredCluster
from resolution.clusters.clustering import CERTAIN, WEIGHT_CAP, Forest, ForestLink, Linkage, agglomerate
from resolution.clusters.group_guards import GroupGuards

FindClusters = Callable[[Collection[str]], Sequence[StoredCluster]]
PeopleOf = Callable[[Collection[str]], Mapping[str, str]]
# The clusters of so many people are looked at first: mostly one of them takes a new customer in, and all others are
# out of reach then.
STRONGEST = 3
_STEPS = 3
# Customer outside -> the customers inside that it was scored with, and the weights.
_Beyond = Mapping[str, Sequence[tuple[str, float]]]


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
    growth, parts = _Growth(find_clusters, people_of), dict[frozenset[str], _Formed]()
    while True:
        members = frozenset[str]().union(*inside)
        parts = _parts(members, look_around(members), linkage, parts)
        attracted = growth.attracted(parts.values())
        if not attracted:
            links = tuple(link for part in parts.values() for link in part.forest.links)
            refused = {pair: guard for part in parts.values() for pair, guard in part.forest.refused.items()}
            return Neighbourhood(members, tuple(inside.values()), links, refused)
        inside |= {cluster.members: cluster for cluster in attracted}


class _Growth:
    """Looks for the clusters around that parts attract, for all parts at once; a part that attracts none is settled."""

    def __init__(self, find_clusters: FindClusters, people_of: PeopleOf) -> None:
        self._find_clusters, self._people_of = find_clusters, people_of
        self._known: dict[str, StoredCluster] = {}
        self._people: dict[str, str] = {}
        self._settled: set[frozenset[str]] = set()

    def attracted(self, parts: Iterable["_Formed"]) -> list[StoredCluster]:
        """The clusters that some parts attract: of each the known ones, or else the strongest, or else the rest."""
        waiting = [part for part in parts if part.members not in self._settled]
        self._tell_people(frozenset[str]().union(*(part.doubtful for part in waiting)))
        near = {part.members: part.near(self._people) for part in waiting}
        steps = {members: self._steps(keys) for members, keys in near.items()}
        found: dict[frozenset[str], StoredCluster] = {}
        for number in range(_STEPS):
            self._look_up(key for part in waiting for key in steps[part.members][number])
            clusters = {part.members: self._clusters(steps[part.members][number]) for part in waiting}
            attracted = {part.members: part.attracted(clusters[part.members]) for part in waiting}
            found |= {cluster.members: cluster for some in attracted.values() for cluster in some}
            waiting = [part for part in waiting if not attracted[part.members]]
        self._settled |= {part.members for part in waiting}
        return list(found.values())

    def _tell_people(self, keys: frozenset[str]) -> None:
        if wanted := keys - self._people.keys():
            self._people |= self._people_of(wanted)

    def _steps(self, keys: Sequence[str]) -> tuple[Sequence[str], Sequence[str], Sequence[str]]:
        unknown = [key for key in keys if key not in self._known]
        return [key for key in keys if key in self._known], unknown[:STRONGEST], unknown[STRONGEST:]

    def _look_up(self, keys: Iterable[str]) -> None:
        wanted = sorted({key for key in keys if key not in self._known})
        if wanted:
            found = self._find_clusters(wanted)
            self._known |= {member: cluster for cluster in found for member in cluster.members}

    def _clusters(self, keys: Iterable[str]) -> list[StoredCluster]:
        return [self._known[key] for key in keys]


def _parts(
    members: frozenset[str], around: Surroundings, linkage: Linkage, known: Mapping[frozenset[str], "_Formed"]
) -> dict[frozenset[str], "_Formed"]:
    """Customers in parts that cannot merge with each other; those that are ``known`` stay as they are.

    Groups merge at an average that is at or above the floor, so some pair between them is.
    """
    least = linkage.floor - _ALMOST if linkage.floor > linkage.missing else float("-inf")
    near = (pair for pair, weight in around.weights.items() if weight >= least)
    home = connected(members, (pair for pair in chain(near, around.certain) if members.issuperset(pair)))
    together: dict[str, set[str]] = defaultdict(set)
    for customer, name in home.items():
        together[name].add(customer)
    found = {name: frozenset(customers) for name, customers in together.items()}
    new = {name: part for name, part in found.items() if part not in known}
    claimed = _claimed(new.keys(), home, around)
    formed = {part: _Formed.of(part, claimed[name], linkage) for name, part in new.items()}
    return {part: formed.get(part) or known[part] for part in found.values()}


def _claimed(parts: Collection[str], home: Mapping[str, str], around: Surroundings) -> dict[str, Surroundings]:
    """What is claimed around each of some parts. ``home``: customer -> its part."""
    weights: dict[str, dict[Pair, float]] = defaultdict(dict)
    certain: dict[str, list[Pair]] = defaultdict(list)
    apart: dict[str, set[Pair]] = defaultdict(set)
    for pair, weight in around.weights.items():
        for part in _touched(pair, home):
            weights[part][pair] = weight
    for pair in around.certain:
        for part in _touched(pair, home):
            certain[part].append(pair)
    for pair in around.apart:
        for part in _touched(pair, home):
            apart[part].add(pair)
    return {
        part: Surroundings(weights[part], certain[part], frozenset(apart[part]), around.guards, around.decided)
        for part in parts
    }


def _touched(pair: Pair, home: Mapping[str, str]) -> Iterable[str]:
    """The parts that one of a pair or both are in."""
    left, right = home.get(pair[0]), home.get(pair[1])
    if left is None or left == right:
        return () if right is None else (right,)
    return (left,) if right is None else (left, right)


@dataclass(frozen=True, slots=True)
class _Formed:
    """What some customers form among themselves, and what is claimed around them.

    ``beyond``: customer outside -> what is known of it and ours; ``outside``: those whom a link of some strength
    connects with ours.
    """

    members: frozenset[str]
    around: Surroundings
    linkage: Linkage
    forest: Forest
    groups: "_Dendrogram"
    beyond: _Beyond
    outside: frozenset[str]

    @classmethod
    def of(cls, members: frozenset[str], around: Surroundings, linkage: Linkage) -> "_Formed":
        found = _forest_within(members, around, linkage)
        groups = _Dendrogram(members, found.links, linkage.floor)
        outside = _outside(members, around, linkage.floor)
        return cls(members, around, linkage, found, groups, _beyond(members, around), outside)

    @property
    def doubtful(self) -> frozenset[str]:
        """Those outside of whom it can matter who is one person.

        To a single person of ours the nearest record of a person is the person.
        """
        return self.outside if self._may_matter({key: key for key in self.outside}) else frozenset()

    def near(self, known_people: Mapping[str, str]) -> list[str]:
        """Customers outside whose clusters may be attracted, one of each person, the most attracted first.

        Two groups are no nearer than the nearer of them is to the nearest person of the other. So a person whom no
        group of ours would take in at the height at which it ends brings no cluster near.
        """
        people = {key: known_people.get(key, key) for key in self.outside}
        certain = {key for pair in self.around.certain for key in pair}
        heights: dict[str, float] = {people[key]: CERTAIN for key in certain & people.keys()}
        for (group, person), more in self._sums(people).items():
            height = self.linkage.missing + more / group.size
            if height >= group.ended - _ALMOST:
                heights[person] = max(height, heights.get(person, height))
        first = {person: key for key, person in sorted(people.items(), reverse=True)}
        return [first[person] for _, person in sorted((-height, person) for person, height in heights.items())]

    def _may_matter(self, outside: Mapping[str, str]) -> bool:
        """Whether a group of several people of ours could take in somebody, were all records outside one person."""
        best: dict[str, float] = {}
        for (inner, _), weight in _between(self.groups.person, outside, self.beyond).items():
            best[inner] = max(weight, best.get(inner, weight))
        sums: dict[_Group, float] = defaultdict(float)
        most = self._most(best.values())
        for inner, weight in best.items():
            for group in self.groups.above(inner, most):
                sums[group] += max(0.0, weight - self.linkage.missing)
        return any(
            group.size > 1 and self.linkage.missing + more / group.size >= group.ended - _ALMOST
            for group, more in sums.items()
        )

    def _sums(self, people: Mapping[str, str]) -> dict[tuple["_Group", str], float]:
        """What the scored pairs of groups of ours and each person outside weigh above missing ones."""
        sums: dict[tuple[_Group, str], float] = defaultdict(float)
        known = _between(self.groups.person, people, self.beyond)
        most = self._most(known.values())
        for (inner, person), weight in known.items():
            for group in self.groups.above(inner, most):
                sums[group, person] += weight - self.linkage.missing
        return sums

    def _most(self, weights: Iterable[float]) -> float:
        """The largest average that pairs with some weights, and missing ones, can have."""
        return max(chain(weights, (self.linkage.missing,))) + _ALMOST

    def attracted(self, clusters: Iterable[StoredCluster]) -> list[StoredCluster]:
        """Those of some outside clusters that could merge with a group of ours."""
        return [cluster for cluster in {c.members: c for c in clusters}.values() if self._attracts(cluster)]

    def _attracts(self, cluster: StoredCluster) -> bool:
        """Whether a group of ours and a group of an outside cluster could merge at a height at which both exist."""
        if any(_crosses(pair, self.members, cluster.members) for pair in self.around.certain):
            return True
        theirs = [ForestLink(link.left, link.right, link.cohesion) for link in cluster.links]
        other, missing = _Dendrogram(cluster.members, theirs, self.linkage.floor), self.linkage.missing
        sums: dict[tuple[_Group, _Group], float] = defaultdict(float)
        known = _between(self.groups.person, other.person, self.beyond)
        most = self._most(known.values())
        for (inner, person), weight in known.items():
            for both in _meetings(self.groups.above(inner, most), other.above(person, most)):
                sums[both] += weight - missing
        return any(
            missing + more / (one.size * two.size) >= max(one.ended, two.ended) - _ALMOST
            for (one, two), more in sums.items()
        )


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


def _outside(members: frozenset[str], around: Surroundings, floor: float) -> frozenset[str]:
    """Customers that a link of some strength connects with the members: no group is nearer than its nearest pair."""
    near = (pair for pair, weight in around.weights.items() if weight >= floor and pair not in around.apart)
    return frozenset(key for pair in (*near, *around.certain) for key in pair) - members


@dataclass(frozen=True, slots=True, eq=False)
class _Group:
    """A group of the forest: how many it holds, and the heights between which it exists. Equal to itself only."""

    size: int
    formed: float
    ended: float


class _Dendrogram:
    """The groups that each person of a forest goes through, smallest first; certain links make one person of many."""

    def __init__(self, customers: Iterable[str], forest: Sequence[ForestLink], floor: float) -> None:
        self._groups: list[tuple[int, float]] = []
        self._parent: dict[int, int] = {}
        certain = [(link.left, link.right) for link in forest if link.cohesion >= CERTAIN]
        self.person = connected(sorted(customers), certain)
        self._leaf = {person: self._add(1, CERTAIN) for person in sorted(set(self.person.values()))}
        for link in sorted(forest, key=lambda link: -link.cohesion):
            if link.cohesion < CERTAIN:
                self._join(link)
        ended = [floor if up is None else self._groups[up][1] for up in map(self._parent.get, range(len(self._groups)))]
        self._existing = [_Group(*group, end) for group, end in zip(self._groups, ended, strict=True)]
        self._above: dict[str, tuple[_Group, ...]] = {}

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

    def above(self, person: str, most: float) -> list[_Group]:
        """The groups that a person goes through and that still exist at a height: the others have ended above it."""
        return [group for group in self._path(person) if group.ended <= most]

    def _path(self, person: str) -> tuple[_Group, ...]:
        if person not in self._above:
            found = [self._leaf[person]]
            while (parent := self._parent.get(found[-1])) is not None:
                found.append(parent)
            self._above[person] = tuple(self._existing[number] for number in found)
        return self._above[person]


def _beyond(members: frozenset[str], around: Surroundings) -> _Beyond:
    # Of 200 decisions about large clusters, going through all pairs for each cluster around took a third of the time.
    found: dict[str, list[tuple[str, float]]] = defaultdict(list)
    for pair, weight in around.weights.items():
        left, right = pair
        if (left in members) != (right in members):
            inner, outer = pair if left in members else (right, left)
            found[outer].append((inner, _APART if pair in around.apart else _capped(weight)))
    return found


def _between(ours: Mapping[str, str], others: Mapping[str, str], beyond: _Beyond) -> dict[Pair, float]:
    """What is known of each person inside and each outside: the strongest of their pairs, unless one is held apart."""
    known: dict[Pair, float] = {}
    for outer, person in others.items():
        for inner, weight in beyond.get(outer, ()):
            people = ours[inner], person
            before = known.get(people, _NEVER_SCORED)
            known[people] = _APART if min(weight, before) == _APART else max(weight, before)
    return known


def _crosses(pair: Pair, members: frozenset[str], others: frozenset[str]) -> bool:
    left, right = pair
    return (left in members and right in others) or (right in members and left in others)


def _capped(weight: float) -> float:
    return max(-WEIGHT_CAP, min(WEIGHT_CAP, weight))


_APART, _NEVER_SCORED = float("-inf"), -1e9
# Sums in another order differ in their last digits; a neighbour too many costs time only.
_ALMOST = 1e-6


def _meetings(ours: Sequence[_Group], theirs: Sequence[_Group]) -> Iterator[tuple[_Group, _Group]]:
    """Those groups that exist at one height. ``ours``, ``theirs``: those that a person goes through, from some one on.

    Both go down from height to height, so that few of all combinations meet, and those are next to each other.
    """
    first = 0
    for one in ours:
        while first < len(theirs) - 1 and theirs[first].ended > one.formed:
            first += 1
        for two in islice(theirs, first, None):
            if two.formed < one.ended:
                break
            yield one, two
