"""A change that is clustered locally gives the forest that clustering everything anew gives."""

from collections.abc import Iterable, Sequence

from hypothesis import given
from hypothesis import strategies as st

from graph.clusters import connected
from graph.links import Pair
from graph.surroundings import StoredCluster, StoredLink
from resolution.clustering import CERTAIN, ForestLink, Linkage, cohesion_forest
from resolution.neighbourhood import Surroundings, recluster

LINKAGE = Linkage(missing=-10.0, floor=-5.0)
CUSTOMERS = "abcdefghijkl"
pairs = st.tuples(st.sampled_from(CUSTOMERS), st.sampled_from(CUSTOMERS)).filter(lambda pair: pair[0] < pair[1])
weights = st.dictionaries(pairs, st.floats(-10, 20) | st.sampled_from([-4.0, 0.0, 6.0]), max_size=40)
Weights = dict[Pair, float]


class World:
    """Customers with weights, as a store would know them."""

    def __init__(self, found: Weights, apart: frozenset[Pair], certain: Sequence[Pair]) -> None:
        self.weights, self.apart, self.certain = found, apart, certain

    def forest(self) -> list[ForestLink]:
        return cohesion_forest(self.weights, Linkage(LINKAGE.missing, LINKAGE.floor, tuple(self.certain), self.apart))

    def around(self, members: frozenset[str]) -> Surroundings:
        touching = {pair: weight for pair, weight in self.weights.items() if not members.isdisjoint(pair)}
        certain = [pair for pair in self.certain if not members.isdisjoint(pair)]
        return Surroundings(touching, certain, self.apart)


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
)
def test_local_clustering_equals_clustering_everything(
    found: Weights, changed: str, others: dict[str, float], apart: frozenset[Pair], certain: list[Pair]
) -> None:
    certain = sorted(pair for pair in certain if pair not in apart)
    before = World(found, apart, certain).forest()
    kept = {pair: weight for pair, weight in found.items() if changed not in pair}
    new = {(min(changed, key), max(changed, key)): weight for key, weight in others.items() if key != changed}
    world = World(kept | new, apart, certain)

    people = connected(CUSTOMERS, ((link.left, link.right) for link in before if link.cohesion >= CERTAIN))

    local = recluster(
        clusters_of(before, [changed]),
        world.around,
        lambda keys: clusters_of(before, keys),
        lambda keys: {key: people[key] for key in keys},
        LINKAGE,
    )

    untouched = [link for link in before if link.left not in local.members]
    assert set(untouched) | set(local.forest) == set(world.forest())
