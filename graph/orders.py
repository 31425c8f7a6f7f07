"""Orders: what was ordered and given back, from interactions in Segment's words (spec: Ecommerce Events v2).

One order that several sources report, as website and shop do, is one order: their interactions carry its id.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import orjson

from graph.connection import Row

COMPLETED, REFUNDED, CANCELLED = "Order Completed", "Order Refunded", "Order Cancelled"
ORDER_NAMES = (COMPLETED, REFUNDED, CANCELLED)
# Where products stand: a refund that lists some gives back these, one without a list and an amount the whole order, as
# Segment and Google Analytics mean it.
_PRODUCTS = ("products", "items")
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
class _Said:
    """What one interaction says of an order."""

    order: str
    key: str
    source: str
    name: str
    amount: Decimal | None
    currency: str | None
    of_products: bool


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
    refunds = _refunds(given_back, {order.order: order for order in orders})
    currencies = {order.currency for order in orders} | refunds.keys()
    return tuple(_revenue(currency, orders, refunds) for currency in sorted(currencies, key=lambda each: each or ""))


def _said(row: Row) -> _Said:
    properties: Mapping[str, Any] = orjson.loads(row["properties"]) if row["properties"] else {}
    order = next((str(properties[name]) for name in _IDS if properties.get(name) is not None), row["key"])
    amount = None if row["amount"] is None else Decimal(str(row["amount"]))
    of_products = any(properties.get(name) for name in _PRODUCTS)
    return _Said(order, row["key"], row["source"], row["name"], amount, row["currency"], of_products)


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
