"""Clustering in rounds: the forest of ``resolution.clusters.clustering`` over millions of pairs, many merges at a time.

Average linkage is reducible (Bruynooghe 1978): a merge never brings a third group nearer than its nearer part was. So
two groups that are each other's nearest merge in the end whatever happens elsewhere, and all such pairs merge at once,
until there are none. Where a guard refuses, what follows may depend on the order: both groups wait, and in the end all
that waits is merged one by one. Groups without a pair that could join them are settled and leave.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from resolution.clusters.clustering import (
    CERTAIN,
    MICRO,
    WEIGHT_CAP,
    Evidence,
    Forest,
    Linkage,
    Started,
    in_micro,
    resumed,
)
from resolution.clusters.contraction import Persons
from resolution.clusters.group_holdings import GroupHoldings
from resolution.clusters.numbered import Flags, Indices, NumberedForest, NumberedPairs, Numbers, distinct, numbered

_NONE = np.iinfo(np.int64).max


def forest_in_rounds(keys: Sequence[str], pairs: NumberedPairs, linkage: Linkage) -> NumberedForest:
    """The forest over pairs of the sorted ``keys``, the same as ``agglomerate`` gives for the same claims.

    ``linkage.apart`` is not read: ``pairs.apart`` says it. The floor has to be above the missing weight.
    """
    persons = Persons.of(keys, pairs, linkage)
    rounds = _Rounds(keys, pairs, linkage, persons)
    rounds.run()
    rest = rounds.rest()
    certain = np.array(persons.merged, np.int64).reshape(-1, 2)
    later = np.array(numbered(keys, ((x.left, x.right) for x in rest.links)), np.int64).reshape(-1, 2)
    one, other, heights = rounds.merged()
    left = np.concatenate([certain[:, 0], one, later[:, 0]])
    right = np.concatenate([certain[:, 1], other, later[:, 1]])
    height = np.concatenate([np.full(len(certain), CERTAIN), heights, np.array([x.cohesion for x in rest.links])])
    order = np.argsort(-height, kind="stable")
    refused = dict(zip(numbered(keys, rest.refused), rest.refused.values(), strict=True))
    return NumberedForest(left[order], right[order], height[order], persons.refused | refused)


@dataclass(frozen=True, slots=True)
class _Edges:
    """What is known of the pairs across two groups, ``one`` and ``other``, the smaller first.

    ``best``: place of the strongest pair among all pairs, strongest first; none where all are held apart.
    """

    one: Indices
    other: Indices
    total: Indices
    scored: Indices
    supporting: Indices
    best: Indices
    apart: Flags

    def at(self, places: Indices | Flags) -> "_Edges":
        return _Edges(*(getattr(self, name)[places] for name in _Edges.__slots__))

    def with_(self, more: "_Edges") -> "_Edges":
        return _Edges(*(np.concatenate([getattr(self, name), getattr(more, name)]) for name in _Edges.__slots__))

    def united(self, groups: int, *, of_one: bool = False) -> "_Edges":
        """Edges between the same groups as one; ``of_one``: between people, where the strongest evidence counts."""
        if not len(self.one):
            return self
        code = self.one * groups + self.other
        order = np.argsort(code, kind="stable")
        ordered = code[order]
        starts = np.flatnonzero(np.concatenate([[True], ordered[1:] != ordered[:-1]]))
        total = (np.maximum if of_one else np.add).reduceat(self.total[order], starts)
        scored = np.ones(len(starts), np.int64) if of_one else np.add.reduceat(self.scored[order], starts)
        return _Edges(
            one=self.one[order][starts],
            other=self.other[order][starts],
            total=total,
            scored=scored,
            supporting=np.add.reduceat(self.supporting[order], starts),
            best=np.minimum.reduceat(self.best[order], starts),
            apart=np.logical_or.reduceat(self.apart[order], starts),
        )


class _Rounds:
    """Groups that merge round by round. A group is known by its smallest customer, as everywhere."""

    def __init__(self, keys: Sequence[str], pairs: NumberedPairs, linkage: Linkage, persons: Persons) -> None:
        self._keys, self._linkage = keys, linkage
        self._missing = in_micro(linkage.missing)
        self._size = np.ones(len(keys), np.int64)
        self._height = np.full(len(keys), CERTAIN)
        home = np.arange(len(keys))
        for gone in persons.home:
            home[gone] = persons.root(gone)
        self._holdings = GroupHoldings(keys, home, linkage.guards)
        pairs = pairs.sorted(len(keys))
        weight = np.clip(pairs.weight, -WEIGHT_CAP, WEIGHT_CAP)
        strongest = np.argsort(-weight, kind="stable")
        self._left, self._right = pairs.left[strongest], pairs.right[strongest]
        best = np.empty(len(strongest), np.int64)
        best[strongest] = np.arange(len(strongest))
        self._weight = weight[strongest]
        self._edges = _contracted(_edges(pairs, weight, best), home, len(persons.home))
        self._merges: list[tuple[Indices, Indices, Indices, Numbers]] = []

    def run(self) -> None:
        while self._round():
            pass

    def _round(self) -> bool:
        """Merge all groups that are each other's nearest; gives whether there were any."""
        height = self._heights()
        near = np.flatnonzero(height >= self._linkage.floor)
        alive = np.zeros(len(self._keys), np.bool_)
        alive[self._edges.one[near]] = alive[self._edges.other[near]] = True
        kept = alive[self._edges.one] & alive[self._edges.other]
        self._edges, height = self._edges.at(kept), height[kept]
        merging = self._mutual(height)
        one, other, supporting = (getattr(self._edges, name)[merging] for name in ("one", "other", "supporting"))
        merging = merging[self._holdings.allow(one, other, supporting)]
        if not len(merging):
            return False
        self._merge(merging, height[merging])
        return True

    def _heights(self) -> Numbers:
        edges = self._edges
        pairs = self._size[edges.one] * self._size[edges.other]
        height = (edges.total + self._missing * (pairs - edges.scored)) / (pairs * MICRO)
        return np.where(edges.apart, -np.inf, height)

    def _mutual(self, height: Numbers) -> Indices:
        """Edges that are the nearest of both groups; of equally near ones the one with the smallest keys."""
        edges = self._edges
        top = np.full(len(self._keys), -np.inf)
        np.maximum.at(top, edges.one, height)
        np.maximum.at(top, edges.other, height)
        near = height >= self._linkage.floor
        for_one, for_other = near & (height == top[edges.one]), near & (height == top[edges.other])
        code = edges.one * len(self._keys) + edges.other
        first = np.full(len(self._keys), _NONE)
        np.minimum.at(first, edges.one[for_one], code[for_one])
        np.minimum.at(first, edges.other[for_other], code[for_other])
        both = np.flatnonzero(for_one & for_other)
        return both[(first[edges.one[both]] == code[both]) & (first[edges.other[both]] == code[both])]

    def _merge(self, merging: Indices, height: Numbers) -> None:
        kept, gone = self._edges.one[merging], self._edges.other[merging]
        reached = np.minimum(height, np.minimum(self._height[kept], self._height[gone]))
        self._merges.append((self._edges.best[merging], kept, gone, reached))
        self._size[kept] += self._size[gone]
        self._height[kept] = reached
        home = np.arange(len(self._keys))
        home[gone] = kept
        changed = np.zeros(len(self._keys), np.bool_)
        changed[kept] = changed[gone] = True
        touched = changed[self._edges.one] | changed[self._edges.other]
        moved = self._edges.at(touched)
        self._edges = self._edges.at(~touched).with_(_moved(moved, home).united(len(self._keys)))
        self._holdings.join(kept, gone)

    def merged(self) -> tuple[Indices, Indices, Numbers]:
        """What the rounds merged, in the order of ``agglomerate``: highest first, then by the keys of the groups."""
        if not self._merges:
            return np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0)
        best, kept, gone, height = (np.concatenate(column) for column in zip(*self._merges, strict=True))
        order = np.lexsort((gone, kept, -height))
        return self._left[best][order], self._right[best][order], height[order]

    def rest(self) -> Forest:
        """What waits behind a guard, merged one by one."""
        edges = self._edges
        if not len(edges.one):
            return Forest([])
        groups: list[int] = distinct(np.concatenate([edges.one, edges.other])).tolist()
        held = zip(groups, self._holdings.of(groups), strict=True)
        started = (Started(self._keys[g], int(self._size[g]), float(self._height[g]), found) for g, found in held)
        return resumed(started, self._between(), self._linkage)

    def _between(self) -> Iterator[tuple[str, str, Evidence]]:
        edges = self._edges
        for one, other, total, scored, supporting, best, apart in zip(
            *(getattr(edges, name).tolist() for name in _Edges.__slots__), strict=True
        ):
            strongest = (float("inf"), "", "")
            if best != _NONE:
                left, right = int(self._left[best]), int(self._right[best])
                strongest = (-float(self._weight[best]), self._keys[left], self._keys[right])
            known = Evidence(float("-inf") if apart else total, scored, strongest, supporting)
            yield self._keys[int(one)], self._keys[int(other)], known


def _edges(pairs: NumberedPairs, weight: Numbers, best: Indices) -> _Edges:
    """One edge a pair."""
    return _Edges(
        one=pairs.left,
        other=pairs.right,
        total=np.where(pairs.apart, 0, np.rint(weight * MICRO)).astype(np.int64),
        scored=np.ones(len(weight), np.int64),
        supporting=((weight >= 0) & ~pairs.apart).astype(np.int64),
        best=np.where(pairs.apart, _NONE, best),
        apart=pairs.apart,
    )


def _contracted(edges: _Edges, home: Indices, groups: int) -> _Edges:
    """Edges between people in place of customers."""
    if not groups:
        return edges
    moved = _moved(edges, home)
    return moved.at(moved.one != moved.other).united(len(home), of_one=True)


def _moved(edges: _Edges, home: Indices) -> _Edges:
    """Edges between the groups to which their ends have moved; those inside a group are left out."""
    one, other = home[edges.one], home[edges.other]
    moved = replace(edges, one=np.minimum(one, other), other=np.maximum(one, other))
    return moved.at(one != other)
