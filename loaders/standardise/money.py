"""Amounts and currencies."""

import math
from functools import cache, lru_cache

import pycountry

from loaders.standardise.texts import standardise_text
from loaders.standardise.unusable import Unusable

_NO_NUMBER = Unusable("unreadable_amount", "not a number with a decimal point")
_NO_CURRENCY = Unusable("unknown_currency", "not an ISO 4217 code")


def standardise_amount(text: str) -> float | Unusable | None:
    """An amount of money."""
    kept = standardise_text(text)
    if kept is None:
        return None
    try:
        amount = float(kept)
    except ValueError:
        return _NO_NUMBER
    return amount if math.isfinite(amount) else _NO_NUMBER


@lru_cache(1_000)
def standardise_currency(text: str) -> str | Unusable | None:
    """An ISO 4217 code."""
    kept = standardise_text(text)
    if kept is None:
        return None
    return kept.upper() if kept.upper() in _codes() else _NO_CURRENCY


@cache
def _codes() -> frozenset[str]:
    return frozenset(currency.alpha_3 for currency in pycountry.currencies)
