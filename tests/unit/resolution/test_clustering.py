from collections import defaultdict
from collections.abc import Iterable
from itertools import combinations
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resolution.clusters.clustering import CERTAIN, WEIGHT_CAP, ForestLink, Linkage, Pair, cohesion_forest

KEYS = "abcdefg"
PAIRS = list(combinations(KEYS, 2))
# Quarters: sums of them are exact, so that equal heights are equal in any order of addition.
WEIGHTS = st.dictionaries(st.sampled_from(PAIRS), st.integers(-40, 60).map(lambda quarter: quarter / 4))
APART = st.frozensets(st.sampled_from(PAIRS), max_size=4)
CERTAIN_PAIRS = st.lists(st.sampled_from(PAIRS), max_size=4).map(tuple)


def clusters(forest: Iterable[ForestLink], cut: float = float("-inf")) -> set[frozenset[str]]:
    home = {key: frozenset(key) for key in KEYS}
    for link in forest:
        if link.cohesion >= cut:
            both = home[link.left] | home[link.right]
            home |= dict.fromkeys(both, both)
    return set(home.values())


def average_linkage(weights: dict[Pair, float], linkage: Linkage) -> list[tuple[float, frozenset[str]]]:
    """The textbook: of all groups that have a link, join the two with the highest mean, over and over."""

    def mean(x: frozenset[str], y: frozenset[str]) -> float:
        across = [(min(a, b), max(a, b)) for a in x for b in y]
        found = [weights.get(pair, linkage.missing) for pair in across]
        return sum(found) / len(found) if any(pair in weights for pair in across) else float("-inf")

    groups, merges = [frozenset(key) for key in KEYS], list[tuple[float, frozenset[str]]]()
    while len(groups) > 1:
        height, x, y = max(
            ((mean(x, y), x, y) for x, y in combinations(groups, 2)),
            key=lambda found: (found[0], *(-ord(min(group)) for group in sorted(found[1:], key=min))),
        )
        if height < linkage.floor:
            break
        groups = [group for group in groups if group not in {x, y}] + [x | y]
        merges.append((height, x | y))
    return merges


@given(WEIGHTS)
def test_heights_and_groups_are_those_of_the_textbook(weights: dict[Pair, float]) -> None:
    forest = cohesion_forest(weights, Linkage())
    merges = average_linkage(weights, Linkage())

    assert [link.cohesion for link in forest] == pytest.approx([height for height, _ in merges])
    for count in range(1, len(forest) + 1):
        assert merges[count - 1][1] in clusters(forest[:count])


@given(WEIGHTS, APART, CERTAIN_PAIRS, st.randoms())
def test_the_order_in_which_pairs_arrive_makes_no_difference(
    weights: dict[Pair, float], apart: frozenset[Pair], certain: tuple[Pair, ...], random: Random
) -> None:
    linkage = Linkage(certain=certain, apart=apart)
    shuffled = list(weights.items())
    random.shuffle(shuffled)

    assert cohesion_forest(dict(shuffled), linkage) == cohesion_forest(weights, linkage)


@given(WEIGHTS, APART, CERTAIN_PAIRS)
def test_clusters_at_a_higher_cut_lie_inside_those_at_a_lower_one(
    weights: dict[Pair, float], apart: frozenset[Pair], certain: tuple[Pair, ...]
) -> None:
    forest = cohesion_forest(weights, Linkage(certain=certain, apart=apart))
    heights = [link.cohesion for link in forest]

    assert heights == sorted(heights, reverse=True)
    for low, high in combinations(sorted(set(heights)), 2):
        wide = clusters(forest, low)
        assert all(any(narrow <= group for group in wide) for narrow in clusters(forest, high))


@given(WEIGHTS, APART, CERTAIN_PAIRS)
def test_pairs_held_apart_never_meet(
    weights: dict[Pair, float], apart: frozenset[Pair], certain: tuple[Pair, ...]
) -> None:
    for group in clusters(cohesion_forest(weights, Linkage(certain=certain, apart=apart))):
        assert apart.isdisjoint(combinations(sorted(group), 2))


@given(WEIGHTS, APART, CERTAIN_PAIRS)
def test_a_forest_consists_of_claims_and_joins_each_group_once(
    weights: dict[Pair, float], apart: frozenset[Pair], certain: tuple[Pair, ...]
) -> None:
    forest = cohesion_forest(weights, Linkage(certain=certain, apart=apart))

    assert {(link.left, link.right) for link in forest} <= weights.keys() | set(certain)
    assert len(forest) == len(KEYS) - len(clusters(forest))


@given(WEIGHTS, CERTAIN_PAIRS)
def test_certain_pairs_are_one_at_every_cut(weights: dict[Pair, float], certain: tuple[Pair, ...]) -> None:
    groups = clusters(cohesion_forest(weights, Linkage(certain=certain)), CERTAIN)

    assert all(any({left, right} <= group for group in groups) for left, right in certain)


@given(WEIGHTS)
def test_a_part_that_nothing_touches_is_clustered_alone_as_it_is_with_others(weights: dict[Pair, float]) -> None:
    far = {(f"x{left}", f"x{right}"): weight for (left, right), weight in weights.items()}
    together = cohesion_forest(weights | far, Linkage())

    alone = cohesion_forest(weights, Linkage())
    assert [link for link in together if not link.left.startswith("x")] == alone


def test_one_bad_link_does_not_join_two_people() -> None:
    left, right = combinations("abc", 2), combinations("def", 2)
    weights: dict[Pair, float] = defaultdict(float, dict.fromkeys([*left, *right], 12.0)) | {("c", "d"): 9.0}

    forest = cohesion_forest(weights, Linkage())

    assert clusters(forest, 0.0) == {frozenset("abc"), frozenset("def"), frozenset("g")}


def test_a_single_weight_counts_no_more_than_the_cap() -> None:
    forest = cohesion_forest({("a", "b"): 500.0}, Linkage())

    assert forest == [ForestLink("a", "b", WEIGHT_CAP)]
