"""Happenings: what an event says happened, in Segment's vocabulary where that has a word for it.

Sources: Snowplow's tracker protocol, and the schemas ``snowplow_ecommerce_action`` and ``screen_view``.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from api.tracking.messages import NAMES
from api.tracking.reading.fields import present, text_of
from api.tracking.reading.ids import LONGEST_ID
from api.tracking.reading.refusing import RefusedError
from api.tracking.snowplow.self_describing import SelfDescribing, event_of

_SHOP = {
    "product_view": "Product Viewed",
    "list_view": "Product List Viewed",
    "list_click": "Product Clicked",
    "promo_view": "Promotion Viewed",
    "promo_click": "Promotion Clicked",
    "add_to_cart": "Product Added",
    "remove_from_cart": "Product Removed",
    "checkout_step": "Checkout Step Viewed",
    "transaction": "Order Completed",
    "refund": "Order Refunded",
}
_SHOP_ACTION, _SCREEN_VIEW = "snowplow_ecommerce_action", "screen_view"
_BILLS = frozenset({"transaction", "refund"})


@dataclass(frozen=True, slots=True)
class Happening:
    """``type`` and ``name`` are those of a message."""

    type: str
    name: str
    properties: Mapping[str, Any] = field(default_factory=dict[str, Any])


def happening_of(raw: Mapping[str, Any], entities: Iterable[SelfDescribing]) -> Happening:
    """What happened. Raises RefusedError."""
    kind = text_of(raw, "e") or ""
    if kind in _PLAIN:
        return _PLAIN[kind]
    if kind not in _READ:
        raise RefusedError("unknown_type", f"e is one of {', '.join(sorted(_PLAIN | _READ))}")
    return _READ[kind](raw, entities)


def _structured(raw: Mapping[str, Any], _: Iterable[SelfDescribing]) -> Happening:
    action = text_of(raw, "se_ac")
    if action is None:
        raise RefusedError("no_event", "a structured event names its action")
    return Happening("track", action[:LONGEST_ID])


def _self_describing(raw: Mapping[str, Any], entities: Iterable[SelfDescribing]) -> Happening:
    event = event_of(raw)
    data = present(event.data)
    if event.name == _SCREEN_VIEW:
        return Happening("screen", NAMES["screen"], data)
    if event.name == _SHOP_ACTION:
        return _shopping(text_of(data, "type") or event.name, data, entities)
    return Happening("track", event.name[:LONGEST_ID], data)


def _shopping(action: str, data: Mapping[str, Any], entities: Iterable[SelfDescribing]) -> Happening:
    bill = next((present(entity.data) for entity in entities if entity.name in _BILLS), {})
    if "transaction_id" in bill:
        bill["order_id"] = bill.pop("transaction_id")
    return Happening("track", _SHOP.get(action, action[:LONGEST_ID]), {**data, **bill})


_PLAIN: dict[str, Happening] = {
    "pv": Happening("page", NAMES["page"]),
    "pp": Happening("track", "Page Pinged"),
    "tr": Happening("track", "Order Completed"),
    "ti": Happening("track", "Product Ordered"),
}
_READ: dict[str, Callable[[Mapping[str, Any], Iterable[SelfDescribing]], Happening]] = {
    "se": _structured,
    "ue": _self_describing,
}
