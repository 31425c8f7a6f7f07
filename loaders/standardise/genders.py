"""Genders: female, male or other, from words, letters and salutations of several languages (``gender_words.yaml``)."""

from functools import cache, lru_cache

from loaders.standardise.tables import read_table
from loaders.standardise.texts import standardise_text
from loaders.standardise.unusable import Unusable

_UNKNOWN = Unusable("unknown_gender", "no known word for a gender; map it with `values`")


@lru_cache(10_000)
def standardise_gender(text: str) -> str | Unusable | None:
    """A gender. Numbers are not read: 1 is female to one system and male to the next."""
    kept = standardise_text(text)
    if kept is None:
        return None
    gender = _genders().get(kept.casefold().rstrip("."), _UNKNOWN)
    return None if gender == "unknown" else gender


@cache
def _genders() -> dict[str, str]:
    return {word.casefold(): gender for gender, words in read_table("gender_words").items() for word in words}
