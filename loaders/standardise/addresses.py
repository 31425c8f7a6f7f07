"""Parts of an address."""

import re
from functools import cache, lru_cache

from loaders.standardise.names import PARTICLES
from loaders.standardise.streets import write_street
from loaders.standardise.tables import read_table
from loaders.standardise.texts import clean, proper_case, standardise_text

_CACHED = 50_000
_SMALL = PARTICLES | frozenset(read_table("name_words")["in_places"])
_HOUSE_LETTER = re.compile(r"(?<=\d) ?([A-Z])$")
_COUNTRY_PREFIX = re.compile(r"[A-Z]{1,3} ?- ?(?=\d)")
_BRITISH = re.compile(r"([A-Z]{1,2}\d[A-Z\d]?) ?(\d[A-Z]{2})")
_DUTCH = re.compile(r"(\d{4}) ?([A-Z]{2})")
_BETWEEN = re.compile(r"[ .-]+")
_LONGEST_CODE = 3


@lru_cache(_CACHED)
def standardise_street(text: str, country: str | None = None) -> str | None:
    """Street and house number, abbreviations spelled out where the country (ISO 3166-1 alpha-2) makes them sure.

    The German ``str.`` is sure without a country too; ``St.`` is not.
    """
    kept = _trimmed(text)
    return None if kept is None else write_street(_cased_street(kept), country)


def _cased_street(street: str) -> str:
    """Proper case, but the letter of a house number as it is: ``12a`` and ``12A`` are in use."""
    cased = proper_case(street, _SMALL, first=True)
    if cased == street:
        return street
    return _HOUSE_LETTER.sub(lambda letter: letter[1].lower(), cased)


@lru_cache(_CACHED)
def standardise_postcode(text: str, country: str | None = None) -> str | None:
    """A postal code in capitals without a country's prefix, in the shape of its country where it fits.

    Without a country British and Dutch ones get their blank. A code that does not fit stays as it is: it may be of
    another country. Where one digit is lacking, a spreadsheet has taken the first zero.
    """
    kept = _trimmed(text)
    if kept is None:
        return None
    code = _COUNTRY_PREFIX.sub("", kept.upper() if kept.isascii() else kept, count=1)
    shape = _shape_of(country) if country else None
    if shape is not None:
        return _in_shape(code, *shape)
    blank = _BRITISH.fullmatch(code) or _DUTCH.fullmatch(code)
    return f"{blank[1]} {blank[2]}" if blank else code


def _in_shape(code: str, parts: re.Pattern[str], between: str, digits: int) -> str:
    bare = _BETWEEN.sub("", code)
    if len(bare) == digits - 1 and bare.isascii() and bare.isdigit():
        bare = f"0{bare}"
    found = parts.fullmatch(bare)
    return between.join(filter(None, found.groups())) if found else code


@cache
def _shape_of(country: str) -> tuple[re.Pattern[str], str, int] | None:
    shape = read_table("postcodes").get(country)
    return shape and (re.compile(shape["parts"]), shape["between"], int(shape.get("digits", 0)))


@lru_cache(_CACHED)
def standardise_city(text: str) -> str | None:
    """A town or suburb."""
    kept = _trimmed(text)
    return None if kept is None else proper_case(kept, _SMALL, first=True)


@lru_cache(_CACHED)
def standardise_state(text: str) -> str | None:
    """A state, county or region: codes in capitals, names in proper case."""
    kept = _trimmed(text)
    if kept is None:
        return None
    cased = proper_case(kept, _SMALL, first=True)
    return cased.upper() if len(cased) <= _LONGEST_CODE and cased.isascii() else cased


def _trimmed(text: str) -> str | None:
    return standardise_text(clean(text).strip(" ,;"))
