"""Amounts and currencies."""

import math
import re
from functools import cache, lru_cache

import pycountry

from loaders.standardise.tables import read_table
from loaders.standardise.texts import standardise_text
from loaders.standardise.unusable import Unusable

_NO_NUMBER = Unusable("unreadable_amount", "not a number")
_AMBIGUOUS = Unusable("undeclared_decimals", "1,234 or 1.234? The mapping declares no `decimal` for it")
_NO_CURRENCY = Unusable("unknown_currency", "neither an ISO 4217 code nor a sign of one")
_SHARED_SIGN = Unusable("ambiguous_currency", "several countries use this sign, and the source names none of them")
_NUMBER = re.compile(r"[0-9][0-9 .,'\u2019\u00a0\u202f]*|[.,][0-9]+")
_MINUS = "-\u2212\u2013"
_BETWEEN = str.maketrans("", "", " '\u2019\u00a0\u202f")
_ONE_SIGN = str.maketrans(",", ".")
_PLAIN = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]{1,3})?")
_THOUSAND = 3


@lru_cache(100_000)
def standardise_amount(text: str, decimal: str | None = None) -> float | Unusable | None:
    """An amount of money: ``1234.56``, ``1.234,56``, ``1,234.56``, ``1 234,56 EUR``, ``(12.50)``.

    ``decimal``: the sign before the decimals, ``.`` or ``,``, where the mapping declares it. Without it the last of two
    different signs is that one, a single point always is, and a single comma before three digits is set aside.
    """
    kept = standardise_text(text)
    if kept is None:
        return None
    if decimal != "," and _PLAIN.fullmatch(kept):
        return _finite(float(kept))
    number = _NUMBER.search(kept)
    if number is None:
        return _NO_NUMBER
    before, after = kept[: number.start()].strip(), kept[number.end() :].strip()
    if not (_is_around(before) and _is_around(after)):
        return _NO_NUMBER
    amount = _number(number[0].translate(_BETWEEN).rstrip(".,"), decimal)
    return -amount if isinstance(amount, float) and _is_negative(before, after) else amount


def _is_around(text: str) -> bool:
    """Whether a text beside a number is no more than a sign and a currency."""
    bare = text.strip(f"()+ {_MINUS}").casefold()
    return not bare or bare.upper() in _codes() or not _signs().isdisjoint((bare, bare.rstrip(".")))


def _is_negative(before: str, after: str) -> bool:
    signs = [sign for sign in before + after if sign in _MINUS]
    return len(signs) == 1 or (before.startswith("(") and after.endswith(")"))


def _number(digits: str, decimal: str | None) -> float | Unusable:
    point = decimal or _decimal_of(digits)
    if isinstance(point, Unusable):
        return point
    whole, _, fraction = digits.rpartition(point) if point and point in digits else (digits, "", "")
    groups = whole.translate(_ONE_SIGN).split(".")
    if "." in fraction.translate(_ONE_SIGN) or (point and point in whole) or not _are_thousands(groups):
        return _NO_NUMBER
    return _finite(float(f"{''.join(groups) or 0}.{fraction or 0}"))


def _are_thousands(groups: list[str]) -> bool:
    """Three digits each, but in India two: 12,34,567."""
    _, *further = map(len, groups)
    return not further or (further[-1] == _THOUSAND and all(1 < length <= _THOUSAND for length in further))


def _decimal_of(digits: str) -> str | Unusable:
    """The sign before the decimals, empty where there is none."""
    points, commas = digits.count("."), digits.count(",")
    if points and commas:
        return max(".,", key=digits.rindex)
    if points + commas > 1:
        return ""
    if points:
        return "."
    whole, comma, fraction = digits.partition(",")
    if len(fraction) == _THOUSAND and whole.strip("0"):
        return _AMBIGUOUS
    return comma


def _finite(amount: float) -> float | Unusable:
    return amount if math.isfinite(amount) else _NO_NUMBER


@lru_cache(10_000)
def standardise_currency(text: str, country: str | None = None) -> str | Unusable | None:
    """An ISO 4217 code, of a code or a sign; ``$`` and ``kr`` only with the source's country (ISO 3166-1 alpha-2)."""
    kept = standardise_text(text)
    if kept is None:
        return None
    if kept.upper() in _codes():
        return kept.upper()
    table = read_table("currency_signs")
    for sign in (kept.casefold(), kept.casefold().rstrip(".")):
        if sign in table["sure"]:
            return table["sure"][sign]
        if sign in table["by_country"]:
            return table["by_country"][sign].get(country, _SHARED_SIGN)
    return _NO_CURRENCY


@cache
def _signs() -> frozenset[str]:
    table = read_table("currency_signs")
    return frozenset((*table["sure"], *table["by_country"]))


@cache
def _codes() -> frozenset[str]:
    return frozenset(currency.alpha_3 for currency in pycountry.currencies)
