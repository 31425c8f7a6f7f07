from collections.abc import Mapping

from hypothesis import given
from hypothesis import strategies as st

from graph.identity_events import Regrouping
from graph.profile_ids import profile_id
from resolution.clusters.profile_changes import jitter, profile_changes, profile_counts, regrouped

NOBODY: Mapping[str, int | None] = {}
KEYS = [f"crm:{number}" for number in range(6)]
# Six customers: who is not there has no group; the smallest key of a group names it.
GROUPINGS = st.lists(st.integers(0, 5) | st.none(), min_size=6, max_size=6)


def grouping(numbers: list[int | None]) -> dict[str, str]:
    members: dict[int, list[str]] = {}
    for key, number in zip(KEYS, numbers, strict=True):
        if number is not None:
            members.setdefault(number, []).append(key)
    return {key: keys[0] for keys in members.values() for key in keys}


def counts(profiles: Regrouping, known_before: int = 4) -> dict[str, int]:
    return profile_counts(profiles, profile_changes(profiles), known_before)


def test_what_became_of_profiles_is_counted() -> None:
    before = {"a": "a", "b": "a", "c": "c", "d": "d"}
    after = {"a": "a", "b": "b", "c": "c", "d": "c", "new": "c"}

    found = counts(regrouped(before, after, NOBODY))

    assert found == {
        "profiles_merged": 1,
        "profiles_split": 1,
        "profiles_linked": 1,
        "profiles_unlinked": 0,
        "customers_with_another_profile_id": 2,
        "customers_known_before": 4,
    }
    assert jitter(found) == 0.5


def test_the_member_that_was_known_first_keeps_its_id_through_a_merge() -> None:
    created_at = {"a": 20, "b": 10}

    merged = regrouped({"a": "a", "b": "b"}, {"a": "a", "b": "a"}, created_at)

    assert set(merged.after.values()) == {profile_id("b")}
    assert counts(merged)["customers_with_another_profile_id"] == 1


def test_before_the_first_resolution_there_is_no_jitter() -> None:
    assert jitter(counts(Regrouping(), known_before=0)) == 0.0


def test_what_one_step_does_and_the_next_takes_back_is_no_change() -> None:
    apart, joined = {"a": "a", "b": "b"}, {"a": "a", "b": "a"}
    both = regrouped(apart, joined, NOBODY).then(regrouped(joined, apart, NOBODY))

    assert profile_changes(both) == []
    assert counts(both)["customers_with_another_profile_id"] == 0


@given(GROUPINGS, GROUPINGS, GROUPINGS)
def test_two_steps_are_the_change_from_the_first_grouping_to_the_last(
    first: list[int | None], second: list[int | None], third: list[int | None]
) -> None:
    # Whoever is gone stays away, as in a graph.
    kept = [None if there is None else number for there, number in zip(first, second, strict=True)]
    one, two, three = grouping(first), grouping(kept), grouping(third)

    steps = regrouped(one, two, NOBODY).then(regrouped(two, three, NOBODY))

    assert steps == regrouped(one, three, NOBODY)
    assert profile_changes(steps) == profile_changes(regrouped(one, three, NOBODY))
