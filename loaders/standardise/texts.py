"""Plain texts: one form of letters, no control characters, single blanks."""

import re
import unicodedata
from functools import cache

from loaders.standardise.placeholders import LONGEST, is_missing, placeholders

# Controls, soft hyphens, zero-width and direction marks, byte-order marks, halves of surrogate pairs.
_INVISIBLE = re.compile("[\x00-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff\ud800-\udfff]")
# Letters of full and half width, as Japanese systems write Latin letters, digits and katakana.
_OF_OTHER_WIDTH = re.compile("[\uff01-\uff9f\uffe0-\uffee]+")
_NOT_NAMES = placeholders("not_names")


def clean(text: str) -> str:
    """A text in NFC and of usual width, with single blanks and without anything invisible."""
    if text.isascii():
        if not text.isprintable():
            text = _INVISIBLE.sub(" ", text)
        return " ".join(text.split())
    kept = _INVISIBLE.sub(lambda found: "" if found[0] > "\x9f" else " ", text)
    kept = _OF_OTHER_WIDTH.sub(lambda found: unicodedata.normalize("NFKC", found[0]), kept)
    return unicodedata.normalize("NFC", " ".join(kept.split()))


def standardise_text(text: str) -> str | None:
    """A text that is not a name."""
    kept = clean(text)
    if is_missing(kept) or (len(kept) <= LONGEST and kept.casefold() in _NOT_NAMES):
        return None
    return kept


_WORD = re.compile(r"[^\W\d_]+")
_NUMERALS = frozenset({"ii", "iii", "iv", "vi", "vii", "viii"})
_SHORTEST_AFTER_MC = 3


def proper_case(text: str, lower_words: frozenset[str] = frozenset(), *, first: bool = False) -> str:
    """Capital initials where a text has only capitals or none; a text with both was written with care and stays.

    ``lower_words`` (``von``, ``de``) stay small, unless there is nothing else, or it is the ``first`` word.
    """
    if not (text.islower() or text.isupper()):
        return text
    written = _cased(text, lower_words, first=first)
    # Some letters have no capital of their own (ß): where a second pass would change more, nothing is changed.
    return written if text.isascii() or _cased(written, lower_words, first=first) == written else text


def _cased(text: str, lower_words: frozenset[str], *, first: bool) -> str:
    if not (text.islower() or text.isupper()):
        return text
    words = text.split(" ")
    small = [word.lower() in lower_words for word in words]
    if all(small):
        small = [False] * len(words)
    small[0] = small[0] and not first
    cased = (word.lower() if is_small else _capital(word) for word, is_small in zip(words, small, strict=True))
    return unicodedata.normalize("NFC", " ".join(cased))


@cache
def _capital(word: str) -> str:
    if word.lower() in _NUMERALS:
        return word.upper()
    return _WORD.sub(lambda part: _capital_part(word, part), word)


def _capital_part(word: str, part: re.Match[str]) -> str:
    letters, start = part[0], part.start()
    # John's, but O'Brien and d'Angelo: a part after an apostrophe is a name only after a single letter.
    if start and word[start - 1] in "'\u2019" and not re.fullmatch(r"\W*\w", word[: start - 1]):
        return letters.lower()
    capital = letters[0].upper() + letters[1:].lower()
    if capital.startswith("Mc") and len(capital) > _SHORTEST_AFTER_MC + 1:
        return f"Mc{capital[2].upper()}{capital[3:]}"
    return capital
