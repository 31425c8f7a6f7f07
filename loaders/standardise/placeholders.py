"""Texts that stand for "missing". The lists are data: ``placeholders.yaml``."""

from functools import cache

from loaders.standardise.tables import read_table

LONGEST = 32


@cache
def placeholders(kind: str) -> frozenset[str]:
    """The texts of one list, in lower case."""
    return frozenset(text.casefold() for text in read_table("placeholders")[kind])


_MISSING = placeholders("everywhere")
_BEGINS = frozenset(letter for text in _MISSING for letter in (text[0], text[0].upper()))


def is_missing(text: str) -> bool:
    """Whether a text without blanks at its ends says that there is nothing."""
    # Asked of every value several times, so the first letter is asked before the set.
    return not text or (text[0] in _BEGINS and len(text) <= LONGEST and text.casefold() in _MISSING)
