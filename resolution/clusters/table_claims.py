"""The claims of a whole table, in numbers: what ``clusters.claims`` says of each pair, without an object for each.

Only pairs about which more is said than a score are kept as objects. Links and compared pairs are made page by page,
when they are read, by ``Claims`` itself.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar, overload

import numpy as np

from graph.decisions import Decisions
from graph.links import ComparedPair, Link
from resolution.clusters.claims import CONTRADICTION, NO_DECISIONS, RULE_REFUSED, Claims
from resolution.clusters.clustering import ForestLink, Linkage, Pair, agglomerate
from resolution.clusters.merge_tree import merges_in
from resolution.clusters.numbered import Indices, NumberedForest, NumberedPairs, Numbers, distinct, numbered
from resolution.clusters.rounds import forest_in_rounds
from resolution.models.calibration import Calibration, Merge
from resolution.scores.rules import RuleLinks
from resolution.scores.scoring import ScoredPairs

Row = TypeVar("Row")
_PAGE = 20_000
_UNSCORED = -1


class Rows(Sequence[Row]):
    """Rows that are made when they are read, page by page. ``make``: the rows from one place up to another."""

    def __init__(self, count: int, make: Callable[[int, int], list[Row]]) -> None:
        self._count, self._make = count, make

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[Row]:
        for first in range(0, self._count, _PAGE):
            yield from self._make(first, min(first + _PAGE, self._count))

    @overload
    def __getitem__(self, place: int) -> Row: ...
    @overload
    def __getitem__(self, place: slice) -> list[Row]: ...
    def __getitem__(self, place: int | slice) -> Row | list[Row]:
        if isinstance(place, slice):
            first, last, step = place.indices(self._count)
            return self._make(first, last) if step == 1 else [self[n] for n in range(first, last, step)]
        if not -self._count <= place < self._count:
            raise IndexError(place)
        return self._make(place % self._count, place % self._count + 1)[0]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and list(self) == list(other)  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]

    __hash__ = None  # pyright: ignore[reportAssignmentType]


@dataclass(frozen=True, slots=True)
class TableClaims:
    """Scores as numbers over sorted ``keys``, and all further claims about single pairs in ``special``."""

    keys: Sequence[str]
    scored: ScoredPairs
    left: Indices
    right: Indices
    special: Claims

    @classmethod
    def of(
        cls, keys: Sequence[str], scored: ScoredPairs, rules: RuleLinks, decisions: Decisions = NO_DECISIONS
    ) -> "TableClaims":
        """The claims about the customers with some sorted ``keys``."""
        known = scored.keys.to_pylist()
        places = _with(keys, (key for pair in (*_ruled(rules), *decisions.same, *decisions.apart) for key in pair))
        moved = np.searchsorted(np.array(places, object), known) if known != places else np.arange(len(known))
        table = cls(places, scored, moved[scored.left], moved[scored.right], _NOTHING)
        contradicting = [table._pair(row) for row in np.flatnonzero(scored.contradicts).tolist()]
        by_pair = {**{link.pair: RULE_REFUSED for link in rules.refused}, **dict.fromkeys(contradicting, CONTRADICTION)}
        named = {*_ruled(rules), *decisions.same, *decisions.apart, *contradicting}
        special = Claims.ranked(
            weights=table._weights(named),
            findings={},
            rules={link.pair: link.rule for link in rules.links},
            guards=by_pair,
            decisions=decisions,
        )
        return replace(table, special=special)

    # --- pairs as numbers --------------------------------------------------------------------------------------------

    def _pair(self, row: int) -> Pair:
        return self.keys[int(self.left[row])], self.keys[int(self.right[row])]

    def _code(self, left: Indices, right: Indices) -> Indices:
        return left * len(self.keys) + right

    def _codes(self, pairs: Iterable[Pair]) -> Indices:
        numbers = np.array(numbered(self.keys, pairs), np.int64).reshape(-1, 2)
        return self._code(numbers[:, 0], numbers[:, 1])

    def _rows(self, codes: Indices) -> Indices:
        """The row of each pair among the scored ones; -1 where it was not scored."""
        known = self._code(self.left, self.right)
        places = np.minimum(np.searchsorted(known, codes), max(len(known) - 1, 0))
        return np.where(known[places] == codes, places, _UNSCORED) if len(known) else np.full(len(codes), _UNSCORED)

    def _weights(self, pairs: Iterable[Pair]) -> dict[Pair, float]:
        wanted = sorted(pairs)
        rows = self._rows(self._codes(wanted)).tolist()
        return {pair: float(self.scored.weight[n]) for pair, n in zip(wanted, rows, strict=True) if n != _UNSCORED}

    @property
    def pairs(self) -> NumberedPairs:
        """The scored pairs and those that are held apart."""
        parted = self._codes(sorted(self.special.apart))
        rows = self._rows(parted)
        apart = np.zeros(len(self.left), np.bool_)
        apart[rows[rows != _UNSCORED]] = True
        more = parted[rows == _UNSCORED]
        left, right = np.divmod(more, max(len(self.keys), 1))
        return NumberedPairs(
            left=np.concatenate([self.left, left]),
            right=np.concatenate([self.right, right]),
            weight=np.concatenate([self.scored.weight, np.zeros(len(more))]),
            apart=np.concatenate([apart, np.ones(len(more), np.bool_)]),
        )

    # --- clusters ----------------------------------------------------------------------------------------------------

    def forest(self, linkage: Linkage) -> NumberedForest:
        """The forest that follows. ``linkage``: of the special claims."""
        if linkage.floor > linkage.missing:
            return forest_in_rounds(self.keys, self.pairs, linkage)
        rows = range(len(self.left))
        found = agglomerate(dict(zip(map(self._pair, rows), self.scored.weight.tolist(), strict=True)), linkage)
        numbers = np.array(numbered(self.keys, ((x.left, x.right) for x in found.links)), np.int64).reshape(-1, 2)
        refused = dict(zip(numbered(self.keys, found.refused), found.refused.values(), strict=True))
        return NumberedForest(numbers[:, 0], numbers[:, 1], np.array([x.cohesion for x in found.links]), refused)

    def merges(self, forest: NumberedForest) -> list[Merge]:
        """What each merge of the forest joins."""
        return merges_in(forest, self.pairs, len(self.keys))

    def refused(self, forest: NumberedForest) -> "TableClaims":
        """The same, where guards refused to join the groups of some pairs."""
        pairs = {(self.keys[left], self.keys[right]): guard for (left, right), guard in forest.refused.items()}
        return replace(self, special=self.special.refused(pairs))

    # --- links -------------------------------------------------------------------------------------------------------

    def links(self, forest: NumberedForest, calibration: Calibration) -> Sequence[Link]:
        """Links: certain ones, pairs at least as likely as not, and whatever joins groups."""
        codes = self._linked(forest)
        rows = self._rows(codes)
        joins = self._code(forest.left, forest.right)
        order = np.argsort(joins)
        places = np.minimum(np.searchsorted(joins[order], codes), max(len(joins) - 1, 0))
        heights = forest.height[order][places] if len(joins) else np.zeros(len(codes))
        joining = joins[order][places] == codes if len(joins) else np.zeros(len(codes), np.bool_)

        def make(first: int, last: int) -> list[Link]:
            pairs = self._pairs_of(codes[first:last])
            within = zip(pairs, heights[first:last].tolist(), joining[first:last].tolist(), strict=True)
            links = [ForestLink(*pair, height) for pair, height, joins in within if joins]
            return self._claims(pairs, rows[first:last]).links(links, calibration)

        return Rows(len(codes), make)

    def compared(self, forest: NumberedForest) -> Sequence[ComparedPair]:
        """The scored pairs that are no links."""
        linked = self._rows(self._linked(forest))
        left = np.ones(len(self.left), np.bool_)
        left[linked[linked != _UNSCORED]] = False
        rows = np.flatnonzero(left)

        def make(first: int, last: int) -> list[ComparedPair]:
            some = rows[first:last]
            return self._claims([self._pair(row) for row in some.tolist()], some).compared(())

        return Rows(len(rows), make)

    def _linked(self, forest: NumberedForest) -> Indices:
        pairs = self.pairs
        likely = (pairs.weight >= 0) & ~pairs.apart
        certain = self._codes(self.special.same | self.special.rules.keys())
        joins = self._code(forest.left, forest.right)
        return distinct(np.concatenate([self._code(pairs.left[likely], pairs.right[likely]), certain, joins]))

    def _pairs_of(self, codes: Indices) -> list[Pair]:
        left, right = np.divmod(codes, max(len(self.keys), 1))
        numbers: Iterator[tuple[int, int]] = zip(left.tolist(), right.tolist(), strict=True)
        return [(self.keys[one], self.keys[other]) for one, other in numbers]

    def _claims(self, pairs: Sequence[Pair], rows: Indices) -> Claims:
        """All claims about some pairs; their rows among the scored ones rise, as far as they have any."""
        scored = [(pair, row) for pair, row in zip(pairs, rows.tolist(), strict=True) if row != _UNSCORED]
        texts = self.scored.evidence(np.array([row for _, row in scored], np.int64))
        weights: Numbers = self.scored.weight
        return Claims(
            weights={pair: float(weights[row]) for pair, row in scored},
            findings=dict(zip((pair for pair, _ in scored), texts, strict=True)),
            rules={pair: self.special.rules[pair] for pair in pairs if pair in self.special.rules},
            same=self.special.same.intersection(pairs),
            apart=self.special.apart.intersection(pairs),
            guards={pair: self.special.guards[pair] for pair in pairs if pair in self.special.guards},
        )


_NOTHING = Claims({}, {}, {}, frozenset(), frozenset(), {})


def _ruled(rules: RuleLinks) -> Iterator[Pair]:
    return (link.pair for link in (*rules.links, *rules.refused))


def _with(keys: Sequence[str], named: Iterable[str]) -> Sequence[str]:
    """The sorted keys with those that are named beside them."""
    more = {key for key in named if (place := bisect_left(keys, key)) == len(keys) or keys[place] != key}
    return sorted([*keys, *more]) if more else keys
