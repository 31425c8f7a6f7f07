"""Countries as ISO 3166-1 alpha-2 codes."""

from functools import cache, lru_cache
from typing import Any

import pycountry

from loaders.standardise.tables import read_table
from loaders.standardise.texts import standardise_text

_NAMES = ("alpha_2", "alpha_3", "name", "official_name", "common_name")


@lru_cache(20_000)
def standardise_country(text: str) -> str | None:
    """The code where the text is a code or an exact name of a country, else the text as it is.

    Near misses are not looked for: they cost 12 ms each and find wrong countries.
    """
    kept = standardise_text(text)
    if kept is None:
        return None
    return _codes().get(kept.casefold()) or _codes().get(kept.casefold().rstrip(".")) or kept


@cache
def is_country(code: str) -> bool:
    """Whether a text is an alpha-2 code."""
    return pycountry.countries.get(alpha_2=code) is not None


@cache
def _codes() -> dict[str, str]:
    countries: list[Any] = list(pycountry.countries)
    codes: dict[str, str] = {}
    for country in countries:
        for name in _NAMES:
            spelling = getattr(country, name, None)
            if spelling:
                codes[spelling.casefold()] = country.alpha_2
    for code, aliases in read_table("countries").items():
        codes.update((alias.casefold(), code) for alias in aliases)
    return codes
