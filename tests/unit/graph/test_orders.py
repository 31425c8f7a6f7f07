from math import isfinite
from typing import Any

import orjson
from hypothesis import given
from hypothesis import strategies as st

from graph.orders import CANCELLED, COMPLETED, REFUNDED, Revenue, revenue_of


def said(key: str, name: str = COMPLETED, **changes: Any) -> dict[str, Any]:
    order = changes.pop("order", None)
    properties = orjson.dumps({"order_id": order}).decode() if order else None
    default = {"amount": None, "currency": "EUR", "properties": properties}
    return {"key": key, "source": key.partition(":")[0], "name": name, **default, **changes}


def test_an_order_that_several_sources_report_is_one() -> None:
    told = [
        said("web:1", order="A", amount=19.99),
        said("shop:1", order="A", amount=19.99),
        said("dwh:1", amount=0.1),
        said("dwh:2", amount=0.2),
    ]

    assert revenue_of(told) == (Revenue("EUR", 3, 20.29, 0.0),)


def test_currencies_are_never_added_up() -> None:
    told = [said("shop:1", amount=10), said("shop:2", amount=5, currency="USD"), said("shop:3", currency=None)]

    assert revenue_of(told) == (Revenue(None, 1, 0.0, 0.0), Revenue("EUR", 1, 10.0, 0.0), Revenue("USD", 1, 5.0, 0.0))


def test_what_was_cancelled_is_no_order_and_refunds_are_told_apart() -> None:
    told = [
        said("shop:1", order="A", amount=10),
        said("shop:2", CANCELLED, order="A"),
        said("shop:3", order="B", amount=50),
        said("shop:4", REFUNDED, order="B", amount=-20),
        said("shop:5", REFUNDED, order="B", amount=5),
        said("web:5", REFUNDED, order="B", amount=5),
    ]

    assert revenue_of(told) == (Revenue("EUR", 1, 50.0, 25.0),)


def test_a_refund_without_an_amount_gives_back_the_whole_order() -> None:
    told = [
        said("shop:1", order="A", amount=100),
        said("shop:2", REFUNDED, order="A", amount=10),
        said("shop:3", REFUNDED, order="A", currency=None),
        said("shop:4", order="B", amount=50),
        said("shop:5", REFUNDED, properties='{"order_id": "B", "products": [{"product_id": "x"}]}'),
        said("shop:6", REFUNDED, order="unknown"),
    ]

    assert revenue_of(told) == (Revenue("EUR", 2, 150.0, 100.0),)


def listing(order: str, *products: Any, name: str = "products") -> str:
    return orjson.dumps({"order_id": order, name: products}).decode()


def test_a_refund_of_products_comes_to_what_they_cost() -> None:
    told = [
        said("shop:1", amount=100, properties=listing("A", {"sku": "x", "price": 19.99, "quantity": 2}, {"sku": "y"})),
        said("shop:2", REFUNDED, properties=listing("A", {"sku": "x", "price": "19.99"})),
        said("shop:3", amount=70, properties=listing("B", {"product_id": 7, "price": 30, "quantity": 2}, {"sku": "z"})),
        said(
            "shop:4", REFUNDED, currency=None, properties=listing("B", {"product_id": "7", "quantity": 2}, {"sku": "z"})
        ),
        said("shop:6", amount=8, properties=listing("discounted", {"sku": "w", "price": 10})),
        said("shop:7", REFUNDED, properties=listing("discounted", {"sku": "w"})),
        said("shop:5", REFUNDED, properties=listing("unknown", {"item_id": "q", "price": 5}, name="items")),
    ]

    assert revenue_of(told) == (Revenue("EUR", 3, 178.0, 92.99),)


@given(st.lists(st.recursive(st.none() | st.booleans() | st.floats() | st.text(max_size=5), st.lists, max_leaves=3)))
def test_whatever_stands_as_a_price_refunds_are_numbers(values: list[Any]) -> None:
    lines = [{"sku": "x", "price": value, "quantity": value} for value in values]
    told = [said("shop:1", REFUNDED, properties=listing("A", *lines, *values, "1e999", {"price": "1e999"}))]

    assert all(isfinite(each.refunded) and each.refunded >= 0 for each in revenue_of(told))


def test_what_was_given_back_of_a_cancelled_order_counts_as_little_as_the_order() -> None:
    told = [
        said("shop:1", order="A", amount=10),
        said("shop:2", CANCELLED, order="A"),
        said("shop:3", REFUNDED, order="A", amount=10),
        said("shop:4", order="B", amount=50),
    ]

    assert revenue_of(told) == (Revenue("EUR", 1, 50.0, 0.0),)


interactions = st.lists(
    st.builds(
        said,
        st.sampled_from([f"{source}:{number}" for source in ("web", "shop") for number in range(6)]),
        st.sampled_from([COMPLETED, REFUNDED, CANCELLED]),
        order=st.sampled_from([None, "A", "B"]),
        amount=st.one_of(st.none(), st.integers(0, 10_000).map(lambda cents: cents / 100)),
        currency=st.sampled_from(["EUR", "USD", None]),
    ),
    unique_by=lambda row: row["key"],
)


@given(interactions, st.randoms(use_true_random=False))
def test_the_order_in_which_they_come_never_matters(told: list[dict[str, Any]], random: Any) -> None:
    assert revenue_of(told) == revenue_of(random.sample(told, len(told)))


@given(st.lists(st.integers(0, 10_000), max_size=40))
def test_amounts_add_up_to_the_cent(cents: list[int]) -> None:
    told = [said(f"shop:{number}", amount=each / 100) for number, each in enumerate(cents)]

    assert sum(round(each.amount * 100) for each in revenue_of(told)) == sum(cents)
