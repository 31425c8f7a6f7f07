"""Countries as ISO 3166-1 alpha-2 codes."""

from functools import cache, lru_cache
from gettext import translation
from typing import Any

import pycountry

from loaders.standardise.tables import read_table
from loaders.standardise.texts import standardise_text

_NAMES = ("alpha_2", "alpha_3", "name", "official_name", "common_name")
_LANGUAGES = ("de", "fr", "es", "it", "nl", "pl", "pt", "sv", "da", "cs", "tr", "ja", "zh_CN")


@lru_cache(20_000)
def standardise_country(text: str) -> str | None:
    """The code where the text is a code or a name of a country in one of some languages, else the text as it is.

    Dots and hyphens do not matter. Near misses are not looked for: they cost 12 ms each and find wrong countries.
    """
    kept = standardise_text(text)
    return None if kept is None else _codes().get(_bare(kept), kept)


@cache
def is_country(code: str) -> bool:
    """Whether a text is an alpha-2 code."""
    return pycountry.countries.get(alpha_2=code) is not None


@cache
def _codes() -> dict[str, str]:
    codes = {_bare(alias): code for code, aliases in read_table("countries").items() for alias in aliases}
    countries: list[Any] = list(pycountry.countries)
    for country in countries:
        for name in _NAMES:
            codes.setdefault(_bare(getattr(country, name, "")), country.alpha_2)
    for language in _LANGUAGES:
        read = translation("iso3166-1", pycountry.LOCALES_DIR, languages=[language]).gettext
        for country in countries:
            codes.setdefault(_bare(read(country.name)), country.alpha_2)
    del codes[""]
    return codes


def _bare(name: str) -> str:
    return " ".join(name.casefold().replace(".", "").replace("-", " ").split())
