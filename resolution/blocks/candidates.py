"""Candidates: the pairs that blocking selects around a few customers, looked up in the graph's index.

The same keys and limits as for whole tables (``resolution.blocks.blocking``), so the pairs are the same: a block that
holds too many customers selects nobody, and where a change lets a block cross that line, its other members are affected
too.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, combinations, product

from graph.links import Pair
from graph.surroundings import BlockQuery
from resolution.blocks.blocking import (
    BOTH_NAMES,
    FOLLOWS,
    LISTS,
    WHOLE_RECORD,
    blocking_keys,
    parts_of,
    read_both_names,
    read_whole_record,
    whole_record_columns,
)
from resolution.conditions.condition import Row
from resolution.models.model import Model

# A key: the parts, each name:value, that its customers have in common.
Key = tuple[str, ...]
FindMembers = Callable[[Sequence[BlockQuery]], Sequence[frozenset[str] | None]]


class BlockingParts:
    """The blocking parts of prepared customers, and the keys that they make."""

    def __init__(self, model: Model) -> None:
        columns = set(model.columns)
        self._parts = parts_of(columns)
        self._whole = whole_record_columns(columns)
        keys = [(key.parts, key.most) for key in blocking_keys(columns, model.thresholds, model.keys)]
        self._lists = {parts[0]: most for parts, most in keys if parts[0] in LISTS}
        self._keys = [(parts, most) for parts, most in keys if parts[0] not in LISTS]

    def of(self, row: Row) -> tuple[str, ...]:
        """Every part of a customer as name:value."""
        single = {name: part.read(row) for name, part in self._parts.items()}
        single[BOTH_NAMES] = read_both_names(row)
        single[WHOLE_RECORD] = read_whole_record(row, self._whole)
        listed = (f"{name}:{value}" for name in self._lists for value in row.get(name) or ())
        return (*(f"{name}:{value}" for name, value in single.items() if value is not None), *sorted(set(listed)))

    def keys(self, parts: Iterable[str]) -> dict[Key, int]:
        """The keys of a customer with such parts, each with the most customers that may share it."""
        single: dict[str, str] = {}
        found: dict[Key, int] = {}
        for part in parts:
            name = part.partition(":")[0]
            if name in self._lists:
                found[(part,)] = self._lists[name]
            else:
                single[name] = part
        for names, most in self._keys:
            if all(name in single for name in names):
                found[tuple(single[name] for name in names)] = most
        return found


@dataclass(frozen=True, slots=True)
class Candidates:
    """``pairs``: those with a changed customer. ``affected``: others whose own pairs may have changed."""

    pairs: frozenset[Pair]
    affected: frozenset[str]


def find_candidates(
    before: Mapping[str, dict[Key, int]], after: Mapping[str, dict[Key, int]], members: FindMembers
) -> Candidates:
    """Candidates of the customers in ``after``; ``before``: their keys as the index has them.

    ``members``: looks up blocks in the index. Wide blocks are looked up first: where few customers share a value, they
    are candidates, and whoever shares more than that value, or what it follows from, is among them. It spares most
    look-ups.
    """
    blocks = _Blocks(before, after)
    for keys in blocks.widest_first():
        asked = [key for key in keys if not blocks.is_covered(key)]
        for key, found in zip(asked, members(blocks.queries(asked)) if asked else (), strict=True):
            if found is not None:  # it is too large, before as after
                blocks.see(key, found - before.keys())
    return Candidates(frozenset(blocks.pairs), frozenset(blocks.affected))


class _Blocks:
    """The blocks around changed customers. ``holders``: of them, who has a key now; ``held``: how many had it.

    ``small``: blocks that select, before and after, with how many customers they hold at most.
    """

    def __init__(self, before: Mapping[str, dict[Key, int]], after: Mapping[str, dict[Key, int]]) -> None:
        self.most: dict[Key, int] = {}
        self.held: dict[Key, int] = defaultdict(int)
        self.holders: dict[Key, list[str]] = defaultdict(list)
        self.small: dict[Key, int] = {}
        self.pairs: set[Pair] = set()
        self.affected: set[str] = set()
        self._forms: dict[str, tuple[str, ...]] = {}
        for keys in before.values():
            self._know(keys)
            for key in keys:
                self.held[key] += 1
        for customer, keys in after.items():
            self._know(keys)
            for key in keys:
                self.holders[key].append(customer)

    def _know(self, keys: dict[Key, int]) -> None:
        """Take in the keys of a customer, and which of its parts follow from others."""
        self.most |= keys
        parts = {part.partition(":")[0]: part for part in chain.from_iterable(keys)}
        for name, following in FOLLOWS.items():
            if name in parts:
                self._forms[parts[name]] = (parts[name], *(parts[other] for other in following if other in parts))

    def widest_first(self) -> Iterator[list[Key]]:
        """Keys of one part first, then those of two of which none follows from another part, and so on."""
        alike: dict[tuple[int, int], list[Key]] = defaultdict(list)
        for key in self.most:
            alike[self._narrowness(key)].append(key)
        for narrowness in sorted(alike):
            yield alike[narrowness]

    def _narrowness(self, key: Key) -> tuple[int, int]:
        return len(key), 0 if len(key) == 1 else len(self._forms.keys() & key)

    def queries(self, keys: Iterable[Key]) -> list[BlockQuery]:
        """One more than may share a key is too many, whatever the changed customers among the found ones."""
        return [BlockQuery(key, self.most[key] + 1 + self.held[key]) for key in keys]

    def see(self, key: Key, others: frozenset[str]) -> None:
        """Take in what the index has of a block; ``others``: without the changed customers."""
        now, then = len(others) + len(self.holders[key]), len(others) + self.held[key]
        selects = now <= self.most[key]
        if selects:
            self.pairs.update(_pairs(self.holders[key], others))
        if selects != (then <= self.most[key]):
            self.affected |= others
        elif selects:
            self.small[key] = max(now, then)

    def is_covered(self, key: Key) -> bool:
        """Whether a block lies within one that selects, so that it selects as well and adds nobody."""
        most, small = self.most[key], self.small
        return any(wider in small and small[wider] <= most for wider in self._wider(key))

    def _wider(self, key: Key) -> Iterator[Key]:
        """The keys that everybody has who has this one."""
        for length in range(1, len(key) + 1):
            for parts in combinations(key, length):
                yield from product(*(self._forms.get(part, (part,)) for part in parts))
        if len(key) > 1 and (both := _both_names(key)):
            yield (both,)


def _both_names(key: Key) -> str | None:
    """The part that two full names make."""
    named = {name: value for name, _, value in (part.partition(":") for part in key)}
    both = read_both_names({"given_name": named.get("given name"), "family_name": named.get("family name")})
    return None if both is None else f"{BOTH_NAMES}:{both}"


def _pairs(holders: Sequence[str], others: Iterable[str]) -> Iterable[Pair]:
    partners = [*others, *holders]
    return ((min(a, b), max(a, b)) for a in holders for b in partners if a != b)
