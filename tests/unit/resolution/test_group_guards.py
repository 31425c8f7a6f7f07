"""What a profile may not hold is asked before groups merge; a steward outranks it."""

from collections.abc import Iterable
from itertools import combinations
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from graph.clusters import connected
from graph.guards import guards_of, read_guards
from graph.held_values import held_value
from graph.links import Pair
from resolution.clusters.clustering import Forest, Linkage, agglomerate
from resolution.clusters.group_guards import GroupGuards

DAY = 86_400_000


def guards(held: dict[str, list[str]] | None = None, **changes: Any) -> GroupGuards:
    return GroupGuards(guards_of(read_guards().model_dump() | changes, "the test"), held or {})


def clustered(weights: dict[Pair, float], guard: GroupGuards, **claims: Any) -> Forest:
    return agglomerate(weights, Linkage(-10.0, -9.5, guards=guard, **claims))


def profiles(customers: Iterable[str], forest: Forest) -> set[str]:
    found = connected(customers, ((link.left, link.right) for link in forest.links))
    return {"".join(sorted(key for key in found if found[key] == group)) for group in set(found.values())}


def all_alike(customers: str, weight: float = 8.0) -> dict[Pair, float]:
    return dict.fromkeys(combinations(customers, 2), weight)


def test_customers_with_two_numbers_that_are_unique_are_two_people() -> None:
    held = {"a": [held_value("customer_number:1", 0, 0)], "c": [held_value("customer_number:2", 0, 0)]}
    found = clustered({("a", "b"): 9.0, ("b", "c"): 8.0}, guards(held, unique={"kinds": ["customer_number"]}))

    assert profiles("abc", found) == {"ab", "c"}
    assert found.refused == {("b", "c"): "unique:customer_number"}


def test_a_rule_does_not_join_what_is_unique_but_a_steward_does() -> None:
    held = {"a": [held_value("customer_number:1", 0, 0)], "b": [held_value("customer_number:2", 0, 0)]}
    guard = guards(held, unique={"kinds": ["customer_number"]})

    by_rule = clustered({}, guard, certain=(("a", "b"),))
    decided = clustered({}, guard, certain=(("a", "b"),), decided=frozenset({("a", "b")}))

    assert by_rule.links == []
    assert by_rule.refused == {("a", "b"): "unique:customer_number"}
    assert [(link.left, link.right) for link in decided.links] == [("a", "b")]


def test_a_source_that_knows_nobody_twice_has_one_customer_in_a_profile() -> None:
    weights = {("crm:1", "shop:1"): 9.0, ("crm:2", "shop:1"): 8.0}

    found = clustered(weights, guards(unique={"kinds": [], "sources": ["crm"]}))

    assert [(link.left, link.right) for link in found.links] == [("crm:1", "shop:1")]
    assert found.refused == {("crm:2", "shop:1"): "unique:crm"}


def test_emails_beyond_the_limit_wait_for_review_only_where_they_fall_into_the_window() -> None:
    limits = {"email": {"most": 2, "days": 30}}
    at_once = {key: [held_value(f"email:{key}", 0, 5 * DAY)] for key in "abc"}
    over_years = {key: [held_value(f"email:{key}", 365 * n * DAY, 365 * n * DAY)] for n, key in enumerate("abc")}

    assert profiles("abc", clustered(all_alike("abc"), guards(at_once, limits=limits))) == {"ab", "c"}
    assert profiles("abc", clustered(all_alike("abc"), guards(over_years, limits=limits))) == {"abc"}


def test_a_profile_has_no_more_customers_than_allowed() -> None:
    found = clustered(all_alike("abcdef"), guards(cluster={"most": 4}))

    assert max(map(len, profiles("abcdef", found))) <= 4
    assert set(found.refused.values()) == {"cluster_size"}


def test_one_pair_is_no_bridge_between_two_families() -> None:
    across = dict.fromkeys((("a", "d"), ("a", "e"), ("b", "d"), ("b", "e"), ("b", "f"), ("c", "d"), ("c", "e")), -1.0)
    weights = {**all_alike("abc"), **all_alike("def"), **across, ("a", "f"): -1.0, ("c", "f"): 7.0}

    held_back = clustered(weights, guards())
    joined = clustered(weights, guards(weak_bridge={"customers": 4, "pairs": 2}))

    assert profiles("abcdef", held_back) == {"abc", "def"}
    assert held_back.refused == {("c", "f"): "weak_bridge"}
    assert profiles("abcdef", joined) == {"abcdef"}


PAIRS = list(combinations("abcdefgh", 2))


@given(
    st.dictionaries(st.sampled_from(PAIRS), st.floats(-10, 20) | st.sampled_from([3.0, 7.0]), max_size=28),
    st.dictionaries(st.sampled_from("abcdefgh"), st.sampled_from("123"), max_size=8),
    st.randoms(),
)
def test_no_profile_ever_holds_two_numbers_in_any_order_of_the_pairs(
    weights: dict[Pair, float], numbers: dict[str, str], dice: Any
) -> None:
    held = {key: [held_value(f"customer_number:{number}", 0, 0)] for key, number in numbers.items()}
    guard = guards(held, unique={"kinds": ["customer_number"]}, cluster={"most": 5})

    found = clustered(weights, guard)
    shuffled = list(weights.items())
    dice.shuffle(shuffled)

    assert clustered(dict(shuffled), guard) == found
    for profile in profiles("abcdefgh", found):
        assert len({numbers[key] for key in profile if key in numbers}) <= 1
        assert len(profile) <= 5
