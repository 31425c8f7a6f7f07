"""Names of people in fields of their own. Letters and scripts stay as they are: it is a comparison that folds them."""

from functools import lru_cache

from loaders.standardise.placeholders import LONGEST, is_missing, placeholders
from loaders.standardise.tables import read_table
from loaders.standardise.texts import clean, proper_case
from loaders.standardise.unusable import PLACEHOLDER, Unusable

PARTICLES = frozenset(read_table("name_words")["particles"])
_PLACEHOLDERS = placeholders("names")
_CACHED = 50_000


@lru_cache(_CACHED)
def standardise_name(text: str) -> str | Unusable | None:
    """One given, middle or family name, or several of them."""
    kept = clean(text).strip(" ,;")
    if is_missing(kept):
        return None
    if len(kept) <= LONGEST and kept.casefold() in _PLACEHOLDERS:
        return PLACEHOLDER
    if not any(map(str.isalpha, kept)):
        return Unusable("no_letters", "a name without letters")
    return proper_case(kept, PARTICLES)
