"""Orders: what was ordered and given back, from interactions in Segment's words (spec: Ecommerce Events v2).

One order that several sources report, as website and shop do, is one order: their interactions carry its id.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from typing import Any

import orjson

from graph.connection import Row

COMPLETED, REFUNDED, CANCELLED = "Order Completed", "Order Refunded", "Order Cancelled"
ORDER_NAMES = (COMPLETED, REFUNDED, CANCELLED)
# Where products stand: a refund that lists some gives back these, one without a list and an amount the whole order, as
# Segment and Google Analytics mean it. A price is that of one; without a quantity it is one.
_PRODUCTS = ("products", "items")
_PRODUCT_IDS = ("product_id", "item_id", "sku", "id")
_MOST = Decimal(10) ** 12
# Names under which sources send the id of an order.
_IDS = ("order_id", "orderId", "order_no", "order_number", "transaction_id")


@dataclass(frozen=True, slots=True)
class Revenue:
    """What was ordered in one currency. ``currency``: none where the sources name none."""

    currency: str | None
    orders: int
    amount: float
    refunded: float


@dataclass(frozen=True, slots=True)
class _Product:
    """One line of a list of products. ``price``: of one, none where it is not told."""

    ids: tuple[str, ...]
    price: Decimal | None
    quantity: Decimal


@dataclass(frozen=True, slots=True)
class _Said:
    """What one interaction says of an order."""

    order: str
    key: str
    source: str
    name: str
    amount: Decimal | None
    currency: str | None
    of_products: bool
    lines: tuple[Mapping[str, Any], ...]


def revenue_of(interactions: Iterable[Row]) -> tuple[Revenue, ...]:
    """Orders that were not cancelled, and refunds but of cancelled ones, by currency; rows in any order."""
    said = sorted(map(_said, interactions), key=lambda each: each.key)
    cancelled = {each.order for each in said if each.name == CANCELLED}
    by_order: dict[str, list[_Said]] = defaultdict(list)
    for each in said:
        if each.name == COMPLETED and each.order not in cancelled:
            by_order[each.order].append(each)
    orders = [_best(reports) for reports in by_order.values()]
    given_back = [each for each in said if each.name == REFUNDED and each.order not in cancelled]
    priced = [_priced(each, by_order.get(each.order, ())) for each in given_back]
    refunds = _refunds(priced, {order.order: order for order in orders})
    currencies = {order.currency for order in orders} | refunds.keys()
    return tuple(_revenue(currency, orders, refunds) for currency in sorted(currencies, key=lambda each: each or ""))


def _said(row: Row) -> _Said:
    properties: Mapping[str, Any] = orjson.loads(row["properties"]) if row["properties"] else {}
    order = next((str(properties[name]) for name in _IDS if properties.get(name) is not None), row["key"])
    amount = None if row["amount"] is None else Decimal(str(row["amount"]))
    lists = [found for name in _PRODUCTS if (found := properties.get(name))]
    return _Said(order, row["key"], row["source"], row["name"], amount, row["currency"], bool(lists), _lines(lists))


def _lines(lists: Iterable[object]) -> tuple[Mapping[str, Any], ...]:
    """The lines of the first list: a source that sends another one says the same again."""
    first = next((found for found in lists if isinstance(found, list)), [])
    return tuple(line for line in first if isinstance(line, dict))


def _product(line: Mapping[str, Any]) -> _Product:
    ids = tuple(str(line[name]) for name in _PRODUCT_IDS if line.get(name) is not None)
    quantity = _number(line.get("quantity"))
    return _Product(ids, _number(line.get("price")), Decimal(1) if quantity is None else quantity)


def _number(value: object) -> Decimal | None:
    """A number, or a text that is one; none where it is no number of a price list."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return abs(number) if number.is_finite() and abs(number) < _MOST else None


def _priced(refund: _Said, reports: Sequence[_Said]) -> _Said:
    """A refund that lists products without an amount, with what they cost: by its prices, else those of the order.

    At most what the order came to: prices tell nothing of a discount.
    """
    if refund.amount is not None or not refund.lines:
        return refund
    ordered = (_product(line) for report in reports for line in report.lines)
    listed = [product for product in ordered if product.price is not None]
    prices = {name: product.price for product in reversed(listed) for name in product.ids}
    found = [(product, _price(product, prices)) for product in map(_product, refund.lines)]
    amount = sum((price * product.quantity for product, price in found if price is not None), Decimal())
    order = _best(reports) if reports else refund
    whole = amount if order.amount is None else abs(order.amount)
    return replace(refund, amount=min(amount, whole), currency=refund.currency or order.currency)


def _price(product: _Product, prices: Mapping[str, Decimal | None]) -> Decimal | None:
    if product.price is not None:
        return product.price
    return next((prices[name] for name in product.ids if name in prices), None)


def _best(reports: Sequence[_Said]) -> _Said:
    """The first report that tells an amount, by key."""
    return next((report for report in reports if report.amount is not None), reports[0])


def _refunds(said: Iterable[_Said], orders: Mapping[str, _Said]) -> dict[str | None, Decimal]:
    """Refunded amounts by currency. An order is given back in parts; of sources, the one that tells most counts."""
    told: dict[tuple[str, str | None], dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for each in said:
        order = orders.get(each.order)
        if each.amount is None and order is not None and not each.of_products:
            whole = told[each.order, order.currency]
            whole[""] = abs(order.amount or Decimal())
        else:
            told[each.order, each.currency][each.source] += abs(each.amount or Decimal())
    total: dict[str | None, Decimal] = defaultdict(Decimal)
    for (_, currency), by_source in told.items():
        total[currency] += max(by_source.values())
    return total


def _revenue(currency: str | None, orders: Sequence[_Said], refunds: Mapping[str | None, Decimal]) -> Revenue:
    amounts = [order.amount or Decimal() for order in orders if order.currency == currency]
    return Revenue(currency, len(amounts), float(sum(amounts)), float(refunds.get(currency, 0)))
