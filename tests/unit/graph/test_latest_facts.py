from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from graph.latest_facts import MOST_FACTS, facts_of, merge_facts
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


def merged(records: list[Any]) -> dict[str, Any]:
    facts: dict[str, Any] = {}
    for record in records:
        facts = merge_facts(facts, facts_of(record))
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


@given(parts, st.data())
def test_any_order_and_any_repetition_tell_the_same(records: list[Any], data: st.DataObject) -> None:
    again = data.draw(
        st.permutations(records + data.draw(st.lists(st.sampled_from(records)) if records else st.just([])))
    )

    assert merged(records) == merged(again)


def test_a_record_stays_small_whatever_comes() -> None:
    halves = [
        customer("web", "u1", observed_at=minutes(0), traits={f"t{number:04}": 1 for number in range(start, 2_000, 2)})
        for start in (0, 1)
    ]

    assert merged(halves) == merged(halves[::-1])
    assert len(merged(halves)) == MOST_FACTS
