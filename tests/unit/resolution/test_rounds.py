"""Clustering in rounds: the same forest as one merge after the other, guards and ties included."""

from itertools import combinations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.guards import Guards, current_guards
from resolution.clusters.claims import probability
from resolution.clusters.clustering import Linkage, Pair, agglomerate
from resolution.clusters.group_guards import GroupGuards
from resolution.clusters.merge_tree import merges_in
from resolution.clusters.numbered import NumberedForest, NumberedPairs, numbered
from resolution.clusters.rounds import forest_in_rounds
from resolution.models.calibration import merges_of

KEYS = [f"crm:{letter}" for letter in "abcdefghijkl"]
PAIRS = list(combinations(KEYS, 2))
# Few different weights, so that many merges are equally high; and any others.
TIED = st.sampled_from([-12.0, -9.0, -6.0, -1.0, 0.0, 1.0, 3.0, 25.0])
WEIGHTS = TIED | st.floats(-15, 25).map(lambda weight: round(weight, 6))
PICKED = st.lists(st.sampled_from(PAIRS), unique=True, max_size=5)
HELD = st.sampled_from(
    [f"{kind}|{day}|{day + 30}|{value}" for kind in ("email", "loyalty_card") for day in (0, 800) for value in "vwx"]
)
HOLDINGS = st.dictionaries(st.sampled_from(KEYS), st.lists(HELD, max_size=3, unique=True))


def in_rounds(weights: dict[Pair, float], linkage: Linkage) -> tuple[NumberedForest, NumberedPairs]:
    known = {**dict.fromkeys(linkage.apart, 0.0), **weights}
    numbers = np.array(numbered(KEYS, known), np.int64).reshape(-1, 2)
    apart = np.array([pair in linkage.apart for pair in known], np.bool_)
    pairs = NumberedPairs(numbers[:, 0], numbers[:, 1], np.array(list(known.values()), np.float64), apart)
    return forest_in_rounds(KEYS, pairs, linkage), pairs


@given(st.dictionaries(st.sampled_from(PAIRS), WEIGHTS), PICKED, PICKED)
@settings(max_examples=300)
def test_rounds_give_the_same_forest(weights: dict[Pair, float], certain: list[Pair], apart: list[Pair]) -> None:
    linkage = Linkage(certain=tuple(certain), apart=frozenset(apart))
    forest, _ = in_rounds(weights, linkage)
    assert forest.links(KEYS) == agglomerate(weights, linkage).links


@given(st.dictionaries(st.sampled_from(PAIRS), WEIGHTS, min_size=10), PICKED, HOLDINGS, st.sampled_from([4, 200]))
@settings(max_examples=300)
def test_rounds_refuse_what_guards_refuse(
    weights: dict[Pair, float], certain: list[Pair], held: dict[str, list[str]], most: int
) -> None:
    shipped = current_guards().model_dump()
    limits = {"email": {"most": 2, "days": 365}}
    own = {"cluster": {"most": most}, "limits": limits, "unique": {"kinds": ["loyalty_card"], "sources": []}}
    guards = GroupGuards(Guards.model_validate({**shipped, **own}), held)
    linkage = Linkage(certain=tuple(certain), guards=guards, decided=frozenset(certain[:1]))
    forest, _ = in_rounds(weights, linkage)
    wanted = agglomerate(weights, linkage)
    assert set(forest.links(KEYS)) == set(wanted.links)
    assert {(KEYS[left], KEYS[right]): guard for (left, right), guard in forest.refused.items()} == wanted.refused


@given(st.dictionaries(st.sampled_from(PAIRS), WEIGHTS), PICKED, PICKED)
def test_the_tree_of_merges_counts_what_each_merge_joins(
    weights: dict[Pair, float], certain: list[Pair], apart: list[Pair]
) -> None:
    linkage = Linkage(certain=tuple(certain), apart=frozenset(apart))
    forest, pairs = in_rounds(weights, linkage)
    probabilities = {pair: probability(weight) for pair, weight in weights.items() if pair not in linkage.apart}
    wanted = merges_of(forest.links(KEYS), probabilities)
    found = merges_in(forest, pairs, len(KEYS))
    assert [(x.height, x.pairs, x.scored) for x in found] == [(x.height, x.pairs, x.scored) for x in wanted]
    assert np.allclose([x.probability for x in found], [x.probability for x in wanted])
