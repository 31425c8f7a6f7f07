"""Parts of an address."""

import re
from functools import lru_cache

from loaders.standardise.names import PARTICLES
from loaders.standardise.tables import read_table
from loaders.standardise.texts import clean, proper_case, standardise_text

_CACHED = 200_000
_SMALL = PARTICLES | frozenset(read_table("name_words")["in_places"])
_STREET = re.compile(r"(?<=\w)str\b\.?|\bstr\.(?=\s|$)", re.IGNORECASE)
_HOUSE_LETTER = re.compile(r"(?<=\d) ?([A-Z])$")
_COUNTRY_PREFIX = re.compile(r"[A-Z]{1,2} ?- ?(?=\d)")
_BRITISH = re.compile(r"([A-Z]{1,2}\d[A-Z\d]?) ?(\d[A-Z]{2})")
_DUTCH = re.compile(r"(\d{4}) ?([A-Z]{2})")
_FIVE_DIGITS = frozenset({"DE", "FR", "ES", "IT", "FI", "US"})
_LOST_ZERO = re.compile(r"\d{4}")
_LONGEST_CODE = 3


@lru_cache(_CACHED)
def standardise_street(text: str) -> str | None:
    """Street and house number; the German abbreviation ``str.`` spelled out, which is sure; ``St.`` is not."""
    kept = _trimmed(text)
    return None if kept is None else _STREET.sub(_spelled, _cased_street(kept))


def _cased_street(street: str) -> str:
    """Proper case, but the letter of a house number as it is: ``12a`` and ``12A`` are in use."""
    cased = proper_case(street, _SMALL, first=True)
    if cased == street:
        return street
    return _HOUSE_LETTER.sub(lambda letter: letter[1].lower(), cased)


def _spelled(found: re.Match[str]) -> str:
    return "Straße" if found[0][0] == "S" else "straße"


@lru_cache(_CACHED)
def standardise_postcode(text: str, country: str | None = None) -> str | None:
    """A postal code in capitals without a country's prefix; British and Dutch ones with their blank.

    Where the record's country is known to have five digits, a code of four has lost its first zero to a spreadsheet.
    """
    kept = _trimmed(text)
    if kept is None:
        return None
    code = _COUNTRY_PREFIX.sub("", kept.upper() if kept.isascii() else kept, count=1)
    if country in _FIVE_DIGITS and _LOST_ZERO.fullmatch(code):
        return f"0{code}"
    blank = _BRITISH.fullmatch(code) or _DUTCH.fullmatch(code)
    return f"{blank[1]} {blank[2]}" if blank else code


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
