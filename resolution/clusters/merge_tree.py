"""The tree of merges, in numbers: which merge of a forest joins each pair, and so what every merge joins."""

from dataclasses import dataclass

import numpy as np

from resolution.clusters.numbered import Indices, NumberedForest, NumberedPairs
from resolution.models.calibration import Merge

_NOWHERE = -1


def merges_in(forest: NumberedForest, pairs: NumberedPairs, customers: int) -> list[Merge]:
    """What each merge joins, in the order of the forest, as ``resolution.models.calibration.merges_of`` finds it."""
    tree = _Tree.of(forest, customers)
    scored = np.flatnonzero(~pairs.apart)
    merge = tree.joining(pairs.left[scored], pairs.right[scored])
    joined = merge != _NOWHERE
    probability = 1 / (1 + np.exp2(-pairs.weight[scored][joined]))
    counts = np.bincount(merge[joined], minlength=len(forest.left))
    sums = np.bincount(merge[joined], probability, minlength=len(forest.left))
    rows = zip(forest.height.tolist(), tree.pairs.tolist(), counts.tolist(), sums.tolist(), strict=True)
    return [Merge(*row) for row in rows]


@dataclass(frozen=True, slots=True)
class _Tree:
    """Customers are 0 to n - 1, merge t is n + t. ``parent``: the next merge above; ``pairs``: that a merge joins."""

    parent: Indices
    top: Indices
    pairs: Indices

    @classmethod
    def of(cls, forest: NumberedForest, customers: int) -> "_Tree":
        parent = [_NOWHERE] * (customers + len(forest.left))
        above, size, pairs = list(range(len(parent))), [1] * len(parent), list[int]()

        def root(node: int) -> int:
            while above[node] != node:
                above[node] = above[above[node]]
                node = above[node]
            return node

        for merge, (left, right) in enumerate(zip(forest.left.tolist(), forest.right.tolist(), strict=True), customers):
            one, other = root(left), root(right)
            parent[one] = parent[other] = above[one] = above[other] = merge
            size[merge] = size[one] + size[other]
            pairs.append(size[one] * size[other])
        top = _roots(np.array(above, np.int64))[:customers]
        return cls(np.array(parent, np.int64), top, np.array(pairs, np.int64))

    def joining(self, left: Indices, right: Indices) -> Indices:
        """The merge that joins each pair; -1 where none does. A parent's number is above those of its parts."""
        found = np.full(len(left), _NOWHERE, np.int64)
        places = np.flatnonzero(self.top[left] == self.top[right])
        one, other = left[places], right[places]
        while len(places):
            lower = one < other
            one, other = np.where(lower, self.parent[one], one), np.where(lower, other, self.parent[other])
            met = one == other
            found[places[met]] = one[met] - len(self.top)
            places, one, other = places[~met], one[~met], other[~met]
        return found


def _roots(above: Indices) -> Indices:
    """The root of each node, from the node above it."""
    while not np.array_equal(higher := above[above], above):
        above = higher
    return above
