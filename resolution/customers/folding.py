"""Folding: texts in the form in which they are compared, so that spelling alone makes no difference.

Lower case, other scripts transliterated, no diacritics, no punctuation. What is shown comes from the sources.
"""

import re
from collections.abc import Iterable
from datetime import date
from functools import lru_cache

from anyascii import anyascii
from nicknames import NickNamer

_CACHED = 500_000
_OTHER = re.compile(r"[^a-z0-9]+")
# ä is written a or ae: the e that it leaves behind says nothing.
_UMLAUT = re.compile(r"(?<=[aou])e")
_PARTICLES = frozenset(
    [
        "von",
        "van",
        "de",
        "der",
        "den",
        "di",
        "da",
        "do",
        "dos",
        "del",
        "della",
        "la",
        "le",
        "du",
        "al",
        "el",
        "bin",
        "ibn",
        "ben",
        "zu",
        "zur",
        "und",
        "y",
        "e",
        "of",
        "the",
        "mc",
        "mac",
        "st",
        "jr",
        "sr",
        "dr",
    ]
)
_SHORT = 2  # words of a name with so few letters say nothing

_STREET_WORDS = {
    "strasse": "str",
    "strase": "str",
    "street": "st",
    "road": "rd",
    "avenue": "ave",
    "place": "pl",
    "drive": "dr",
    "crescent": "cres",
    "court": "ct",
    "lane": "ln",
    "close": "cl",
    "circuit": "cct",
    "terrace": "tce",
    "boulevard": "blvd",
    "square": "sq",
    "platz": "pl",
}
_EVERY_STREET = frozenset(_STREET_WORDS.values()) | {"via", "rue", "ulica", "ul", "calle", "weg"}
_GLUED_STREET = re.compile(r"(?<=[a-z])(?:strasse|strase|str)\b")
_DIGITS = re.compile(r"\d")
_DATE = re.compile(r"(\d{4})(?:-(\d\d)-(\d\d))?")

# Letters and groups that sound alike in European languages, in the order in which they are replaced.
_SOUNDS = (
    ("sch", "s"),
    ("ph", "f"),
    ("th", "t"),
    ("ck", "k"),
    ("sh", "s"),
    ("dt", "t"),
    ("y", "i"),
    ("j", "i"),
    ("z", "s"),
    ("c", "k"),
    ("v", "f"),
    ("w", "f"),
)
_REPEATED = re.compile(r"(.)\1+")
_VOWELS = re.compile(r"[aeiouh]")

_NICKNAMES = NickNamer()


def forget() -> None:
    """Let go of what was folded last: of a million customers it is 80 MB."""
    for folding in (folded, _spellings):
        folding.cache_clear()


def plain(text: str) -> str | None:
    """Lower case, transliterated, words of letters and digits; none where nothing is left."""
    return _OTHER.sub(" ", anyascii(text).lower().replace("'", "")).strip() or None


@lru_cache(_CACHED)
def folded(text: str) -> str | None:
    """Plain, with umlauts in one spelling: Müller, Mueller and Muller are the same."""
    words = plain(text)
    return words and _UMLAUT.sub("", words)


def compact(text: str) -> str | None:
    """Plain without blanks: postcodes and mailboxes are written with and without."""
    words = plain(text)
    return words and words.replace(" ", "")


def name_words(text: str) -> list[str]:
    """The words of a family name that can stand for it: no particles, nothing short."""
    return [word for word in (folded(text) or "").split() if len(word) > _SHORT and word not in _PARTICLES]


def given_words(text: str) -> list[str]:
    """Each of several given names: Hans Peter may be known as Peter."""
    return [word for word in (folded(text) or "").split() if len(word) > _SHORT]


def name_forms(text: str) -> list[str]:
    """The first given name and the full names that it may stand for: Bob is Robert or Bobby."""
    first = (plain(text) or "").split()[:1]
    return sorted({form for word in first for form in {word, *_NICKNAMES.canonicals_of(word)}})


def sound(text: str) -> str | None:
    """A name as it sounds: first letter and consonants, those that sound alike written alike."""
    letters = (folded(text) or "").replace(" ", "")
    for written, heard in _SOUNDS:
        letters = letters.replace(written, heard)
    letters = _REPEATED.sub(r"\1", letters)
    return letters[:1] + _VOWELS.sub("", letters[1:]) or None


def first_sound(text: str) -> str | None:
    """The sound of the first of several given names."""
    words = (folded(text) or "").split()
    return sound(words[0]) if words else None


def street(text: str) -> str | None:
    """Folded, the usual words for a street abbreviated in one way and apart from its name."""
    words = folded(text)
    if words is None:
        return None
    return " ".join(_STREET_WORDS.get(word, word) for word in _GLUED_STREET.sub(" str", words).split())


def street_words(text: str) -> list[str]:
    """The words and numbers that tell one address from another."""
    words = set((street(text) or "").split()) - _EVERY_STREET
    return sorted(word for word in words if len(word) > _SHORT or word[0].isdigit())


def birth_date(text: str) -> str | None:
    """An ISO 8601 date, or its year where only that is given; none where it is no date."""
    found = _DATE.match(text.strip())
    if found is None:
        return None
    if found[2] is None:
        return found[1]
    try:
        return date(int(found[1]), int(found[2]), int(found[3])).isoformat()
    except ValueError:
        return None


def mailbox(email: str) -> str | None:
    """The part before the @: it survives a change of provider."""
    return compact(email.rpartition("@")[0])


def letters(name_before_at: str) -> str | None:
    """A name before the @ without its digits: namesakes number theirs."""
    return _DIGITS.sub("", name_before_at) or None


def provider(email: str) -> str:
    """The part after the @."""
    return email.rpartition("@")[2]


def handle(name_before_at: str, names: Iterable[str]) -> str | None:
    """The part before the @ where it is the person's own invention; none where it is made of the names."""
    for name in names:
        for word in _spellings(name):
            if word in name_before_at:
                return None
    return name_before_at


@lru_cache(_CACHED)
def _spellings(name: str) -> frozenset[str]:
    """The words of a name that say something, plain and folded."""
    words = *(plain(name) or "").split(), *(folded(name) or "").split()
    return frozenset(word for word in words if len(word) > _SHORT)
