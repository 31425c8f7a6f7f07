"""Guards of groups: what a profile may not hold, asked before two groups of customers merge.

A guard that refuses a merge says so by its name, and the pair that would have joined the groups waits for review. All
of them depend on the two groups alone, so they hold for any order of arrival and for one component at a time.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from graph.guards import Guards
from graph.held_values import Days, held_kind, read_held_value

CLUSTER_SIZE, WEAK_BRIDGE, UNIQUE, LIMIT = "cluster_size", "weak_bridge", "unique", "limit"
_SOURCE = "source"


@dataclass(slots=True)
class Holdings:
    """What a group holds: how many customers, and its values of the counted kinds with the days they were seen."""

    customers: int = 1
    values: dict[str, dict[str, Days]] = field(default_factory=dict[str, dict[str, Days]])

    def joined(self, other: "Holdings") -> "Holdings":
        """What both hold together."""
        both = Holdings(self.customers + other.customers, {kind: dict(found) for kind, found in self.values.items()})
        for kind, found in other.values.items():
            for value, days in found.items():
                both.add(kind, value, days)
        return both

    def add(self, kind: str, value: str, days: Days) -> None:
        """Hold a value that was seen on these days, and on those on which it was before."""
        known = self.values.setdefault(kind, {})
        first, last = known.get(value, days)
        known[value] = min(first, days[0]), max(last, days[1])

    def most_within(self, kind: str, days: int | None) -> int:
        """The most different values of a kind that were seen within so many days; without ``days``, ever."""
        seen = self.values.get(kind, {}).values()
        if days is None:
            return len(seen)
        return max((sum(f <= last + days and t >= last for f, t in seen) for _, last in seen), default=0)


@dataclass(frozen=True)
class GroupGuards:
    """The guards over a set of customers. ``held``: by customer its values as ``graph.held_values`` writes them."""

    guards: Guards
    held: Mapping[str, Sequence[str]]

    def holdings(self, *customers: str) -> Holdings:
        """What some customers hold together."""
        together = Holdings(len(customers))
        for customer in customers:
            for text in self.held.get(customer, ()):
                together.add(*read_held_value(text))
            if (source := self._unique_source(customer)) is not None:
                together.add(source, customer, (0, 0))
        return together

    @cached_property
    def unique(self) -> tuple[str, ...]:
        """The kinds of which two groups may not hold different values."""
        return (*self.guards.unique.kinds, *(f"{_SOURCE} {name}" for name in self.guards.unique.sources))

    @cached_property
    def counted(self) -> dict[str, int]:
        """The kinds of values that guards count, each with how many two groups may hold before one is asked."""
        return {**{kind: limit.most for kind, limit in self.guards.limits.items()}, **dict.fromkeys(self.unique, 1)}

    def holders(self, customers: Iterable[str]) -> dict[str, list[int]]:
        """Counted kind -> the place of a customer for each value of it that the customer holds."""
        holders = {kind: list[int]() for kind in self.counted}
        for place, customer in enumerate(customers):
            for text in self.held.get(customer, ()):
                if (places := holders.get(held_kind(text))) is not None:
                    places.append(place)
            if (source := self._unique_source(customer)) is not None:
                holders[source].append(place)
        return holders

    def _unique_source(self, customer: str) -> str | None:
        """The source of a customer, as kinds are named, where it knows nobody twice."""
        if not self.guards.unique.sources:
            return None
        source = customer.split(":", 1)[0]
        return f"{_SOURCE} {source}" if source in self.guards.unique.sources else None

    def refuse(self, one: Holdings, other: Holdings, supporting: int) -> str | None:
        """The guard that refuses to join two groups; none where they may.

        ``supporting``: pairs across the groups that speak for one person.
        """
        if one.customers + other.customers > self.guards.cluster.most:
            return CLUSTER_SIZE
        bridge = self.guards.weak_bridge
        if supporting < bridge.pairs and min(one.customers, other.customers) >= bridge.customers:
            return WEAK_BRIDGE
        return self.refuse_values(one, other)

    def refuse_values(self, one: Holdings, other: Holdings) -> str | None:
        """The guard that refuses what two groups would hold together."""
        return next(self._conflicts(one, other), None) or next(self._excesses(one, other), None)

    def _conflicts(self, one: Holdings, other: Holdings) -> Iterator[str]:
        return (
            f"{UNIQUE}:{name.removeprefix(f'{_SOURCE} ')}"
            for name in self.unique
            if (mine := one.values.get(name)) and (theirs := other.values.get(name)) and mine.keys().isdisjoint(theirs)
        )

    def _excesses(self, one: Holdings, other: Holdings) -> Iterator[str]:
        both: Holdings | None = None
        for kind, limit in self.guards.limits.items():
            mine, theirs = one.values.get(kind), other.values.get(kind)
            if not (mine and theirs) or len(mine) + len(theirs) <= limit.most:
                continue
            both = both or one.joined(other)
            alone = max(one.most_within(kind, limit.days), other.most_within(kind, limit.days))
            if both.most_within(kind, limit.days) > max(limit.most, alone):
                yield f"{LIMIT}:{kind}"
