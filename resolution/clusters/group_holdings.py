"""What groups of customers hold, in numbers: which merges a guard could refuse, and which of them it does.

Sizes and bridges are compared for all groups at once. Values are counted first, each as often as it is held; only where
even that is too much they are looked at one by one.
"""

from collections.abc import Iterable, Sequence
from itertools import groupby

import numpy as np

from resolution.clusters.group_guards import GroupGuards, Holdings
from resolution.clusters.numbered import Flags, Indices


class GroupHoldings:
    """Groups of the sorted ``keys``, each known by its smallest customer. ``home``: the group of each customer."""

    def __init__(self, keys: Sequence[str], home: Indices, guards: GroupGuards | None) -> None:
        self._keys, self._home, self._guards = keys, home, guards
        self._customers = np.bincount(home, minlength=len(keys))
        self._known: dict[int, Holdings] = {}
        holders = guards.holders(keys) if guards else {}
        self._counts = {
            kind: np.bincount(home[np.array(places, np.int64)], minlength=len(keys)) for kind, places in holders.items()
        }

    def allow(self, one: Indices, other: Indices, supporting: Indices) -> Flags:
        """Which pairs of groups no guard keeps from merging. ``supporting``: pairs across that speak for it."""
        allowed = np.ones(len(one), np.bool_)
        if self._guards is None:
            return allowed
        both, less = (of(self._customers[one], self._customers[other]) for of in (np.add, np.minimum))
        bridge = self._guards.guards.weak_bridge
        allowed &= both <= self._guards.guards.cluster.most
        allowed &= (supporting >= bridge.pairs) | (less < bridge.customers)
        doubtful = np.flatnonzero(allowed & self._may_refuse(self._guards, one, other))
        self._look_up({*one[doubtful].tolist(), *other[doubtful].tolist()})
        for place in doubtful.tolist():
            mine, theirs = self._known[int(one[place])], self._known[int(other[place])]
            allowed[place] = self._guards.refuse_values(mine, theirs) is None
        return allowed

    def _may_refuse(self, guards: GroupGuards, one: Indices, other: Indices) -> Flags:
        found = np.zeros(len(one), np.bool_)
        for kind, most in guards.counted.items():
            mine, theirs = self._counts[kind][one], self._counts[kind][other]
            found |= (mine > 0) & (theirs > 0) & (mine + theirs > most)
        return found

    def _look_up(self, groups: Iterable[int]) -> None:
        wanted = set(groups) - self._known.keys()
        if not wanted or self._guards is None:
            return
        members = np.flatnonzero(np.isin(self._home, list(wanted)))
        ordered: list[int] = members[np.argsort(self._home[members], kind="stable")].tolist()
        for group, customers in groupby(ordered, key=lambda customer: int(self._home[customer])):
            self._known[group] = self._guards.holdings(*(self._keys[customer] for customer in customers))

    def join(self, kept: Indices, gone: Indices) -> None:
        """Groups merge, each into another that keeps its name."""
        home = np.arange(len(self._keys))
        home[gone] = kept
        self._home = home[self._home]
        self._customers[kept] += self._customers[gone]
        for counts in self._counts.values():
            counts[kept] += counts[gone]
        for group in (*kept.tolist(), *gone.tolist()) if self._known else ():
            self._known.pop(group, None)

    def of(self, groups: Sequence[int]) -> list[Holdings]:
        """What each group holds."""
        if self._guards is None:
            return [Holdings() for _ in groups]
        self._look_up(groups)
        return [self._known[group] for group in groups]
