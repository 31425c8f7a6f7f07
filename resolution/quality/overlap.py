"""Counting pairs of records from how many each cluster shares with each person."""

from collections import Counter
from collections.abc import Hashable, Mapping

Overlap = Mapping[tuple[Hashable, Hashable], int]
"""(cluster, person) -> how many records of the person are in the cluster; never 0."""


def count_overlap(clusters: Mapping[str, Hashable], truth: Mapping[str, Hashable]) -> Overlap:
    """From record -> cluster and record -> person.

    Records without truth are left out; a record that is in no cluster stands alone.
    """
    return Counter((clusters.get(record, ("alone", record)), person) for record, person in truth.items())


def pairs(size: int) -> int:
    """How many pairs so many records have."""
    return size * (size - 1) // 2


def ratio(part: int, whole: int) -> float:
    """Part of the whole; of nothing, everything is right."""
    return part / whole if whole else 1.0


def f1(precision: float, recall: float) -> float:
    """Harmonic mean, 0 where both are."""
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0
