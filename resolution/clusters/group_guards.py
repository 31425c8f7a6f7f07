"""Guards of groups: what a profile may not hold, asked before two groups of customers merge.

A guard that refuses a merge says so by its name, and the pair that would have joined the groups waits for review. All
of them depend on the two groups alone, so they hold for any order of arrival and for one component at a time.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from graph.guards import Guards
from graph.held_values import Days, read_held_value

CLUSTER_SIZE, WEAK_BRIDGE, UNIQUE, LIMIT = "cluster_size", "weak_bridge", "unique", "limit"
_SOURCE = "source"


@dataclass(slots=True)
class Holdings:
    """What a group holds: how many customers, and its values of the counted kinds with the days they were seen."""

    customers: int = 1
    values: dict[str, dict[str, Days]] = field(default_factory=dict[str, dict[str, Days]])

    def joined(self, other: "Holdings") -> "Holdings":
        """What both hold together."""
        values = {kind: dict(found) for kind, found in self.values.items()}
        for kind, found in other.values.items():
            known = values.setdefault(kind, {})
            for value, (first, last) in found.items():
                before = known.get(value, (first, last))
                known[value] = min(first, before[0]), max(last, before[1])
        return Holdings(self.customers + other.customers, values)

    def most_within(self, kind: str, days: int | None) -> int:
        """The most different values of a kind that were seen within so many days; without ``days``, ever."""
        seen = self.values.get(kind, {}).values()
        if days is None:
            return len(seen)
        return max((sum(f <= last + days and t >= last for f, t in seen) for _, last in seen), default=0)


@dataclass(frozen=True, slots=True)
class GroupGuards:
    """The guards over a set of customers. ``held``: by customer its values as ``graph.held_values`` writes them."""

    guards: Guards
    held: Mapping[str, Sequence[str]]

    def holdings(self, customer: str) -> Holdings:
        """What one customer holds."""
        values: dict[str, dict[str, Days]] = {}
        for kind, value, days in map(read_held_value, self.held.get(customer, ())):
            values.setdefault(kind, {})[value] = days
        if (source := customer.split(":", 1)[0]) in self.guards.unique.sources:
            values.setdefault(f"{_SOURCE} {source}", {})[customer] = (0, 0)
        return Holdings(1, values)

    @property
    def counted(self) -> dict[str, int]:
        """The kinds of values that guards count, each with how many two groups may hold before one is asked."""
        unique = (*self.guards.unique.kinds, *(f"{_SOURCE} {name}" for name in self.guards.unique.sources))
        return {**{kind: limit.most for kind, limit in self.guards.limits.items()}, **dict.fromkeys(unique, 1)}

    def kinds_of(self, customer: str) -> Iterator[str]:
        """The kind of each value that a customer holds, as ``counted`` names them; others too."""
        for held in self.held.get(customer, ()):
            yield held.partition("|")[0]
        if self.guards.unique.sources and (source := customer.split(":", 1)[0]) in self.guards.unique.sources:
            yield f"{_SOURCE} {source}"

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
        names = (*self.guards.unique.kinds, *(f"{_SOURCE} {name}" for name in self.guards.unique.sources))
        return (
            f"{UNIQUE}:{name.removeprefix(f'{_SOURCE} ')}"
            for name in names
            if (mine := one.values.get(name)) and (theirs := other.values.get(name)) and mine.keys().isdisjoint(theirs)
        )

    def _excesses(self, one: Holdings, other: Holdings) -> Iterator[str]:
        both: Holdings | None = None
        for kind, limit in self.guards.limits.items():
            if not (one.values.get(kind) and other.values.get(kind)):
                continue
            both = both or one.joined(other)
            alone = max(one.most_within(kind, limit.days), other.most_within(kind, limit.days))
            if both.most_within(kind, limit.days) > max(limit.most, alone):
                yield f"{LIMIT}:{kind}"
