"""Profile changes: what became of profiles between two groupings of the same customers."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from graph.clusters import connected
from graph.identity_events import EventKind, IdentityEvent
from graph.profile_ids import first_of, profile_id

Groups = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Profiles:
    """A grouping of customers, each group with its profile id."""

    of: Mapping[str, str]
    members: Mapping[str, frozenset[str]]

    @classmethod
    def grouped(cls, groups: Groups, created_at: Mapping[str, int | None]) -> "_Profiles":
        found: dict[str, set[str]] = defaultdict(set)
        for customer, group in groups.items():
            found[group].add(customer)
        named = {profile_id(first_of({key: created_at.get(key) for key in keys})): keys for keys in found.values()}
        return cls(
            {customer: name for name, keys in named.items() for customer in keys},
            {name: frozenset(keys) for name, keys in named.items()},
        )


def group(customers: Iterable[str], links: Iterable[tuple[str, str]]) -> Groups:
    """Customer -> smallest key of its group."""
    return connected(customers, links)


def profile_changes(before: Groups, after: Groups, created_at: Mapping[str, int | None]) -> list[IdentityEvent]:
    """Events that lead from one grouping to the other; customers of only one of them came new, or are gone.

    Groups that overlap form one event each: where profiles both merge and split, one event says what there was and
    another what there is.
    """
    old, new = _Profiles.grouped(before, created_at), _Profiles.grouped(after, created_at)
    return [event for first in sorted(_touched(old, new)) for event in _events(first, old, new)]


def _touched(old: _Profiles, new: _Profiles) -> set[str]:
    """Profile ids, old and new, whose members are not the same as before."""
    same = {frozenset(keys) for keys in old.members.values()} & {frozenset(keys) for keys in new.members.values()}
    return {name for found in (old, new) for name, keys in found.members.items() if keys not in same}


def _events(name: str, old: _Profiles, new: _Profiles) -> Iterable[IdentityEvent]:
    """The events that one profile id stands for: merges and joins under the new id, splits and leaves under the old."""
    if keys := new.members.get(name):
        yield from _came_together(name, keys, old)
    if keys := old.members.get(name):
        yield from _came_apart(name, keys, new)


def _came_together(name: str, keys: frozenset[str], old: _Profiles) -> Iterable[IdentityEvent]:
    origins = {old.of[key] for key in keys if key in old.of}
    arrived = [key for key in keys if key not in old.of]
    if len(origins) > 1:
        yield _event("merged", origins, [name], keys)
    if arrived and len(keys) > 1:
        yield _event("linked", origins, [name], arrived)


def _came_apart(name: str, keys: frozenset[str], new: _Profiles) -> Iterable[IdentityEvent]:
    targets = {new.of[key] for key in keys if key in new.of}
    gone = [key for key in keys if key not in new.of]
    if len(targets) > 1:
        yield _event("split", [name], targets, keys)
    if gone:
        yield _event("unlinked", [name], targets, gone)


def _event(kind: EventKind, before: Iterable[str], after: Iterable[str], customers: Iterable[str]) -> IdentityEvent:
    return IdentityEvent(kind, tuple(sorted(before)), tuple(sorted(after)), tuple(sorted(customers)))
