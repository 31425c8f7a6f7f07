"""Contraction: customers that certainly are one person, found before anything is averaged."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from resolution.clusters.clustering import Linkage
from resolution.clusters.group_guards import Holdings
from resolution.clusters.numbered import NumberedPairs, numbered


@dataclass(slots=True)
class Persons:
    """Customers that certainly are one person. ``merged``: the pairs that made them so; ``refused``: by which guard."""

    keys: Sequence[str]
    linkage: Linkage
    home: dict[int, int] = field(default_factory=dict[int, int])
    merged: list[tuple[int, int]] = field(default_factory=list[tuple[int, int]])
    refused: dict[tuple[int, int], str] = field(default_factory=dict[tuple[int, int], str])
    _apart: dict[int, set[int]] = field(default_factory=dict[int, set[int]])
    _holdings: dict[int, Holdings] = field(default_factory=dict[int, Holdings])

    @classmethod
    def of(cls, keys: Sequence[str], pairs: NumberedPairs, linkage: Linkage) -> "Persons":
        """Merge what is certain, in its order, unless something holds it apart."""
        persons = cls(keys, linkage)
        if linkage.certain:
            for left, right in zip(pairs.left[pairs.apart].tolist(), pairs.right[pairs.apart].tolist(), strict=True):
                persons._apart.setdefault(left, set()).add(right)
                persons._apart.setdefault(right, set()).add(left)
            for pair, certain in zip(numbered(keys, linkage.certain), linkage.certain, strict=True):
                persons._take(pair, decided=certain in linkage.decided)
        return persons

    def root(self, customer: int) -> int:
        """The smallest number of the person."""
        while (above := self.home.get(customer, customer)) != customer:
            customer = above
        return customer

    def _take(self, pair: tuple[int, int], *, decided: bool) -> None:
        kept, gone = sorted(map(self.root, pair))
        if kept == gone or any(self.root(other) == gone for other in self._apart.get(kept, ())):
            return
        if not decided and self._refuses(pair, kept, gone):
            return
        self.home[gone] = kept
        self._apart.setdefault(kept, set()).update(self._apart.pop(gone, ()))
        if self.linkage.guards:
            self._holdings[kept] = self._held(kept).joined(self._holdings.pop(gone, None) or self._held(gone))
        self.merged.append(pair)

    def _held(self, person: int) -> Holdings:
        assert self.linkage.guards is not None
        return self._holdings.get(person) or self.linkage.guards.holdings(self.keys[person])

    def _refuses(self, pair: tuple[int, int], kept: int, gone: int) -> bool:
        if not self.linkage.guards:
            return False
        guard = self.linkage.guards.refuse_values(self._held(kept), self._held(gone))
        if guard:
            self.refused[pair] = guard
        return guard is not None
