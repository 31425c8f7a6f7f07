"""Labels: decisions of stewards as pairs whose answer is known, to learn from."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain

import duckdb
import numpy as np
import pyarrow as pa

from graph.decisions import JOINING, Decision, decisions_of
from graph.links import Pair
from resolution.comparing.levels import Comparison
from resolution.models.patterns import Numbers, Patterns, patterns_of


@dataclass(frozen=True)
class Labels:
    """Pairs of customer keys, the smaller first, that are one person and that are two."""

    same: frozenset[Pair]
    different: frozenset[Pair]

    @cached_property
    def counts(self) -> dict[str, int]:
        """How many of each; empty without labels."""
        found = {"same": len(self.same), "different": len(self.different)}
        return found if any(found.values()) else {}

    @property
    def customers(self) -> frozenset[str]:
        """Whoever is in a labelled pair."""
        return frozenset(chain.from_iterable(self.same | self.different))

    @property
    def probabilities(self) -> dict[Pair, float]:
        """Each pair as certain as its label."""
        return dict.fromkeys(sorted(self.same), 1.0) | dict.fromkeys(sorted(self.different), 0.0)

    def among(self, customers: pa.Table) -> "Labels":
        """The labels about customers of a table (column ``key``)."""
        if not self.counts:
            return self
        keys = frozenset(customers["key"].to_pylist())
        return Labels(
            *(frozenset(pair for pair in found if keys.issuperset(pair)) for found in (self.same, self.different))
        )


NO_LABELS = Labels(frozenset(), frozenset())


def labels_of(decisions: Iterable[Decision]) -> Labels:
    """What the decisions in force say of pairs."""
    in_force = [decision for decision in decisions if decision.withdrawn_at is None]
    found = decisions_of((decision.action in JOINING, decision.sides) for decision in in_force)
    return Labels(found.same, found.apart)


@dataclass(frozen=True, slots=True)
class LabelledPatterns:
    """Labelled pairs that show each of some patterns."""

    same: Numbers
    different: Numbers

    @classmethod
    def none(cls, patterns: Patterns) -> "LabelledPatterns":
        """No pair is labelled."""
        nothing = np.zeros_like(patterns.counts)
        return cls(nothing, nothing)


def labelled_patterns(
    connection: duckdb.DuckDBPyConnection, comparisons: Sequence[Comparison], blocked: Patterns, labels: Labels
) -> LabelledPatterns:
    """The labelled pairs by the patterns of the blocked ones; those that blocking does not select stand for nobody.

    Needs the tables ``records`` and ``around``, with all pairs around the labelled customers.
    """
    if not labels.counts:
        return LabelledPatterns.none(blocked)
    places = {pattern: place for place, pattern in enumerate(_each(blocked))}
    counts = (_counted(connection, comparisons, pairs, places) for pairs in (labels.same, labels.different))
    return LabelledPatterns(*counts)


def _counted(
    connection: duckdb.DuckDBPyConnection,
    comparisons: Sequence[Comparison],
    pairs: Iterable[Pair],
    places: dict[tuple[float, ...], int],
) -> Numbers:
    listed = sorted(pairs)
    text = pa.string()
    columns = {"one": pa.array([pair[0] for pair in listed], text), "two": pa.array([pair[1] for pair in listed], text)}
    connection.register("labelled", pa.table(columns))
    found = patterns_of(
        connection,
        comparisons,
        """
        SELECT around.number_l, around.number_r FROM labelled
        JOIN records l ON l.key = one JOIN records r ON r.key = two
        JOIN around ON around.number_l = l.number AND around.number_r = r.number
        """,
    )
    counts = np.zeros(len(places))
    for pattern, count in zip(_each(found), found.counts, strict=True):
        if pattern in places:
            counts[places[pattern]] = count
    return counts


def _each(patterns: Patterns) -> list[tuple[float, ...]]:
    return list(zip(*(levels.tolist() for levels in patterns.levels), patterns.rarity.tolist(), strict=True))
