import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from resolution.customers.listed import TEXTS, Listed

values = st.sampled_from(["a", "b", "x:1", "x:2", "x:", "xx:1"])
columns = st.lists(st.none() | st.lists(values, max_size=3), max_size=6)


@given(columns)
def test_an_empty_list_is_missing(lists: list[list[str] | None]) -> None:
    assert Listed.of(pa.array(lists, TEXTS)).lists.to_pylist() == [found or None for found in lists]


@given(columns, st.frozensets(values))
def test_values_are_left_out_and_order_stays(lists: list[list[str] | None], gone: frozenset[str]) -> None:
    kept = [[value for value in found or () if value not in gone] or None for found in lists]

    found = Listed.of(pa.chunked_array([pa.array(lists, TEXTS)])).without(gone)

    assert found.lists.to_pylist() == kept
    assert found.first.to_pylist() == [listed[0] if listed else None for listed in kept]


@given(columns)
def test_values_of_a_kind_come_without_it(lists: list[list[str] | None]) -> None:
    of_kind = [[value[2:] for value in found or () if value.startswith("x:")] or None for found in lists]

    assert Listed.of(pa.array(lists, TEXTS)).of_kind("x").lists.to_pylist() == of_kind
