from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.errors import SourceReadError
from graph.records import SourceCursor
from loaders.sources.growing import GrowingColumn, resumed

ZONES = st.sampled_from([UTC, timezone(timedelta(hours=5, minutes=30)), timezone(timedelta(hours=-8))])
PAST = datetime(2000, 1, 1), datetime(2026, 1, 1)  # noqa: DTZ001 -- bounds of hypothesis have none
AWARE = st.datetimes(*PAST, timezones=ZONES)
NAIVE = st.datetimes(*PAST)
NUMBERS = st.integers(1 - 2**63, 2**63 - 1)
COLUMNS = st.one_of(
    *(st.lists(kind, min_size=1) for kind in (NUMBERS, st.text(), st.dates(date(2000, 1, 1), date(2026, 1, 1)))),
    st.lists(AWARE, min_size=1),
    st.lists(NAIVE, min_size=1),
)


def grown(values: list[Any]) -> GrowingColumn:
    column = GrowingColumn("changed")
    for value in values:
        column.see(value)
    return column


def stored(column: GrowingColumn) -> SourceCursor:
    assert column.position is not None
    return SourceCursor("crm", "crm/t", "changed", column.position, datetime.now(UTC), column.stored)


@given(COLUMNS)
def test_the_largest_value_is_found_in_any_order_and_comes_back_as_it_was(values: list[Any]) -> None:
    column = grown(values)
    assert column.largest == max(values)
    assert resumed(stored(column)) == max(values)
    assert grown(values[::-1]).position == column.position


@given(st.one_of(*(st.tuples(kind, kind) for kind in (NUMBERS, st.text(), AWARE, NAIVE))))
def test_positions_are_ordered_as_values_are(pair: tuple[Any, Any]) -> None:
    first, second = (grown([value]).position for value in pair)
    assert (first == second) == (pair[0] == pair[1])
    assert (first > second) == (pair[0] > pair[1])  # pyright: ignore[reportOperatorIssue]


def test_times_beyond_tomorrow_and_missing_values_do_not_count() -> None:
    now = datetime.now(UTC)
    yesterday, later = now - timedelta(days=1), now + timedelta(days=2)
    assert grown([None, yesterday, later, datetime.max.replace(tzinfo=UTC)]).largest == yesterday
    assert grown([None, date.max]).position is None


@pytest.mark.parametrize("number", [2**63, -(2**63), Decimal(10) ** 30])
def test_numbers_that_the_graph_cannot_keep_are_told(number: int | Decimal) -> None:
    with pytest.raises(SourceReadError, match="more than 64 bits, which cannot be gone on from"):
        grown([1, number])


def test_whole_decimals_are_numbers() -> None:
    assert grown([Decimal(7), Decimal("12.0")]).position == 12


@pytest.mark.parametrize("value", [1.5, Decimal("1.5"), True, b"x", timedelta()])
def test_other_kinds_are_refused(value: Any) -> None:
    with pytest.raises(SourceReadError, match=f"changed has values of the type {type(value).__name__}"):
        grown([value])


def test_an_overlap_is_of_times_only() -> None:
    at = datetime(2026, 1, 1, 12, tzinfo=UTC)
    assert resumed(stored(grown([at])), 60) == at - timedelta(seconds=60)
    assert resumed(stored(grown([date(2026, 1, 2)])), 60) == date(2026, 1, 1)
    with pytest.raises(SourceReadError, match="holds no times"):
        resumed(stored(grown([5])), 60)
