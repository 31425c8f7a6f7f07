"""Genders: female, male or other, from words, letters and salutations."""

from functools import lru_cache

from loaders.standardise.texts import standardise_text
from loaders.standardise.unusable import Unusable

_WORDS = {
    "female": "female f w weiblich frau fr woman girl mrs ms miss madam mme mlle femme sra señora feminin féminin",
    "male": "male m männlich maennlich herr hr man boy mr monsieur homme sr señor masculin",
    "other": "other o d x divers diverse non-binary nonbinary nb enby intersex inter diversx unspecified-other",
}
_GENDERS = {word: gender for gender, words in _WORDS.items() for word in words.split()}
_UNKNOWN = Unusable("unknown_gender", "no known word for a gender; map it with `values`")


@lru_cache(10_000)
def standardise_gender(text: str) -> str | Unusable | None:
    """A gender. Numbers are not read: 1 is female to one system and male to the next."""
    kept = standardise_text(text)
    if kept is None or kept.casefold() in {"u", "n"}:
        return None
    return _GENDERS.get(kept.casefold().rstrip("."), _UNKNOWN)
