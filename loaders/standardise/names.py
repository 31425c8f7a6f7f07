"""Names of people."""

from dataclasses import dataclass
from functools import lru_cache

from loaders.standardise.placeholders import LONGEST, is_missing, placeholders
from loaders.standardise.tables import read_table
from loaders.standardise.texts import clean, proper_case
from loaders.standardise.unusable import PLACEHOLDER, Unusable

PARTICLES = frozenset(read_table("name_words")["particles"])
_JOINING = frozenset(read_table("name_words")["joining"])
_PART_OF_FAMILY = PARTICLES - _JOINING
_TITLES = frozenset(read_table("name_words")["titles"])
_SUFFIXES = frozenset(read_table("name_words")["suffixes"])
_PLACEHOLDERS = placeholders("names")
_CACHED = 200_000


@dataclass(frozen=True, slots=True)
class FullName:
    """The parts of a name that was sent in one field."""

    given_name: str | None
    family_name: str | None
    title: str | None = None
    suffix: str | None = None


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


@lru_cache(_CACHED)
def split_full_name(text: str) -> FullName | Unusable | None:
    """A name that was sent in one field: ``Given Family``, ``Family, Given``, with titles and suffixes.

    The last word is the family name, with the particles before it (``von der Heide``). A guess, so a source with
    separate fields is always better.
    """
    name = standardise_name(text)
    if name is None or isinstance(name, Unusable):
        return name
    title, rest = _cut_titles(name.replace(",", " , ").split())
    rest, suffix = _cut_suffixes(rest)
    given, family = _at_comma(rest) if "," in rest else _at_last_word(rest)
    if not given and not family:
        return Unusable("no_name", "a title without a name")
    return FullName(given or None, family or None, title or None, suffix or None)


def _cut_titles(words: list[str]) -> tuple[str, list[str]]:
    at = 0
    while at < len(words) and words[at].rstrip(".").lower() in _TITLES:
        at += 1
    return " ".join(words[:at]), words[at:]


def _cut_suffixes(words: list[str]) -> tuple[list[str], str]:
    at = len(words)
    while at > 1 and (words[at - 1] == "," or words[at - 1].rstrip(".").lower() in _SUFFIXES):
        at -= 1
    return words[:at], " ".join(word for word in words[at:] if word != ",")


def _at_comma(words: list[str]) -> tuple[str, str]:
    comma = words.index(",")
    given = [word for word in words[comma + 1 :] if word != ","]
    trailing = _trailing_particles(given)
    return " ".join(given[: len(given) - trailing]), " ".join([*given[len(given) - trailing :], *words[:comma]])


def _trailing_particles(words: list[str]) -> int:
    """``Heide, Anna von der``: the particles at the end belong to the family name."""
    count = 0
    while count < len(words) - 1 and words[-1 - count].lower() in _PART_OF_FAMILY:
        count += 1
    return count


def _at_last_word(words: list[str]) -> tuple[str, str]:
    at = len(words) - 1
    while at > 0 and words[at - 1].lower() in _PART_OF_FAMILY:
        at -= 1
    return " ".join(words[: max(at, 0)]), " ".join(words[max(at, 0) :])
