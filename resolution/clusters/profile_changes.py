"""Profile changes: what became of profiles between two groupings of the same customers."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from graph.clusters import connected
from graph.identity_events import EventKind, IdentityEvent, Regrouping
from graph.profile_ids import Ranks, first_of, profile_id

Groups = Mapping[str, str]
# How a run's report names the events of a kind.
_COUNTED: Mapping[EventKind, str] = {
    "merged": "profiles_merged",
    "split": "profiles_split",
    "linked": "profiles_linked",
    "unlinked": "profiles_unlinked",
    "renamed": "profiles_renamed",
}


@dataclass(frozen=True, slots=True)
class _Profiles:
    """Profiles by customer, and their members."""

    of: Mapping[str, str]
    members: Mapping[str, frozenset[str]]

    @classmethod
    def named(cls, names: Mapping[str, str]) -> "_Profiles":
        found: dict[str, set[str]] = defaultdict(set)
        for customer, name in names.items():
            found[name].add(customer)
        return cls(names, {name: frozenset(keys) for name, keys in found.items()})


def group(customers: Iterable[str], links: Iterable[tuple[str, str]]) -> Groups:
    """Customer -> smallest key of its group."""
    return connected(customers, links)


def other_groups(before: Groups, after: Groups, ranks: Ranks) -> tuple[Groups, Groups]:
    """Two groupings without the groups that are the same in both: what is left of a large graph is little.

    Not the same is a group that may have another name, too.
    """
    both_ways = ((before, after), (after, before))
    names = {
        name for one, other in both_ways for key, name in one.items() if other.get(key) != name or ranks.changes(key)
    }
    left, right = ({key: name for key, name in found.items() if name in names} for found in (before, after))
    return left, right


def regrouped(before: Groups, after: Groups, ranks: Ranks) -> Regrouping:
    """Two groupings by profile id, each of those customers who can name a profile."""
    return Regrouping(_profile_ids(before, ranks.now), _profile_ids(after, ranks.then))


def _profile_ids(groups: Groups, ranks: Mapping[str, int | None]) -> dict[str, str]:
    found: dict[str, dict[str, int | None]] = defaultdict(dict)
    for customer, name in groups.items():
        if (rank := ranks.get(customer)) is not None:
            found[name][customer] = rank
    ids = {name: profile_id(first_of(members)) for name, members in found.items()}
    return {customer: ids[name] for name, members in found.items() for customer in members}


def profile_changes(profiles: Regrouping) -> list[IdentityEvent]:
    """Events that lead from one grouping to the other.

    Groups that overlap form one event each: where profiles both merge and split, one event says what there is and
    another what there was. In this order: of a profile that some left and that lives on, the split is told last.
    """
    old, new = _Profiles.named(profiles.before), _Profiles.named(profiles.after)
    touched = sorted(_touched(old, new))
    together = (event for name in touched for event in _came_together(name, old, new))
    apart = (event for name in touched for event in _came_apart(name, old, new))
    return [*together, *apart, *_renamed(old, new)]


def profile_counts(profiles: Regrouping, events: Iterable[IdentityEvent], known_before: int) -> dict[str, int]:
    """What a run did to profiles, in numbers: events by kind, and the customers whose profile has another id now.

    ``events``: those that lead from one grouping to the other; ``known_before``: how many customers there were before
    the run.
    """
    kinds = Counter(event.kind for event in events)
    moved = sum(profiles.after.get(customer, name) != name for customer, name in profiles.before.items())
    return {
        **{name: kinds[kind] for kind, name in _COUNTED.items()},
        "customers_with_another_profile_id": moved,
        "customers_known_before": known_before,
    }


def jitter(counts: Mapping[str, int]) -> float:
    """Share of the customers known before whose profile id has changed, from the counts of a run."""
    return counts.get("customers_with_another_profile_id", 0) / max(counts.get("customers_known_before", 0), 1)


def _renamed(old: _Profiles, new: _Profiles) -> Iterable[IdentityEvent]:
    """Profiles of the same members under another id."""
    former = {keys: name for name, keys in old.members.items()}
    for name, keys in sorted(new.members.items()):
        if former.get(keys, name) != name:
            yield _event("renamed", [former[keys]], [name], keys)


def _touched(old: _Profiles, new: _Profiles) -> set[str]:
    """Profile ids, old and new, whose members are not the same as before."""
    same = {frozenset(keys) for keys in old.members.values()} & {frozenset(keys) for keys in new.members.values()}
    return {name for found in (old, new) for name, keys in found.members.items() if keys not in same}


def _came_together(name: str, old: _Profiles, new: _Profiles) -> Iterable[IdentityEvent]:
    """Merges and joins under the new id."""
    keys = new.members.get(name, frozenset())
    origins = {old.of[key] for key in keys if key in old.of}
    arrived = [key for key in keys if key not in old.of]
    if len(origins) > 1:
        yield _event("merged", origins, [name], keys)
    if arrived and len(keys) > 1:
        yield _event("linked", origins, [name], arrived)


def _came_apart(name: str, old: _Profiles, new: _Profiles) -> Iterable[IdentityEvent]:
    """Splits and leaves under the old id."""
    keys = old.members.get(name, frozenset())
    targets = {new.of[key] for key in keys if key in new.of}
    gone = [key for key in keys if key not in new.of]
    if len(targets) > 1:
        yield _event("split", [name], targets, keys)
    if gone:
        yield _event("unlinked", [name], targets, gone)


def _event(kind: EventKind, before: Iterable[str], after: Iterable[str], customers: Iterable[str]) -> IdentityEvent:
    return IdentityEvent(kind, tuple(sorted(before)), tuple(sorted(after)), tuple(sorted(customers)))
