"""Masks: what is left of a value for whoever may not see it. Enough to recognise it again, not enough to use it."""

import re
from math import inf
from typing import Any

STARS = "***"

# Where an address or a number stands in a longer text: a key, a sentence, the address of a page.
_EMAIL = re.compile(r"[^\s@:;,/?&=<>()\"'|]+(?:@|%40)[^\s@:;,/?&=<>()\"'|]+")
_PHONE = re.compile(r"(?<![\w.])(?:\+|00)\d(?:[\s()/.-]*\d){6,}")
_SHOWN_DIGITS = 4
# A number of a telephone, a card or a passport has at least so many digits; prices, counts and years have fewer.
_LONG_NUMBER = 1_000_000
# No price and no sum of one order; the number of a mobile telephone with its area has more digits.
_LONG_AMOUNT = 100_000_000

# Of properties and traits with these names a number says nothing of who somebody is. A text may: tools for forms send
# every answer as a `value` beside its question.
AMOUNTS = frozenset(
    {"cart_value", "order_value", "price", "quantity", "rating", "revenue", "total", "unit_price", "value"}
)
# Shorter than a number of a telephone, and with no zero before it, as such a number may have.
_AMOUNT = re.compile(r"-?(?:0|[1-9][0-9]{0,5})(?:[.,][0-9]{1,4})?")
# Of these a text says nothing either, because a catalogue or a programme wrote it; whatever has another name may.
HARMLESS_PROPERTIES = AMOUNTS | frozenset(
    {
        *("action", "aisle", "article", "articles", "brand", "browser", "campaign", "categories", "category"),
        *("channel", "colour", "country", "currency", "device_type", "intent", "language", "locale", "medium", "os"),
        *("plan", "platform", "product", "product_id", "product_ids", "segment", "segments", "size", "sku", "skus"),
        *("source", "stage", "status", "tariff", "tier", "type", "variant"),
    }
)


def hidden(value: str) -> str:
    """Nothing of it."""
    return STARS if value else value


def initial(value: str) -> str:
    """A name by its first letter."""
    return f"{value[:1]}{STARS}" if value else value


def masked_email(value: str) -> str:
    """The first letter and the domain: a***@example.org."""
    local, at, domain = value.replace("%40", "@").rpartition("@")
    return f"{local[:1]}{STARS}{at}{domain}" if local else STARS


def masked_phone(value: str) -> str:
    """The last four digits: ***5501."""
    digits = [letter for letter in value if letter.isdigit()]
    # Of a short number four digits would be most of it.
    return STARS + "".join(digits[-_SHOWN_DIGITS:]) if len(digits) > 2 * _SHOWN_DIGITS - 1 else STARS


def without_contacts(text: str) -> str:
    """A key, sentence or address in which emails and telephone numbers are masked."""
    text = _EMAIL.sub(lambda found: masked_email(found.group()), text)
    return _PHONE.sub(lambda found: masked_phone(found.group()), text)


def page_only(address: str) -> str:
    """The address of a page without its query, which may hold anything that was typed."""
    return without_contacts(re.split(r"[?#]", address, maxsplit=1)[0])


def masked_json(value: Any, name: str | None = None) -> Any:  # noqa: ANN401 -- whatever JSON holds
    """Properties with every text and every long number masked, unless its ``name`` is known to be harmless.

    Of a name that means an amount only a short number is harmless, as a number or as a text.
    """
    if isinstance(value, dict):
        return {without_contacts(key): masked_json(part, key) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [masked_json(part, name) for part in value]
    if isinstance(value, str):
        return _masked_text(value, name)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value if abs(value) < _shortest_hidden(name) else STARS
    return value


def _shortest_hidden(name: str | None) -> float:
    """The smallest number that is masked under a name."""
    if name in AMOUNTS:
        return _LONG_AMOUNT
    return inf if name in HARMLESS_PROPERTIES else _LONG_NUMBER


def _masked_text(text: str, name: str | None) -> str:
    if name in AMOUNTS:
        return text if _AMOUNT.fullmatch(text) else hidden(text)
    return without_contacts(text) if name in HARMLESS_PROPERTIES else hidden(text)
