"""A change that is clustered locally gives the forest that clustering everything anew gives."""

from collections.abc import Iterable, Sequence

from hypothesis import given
from hypothesis import strategies as st

from graph.clusters import connected
from graph.guards import guards_of, read_guards
from graph.held_values import held_value
from graph.links import Pair
from graph.surroundings import StoredCluster, StoredLink
from resolution.clusters.clustering import CERTAIN, Forest, ForestLink, Linkage, agglomerate
from resolution.clusters.group_guards import GroupGuards
from resolution.clusters.neighbourhood import Surroundings, recluster

LINKAGE = Linkage(missing=-10.0, floor=-5.0)
CUSTOMERS = "abcdefghijkl"
pairs = st.tuples(st.sampled_from(CUSTOMERS), st.sampled_from(CUSTOMERS)).filter(lambda pair: pair[0] < pair[1])
weights = st.dictionaries(pairs, st.floats(-10, 20) | st.sampled_from([-4.0, 0.0, 6.0]), max_size=40)
Weights = dict[Pair, float]


class World:
    """Customers with weights, as a store would know them."""

    def __init__(
        self, found: Weights, apart: frozenset[Pair], certain: Sequence[Pair], guards: GroupGuards | None = None
    ) -> None:
        self.weights, self.apart, self.certain, self.guards = found, apart, certain, guards

    def forest(self) -> Forest:
        certain = tuple(self.certain)
        return agglomerate(
            self.weights, Linkage(LINKAGE.missing, LINKAGE.floor, certain, self.apart, self.guards, frozenset())
        )

    def around(self, members: frozenset[str]) -> Surroundings:
        touching = {pair: weight for pair, weight in self.weights.items() if not members.isdisjoint(pair)}
        certain = [pair for pair in self.certain if not members.isdisjoint(pair)]
        return Surroundings(touching, certain, self.apart, self.guards)


def guarded(held: dict[str, str]) -> GroupGuards:
    """Nobody has two cards, no profile has more than six customers, and groups of two are not joined by one pair."""
    changes = {"cluster": {"most": 6}, "weak_bridge": {"customers": 2, "pairs": 2}}
    content = read_guards().model_dump() | changes | {"unique": {"kinds": ["loyalty_card"]}}
    cards = {key: [held_value(f"loyalty_card:{card}", 0, 0)] for key, card in held.items()}
    return GroupGuards(guards_of(content, "the test"), cards)


def clusters_of(forest: Iterable[ForestLink], customers: Iterable[str]) -> list[StoredCluster]:
    found = {frozenset({customer}): set[StoredLink]() for customer in CUSTOMERS}
    for link in forest:
        one, two = (next(group for group in found if key in group) for key in (link.left, link.right))
        stored = StoredLink(link.left, link.right, link.cohesion, 1.0)
        found[one | two] = found.pop(one) | found.pop(two) | {stored}
    wanted = set(customers)
    return [StoredCluster(group, tuple(links)) for group, links in found.items() if not group.isdisjoint(wanted)]


@given(
    weights,
    st.sampled_from(CUSTOMERS),
    st.dictionaries(st.sampled_from(CUSTOMERS), st.floats(-10, 20), max_size=8),
    st.frozensets(pairs, max_size=2),
    st.lists(pairs, max_size=2, unique=True),
    st.none() | st.dictionaries(st.sampled_from(CUSTOMERS), st.sampled_from("12"), max_size=6).map(guarded),
)
def test_local_clustering_equals_clustering_everything(  # noqa: PLR0913, PLR0917 -- hypothesis draws each
    found: Weights,
    changed: str,
    others: dict[str, float],
    apart: frozenset[Pair],
    certain: list[Pair],
    guards: GroupGuards | None,
) -> None:
    certain = sorted(pair for pair in certain if pair not in apart)
    before = World(found, apart, certain, guards).forest().links
    kept = {pair: weight for pair, weight in found.items() if changed not in pair}
    new = {(min(changed, key), max(changed, key)): weight for key, weight in others.items() if key != changed}
    world = World(kept | new, apart, certain, guards)

    people = connected(CUSTOMERS, ((link.left, link.right) for link in before if link.cohesion >= CERTAIN))

    local = recluster(
        clusters_of(before, [changed]),
        world.around,
        lambda keys: clusters_of(before, keys),
        lambda keys: {key: people[key] for key in keys},
        LINKAGE,
    )

    untouched = [link for link in before if link.left not in local.members]
    everything = world.forest()
    assert set(untouched) | set(local.forest) == set(everything.links)
    assert local.refused.items() <= everything.refused.items()
    assert {pair for pair in everything.refused if not local.members.isdisjoint(pair)} == set(local.refused)
