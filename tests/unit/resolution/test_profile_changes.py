from hypothesis import given
from hypothesis import strategies as st

from graph.identity_events import Regrouping
from graph.profile_ids import Ranks, profile_id
from resolution.clusters.profile_changes import jitter, profile_changes, profile_counts, regrouped

KEYS = [f"crm:{number}" for number in range(6)]
# Six customers: who is not there has no group; the smallest key of a group names it.
GROUPINGS = st.lists(st.integers(0, 5) | st.none(), min_size=6, max_size=6)


def ranks(**known: int) -> Ranks:
    """The same before and after; who is not named is known last."""
    found = dict.fromkeys([*KEYS, "a", "b", "c", "d", "new"], 99) | known
    return Ranks(found, found)


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

    found = counts(regrouped(before, after, ranks()))

    assert found == {
        "profiles_merged": 1,
        "profiles_split": 1,
        "profiles_linked": 1,
        "profiles_unlinked": 0,
        "profiles_renamed": 0,
        "customers_with_another_profile_id": 2,
        "customers_known_before": 4,
    }
    assert jitter(found) == 0.5


def test_the_member_that_was_known_first_keeps_its_id_through_a_merge() -> None:
    merged = regrouped({"a": "a", "b": "b"}, {"a": "a", "b": "a"}, ranks(a=20, b=10))

    assert set(merged.after.values()) == {profile_id("b")}
    assert counts(merged)["customers_with_another_profile_id"] == 1


def test_a_profile_whose_source_says_another_time_has_another_id_and_the_same_members() -> None:
    one = {"a": "a", "b": "a"}
    renamed = regrouped(one, one, Ranks({"a": 20, "b": 30}, {"a": 20, "b": 10}))

    (event,) = profile_changes(renamed)

    assert (event.kind, event.customers) == ("renamed", ("a", "b"))
    assert (event.profiles_before, event.profiles_after) == ((profile_id("a"),), (profile_id("b"),))
    assert counts(renamed)["customers_with_another_profile_id"] == 2


def test_before_the_first_resolution_there_is_no_jitter() -> None:
    assert jitter(counts(Regrouping(), known_before=0)) == 0.0


def test_what_one_step_does_and_the_next_takes_back_is_no_change() -> None:
    apart, joined = {"a": "a", "b": "b"}, {"a": "a", "b": "a"}
    both = regrouped(apart, joined, ranks()).then(regrouped(joined, apart, ranks()))

    assert profile_changes(both) == []
    assert counts(both)["customers_with_another_profile_id"] == 0


@given(GROUPINGS, GROUPINGS, GROUPINGS)
def test_two_steps_are_the_change_from_the_first_grouping_to_the_last(
    first: list[int | None], second: list[int | None], third: list[int | None]
) -> None:
    # Whoever is gone stays away, as in a graph.
    kept = [None if there is None else number for there, number in zip(first, second, strict=True)]
    one, two, three = grouping(first), grouping(kept), grouping(third)

    steps = regrouped(one, two, ranks()).then(regrouped(two, three, ranks()))

    assert steps == regrouped(one, three, ranks())
    assert profile_changes(steps) == profile_changes(regrouped(one, three, ranks()))
