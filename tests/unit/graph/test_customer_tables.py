import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from graph.customers import by_key

KEYS = st.lists(st.text("abz:é0", max_size=3), max_size=6)


def table(keys: list[str]) -> pa.Table:
    return pa.table({"key": pa.array(keys, pa.string()), "place": pa.array(range(len(keys)), pa.int64())})


@given(KEYS, KEYS)
def test_customers_are_sorted_by_key_and_none_is_lost(first: list[str], second: list[str]) -> None:
    customers = pa.concat_tables([table(first), table(second)])

    found = by_key(customers)

    assert found["key"].to_pylist() == sorted(first + second, key=str.encode)
    assert sorted(map(str, found.to_pylist())) == sorted(map(str, customers.to_pylist()))


def test_what_is_sorted_already_is_not_copied() -> None:
    customers = table(["a", "b", "b", "c"])
    assert by_key(customers) is customers
