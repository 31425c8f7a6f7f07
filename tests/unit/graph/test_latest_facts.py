from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from graph.latest_facts import MOST_FACTS, Facts, facts_of, initial_facts_of, merge_facts
from graph.records import CustomerRecord
from graph.times import milliseconds
from tests.factories import customer, minutes


def part(minute: int, traits: dict[str, Any]) -> CustomerRecord:
    return customer("web", "u1", observed_at=minutes(minute), traits=traits)


parts = st.lists(
    st.builds(
        part,
        st.integers(0, 3),
        st.dictionaries(st.sampled_from("abc"), st.sampled_from(["x", "y", 1]), max_size=3),
    ),
    max_size=8,
)


def merged(records: list[Any], initial: list[Any] | None = None) -> dict[str, Any]:
    return together([*map(facts_of, records), *map(initial_facts_of, initial or ())])


def together(said: list[Facts]) -> Facts:
    facts: Facts = {}
    for part_of_it in said:
        facts = merge_facts(facts, part_of_it)
    return facts


def test_what_a_message_does_not_name_stays() -> None:
    first = customer("web", "u1", observed_at=minutes(0), given_name="Anna", traits={"plan": "gold"})
    later = customer("web", "u1", observed_at=minutes(1), traits={"plan": "basic"})

    assert merged([first, later]) == {
        "given_name": ["Anna", milliseconds(minutes(0))],
        "trait:plan": ["basic", milliseconds(minutes(1))],
    }


def test_a_late_message_does_not_undo_what_is_known() -> None:
    late = customer("web", "u1", observed_at=minutes(0), given_name="Ana")
    known = customer("web", "u1", observed_at=minutes(1), given_name="Anna")

    assert merged([known, late])["given_name"][0] == "Anna"


def test_what_is_said_in_case_that_nothing_is_known_counts_once_and_gives_way() -> None:
    ad, mail, later = (part(minute, {"came_from": place}) for minute, place in enumerate(("ad", "mail", "shop")))

    assert merged([], [mail, ad]) == {"initial:trait:came_from": ["ad", milliseconds(minutes(0))]}
    assert merged([later], [ad, mail])["trait:came_from"] == ["shop", milliseconds(minutes(2))]
    assert merged([ad], [later, mail])["trait:came_from"] == ["ad", milliseconds(minutes(0))]


@given(parts, parts, st.data())
def test_any_order_and_any_repetition_tell_the_same(
    records: list[Any], initial: list[Any], data: st.DataObject
) -> None:
    said = [*map(facts_of, records), *map(initial_facts_of, initial)]
    again = data.draw(st.permutations(said + data.draw(st.lists(st.sampled_from(said)) if said else st.just([]))))

    assert together(said) == together(again)


def test_a_record_stays_small_whatever_comes() -> None:
    halves = [
        customer("web", "u1", observed_at=minutes(0), traits={f"t{number:04}": 1 for number in range(start, 2_000, 2)})
        for start in (0, 1)
    ]

    assert merged(halves) == merged(halves[::-1])
    assert len(merged(halves)) == MOST_FACTS
