"""Comparing with the graph range by range gives what comparing with all of it at once gives, wherever ranges end."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.claim_ranges import LAST_KEY, StoredRange, differences
from graph.links import NO_CHANGES, ComparedPair, Difference, Link, Pair, changes_of

KEYS = st.sampled_from([f"crm:{number}" for number in range(8)])
pairs = st.tuples(KEYS, KEYS).filter(lambda pair: pair[0] < pair[1])
weights = st.sampled_from([-1.0, 0.0, 1.0])
claimed = st.dictionaries(pairs, weights)


def links(found: dict[Pair, float]) -> list[Link]:
    return [Link(*pair, 0.5, weight, "splink") for pair, weight in sorted(found.items())]


def compared(found: dict[Pair, float]) -> list[ComparedPair]:
    return [ComparedPair(*pair, 0.5, weight) for pair, weight in sorted(found.items())]


def ranges(ends: set[str], some: list[Link], others: list[ComparedPair]) -> list[StoredRange]:
    """What is stored, in ranges that end at some keys."""
    found: list[StoredRange] = []
    after = ""
    for upto in (*sorted(ends), LAST_KEY):
        inside = [link for link in some if after < link.left <= upto]
        found.append(StoredRange(upto, inside, [pair for pair in others if after < pair.left <= upto]))
        after = upto
    return found


@given(wanted=claimed, stored=claimed, apart=claimed, stored_apart=claimed, ends=st.sets(KEYS))
def test_ranges_of_any_size_give_the_difference_of_the_whole(
    wanted: dict[Pair, float],
    stored: dict[Pair, float],
    apart: dict[Pair, float],
    stored_apart: dict[Pair, float],
    ends: set[str],
) -> None:
    of_links = Difference.of(links(wanted), links(stored))
    of_compared = Difference.of(compared(apart), compared(stored_apart))

    found = list(differences(links(wanted), compared(apart), ranges(ends, links(stored), compared(stored_apart))))

    assert [link for some, _ in found for link in some.written] == of_links.written
    assert [pair for some, _ in found for pair in some.gone] == of_links.gone
    assert [pair for _, some in found for pair in some.written] == of_compared.written
    assert [pair for _, some in found for pair in some.gone] == of_compared.gone
    assert sum((changes_of(*each) for each in found), NO_CHANGES) == changes_of(of_links, of_compared)


def test_claims_out_of_order_are_refused() -> None:
    first, second = links({("crm:1", "crm:2"): 1.0, ("crm:1", "crm:3"): 1.0})
    for wanted in ([second, first], [first, replace(first, match_weight=2.0)]):
        with pytest.raises(ValueError, match="sorted"):
            list(differences(wanted, [], ranges(set(), [], [])))
