"""Names of people that were sent in one field, taken apart: a guess, so a source with separate fields is better."""

import re
from dataclasses import dataclass
from functools import lru_cache

from loaders.standardise.names import PARTICLES, standardise_name
from loaders.standardise.tables import read_table
from loaders.standardise.texts import proper_case
from loaders.standardise.unusable import Unusable

_WORDS = read_table("name_words")
_PART_OF_FAMILY = PARTICLES - frozenset(_WORDS["joining"])
_TITLES = frozenset(_WORDS["titles"])
_SURE_TITLES = frozenset(_WORDS["sure_titles"])
_SUFFIXES = frozenset(_WORDS["suffixes"])
_HONORIFICS = tuple(_WORDS["honorifics"])
_FAMILY_FIRST = frozenset(_WORDS["family_first"])
_DOUBLE_FAMILY = tuple(_WORDS["double_family"])
_IN_CHINESE = frozenset({"CN", "TW", "HK", "MO", "SG"})
_EAST_ASIAN = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\uac00-\ud7af・]+")
_HANGUL = re.compile(r"[\uac00-\ud7af]{2,5}")
_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]{2,4}")
_BETWEEN_SURNAMES = frozenset({"y", "e"})
_JOINED = 2
_SHORTEST_CAPITALS = 3
_CACHED = 50_000


@dataclass(frozen=True, slots=True)
class FullName:
    """The parts of a name that was sent in one field."""

    given_name: str | None
    family_name: str | None
    title: str | None = None
    suffix: str | None = None


@lru_cache(_CACHED)
def split_full_name(text: str, country: str | None = None) -> FullName | Unusable | None:
    """``Given Family``, ``Family, Given``, ``FAMILY Given``, with titles and suffixes.

    The last word is the family name, with the particles before it (``von der Heide``); the first one where the record's
    ``country`` (ISO 3166-1 alpha-2) or the letters say so: Hungary, Vietnam, Chinese, Japanese and Korean letters.
    """
    name = standardise_name(text)
    if name is None or isinstance(name, Unusable):
        return name
    title, rest = _cut_titles(name.replace(",", " , ").split())
    rest, suffix = _cut_suffixes(rest)
    given, family = _parts(rest, country)
    if not given and not family:
        return Unusable("no_name", "a title without a name")
    return FullName(given or None, family or None, title or None, suffix or None)


def cut_title(given_name: str) -> tuple[str | None, str]:
    """Titles at the head of a given name that has a field of its own, and the name: ``Dr. Anna``."""
    words = given_name.split()
    at = 0
    while at < len(words) - 1 and _bare(words[at]) in _SURE_TITLES:
        at += 1
    return (" ".join(words[:at]), " ".join(words[at:])) if at else (None, given_name)


def _bare(word: str) -> str:
    return word.rstrip(".").lower()


def _cut_titles(words: list[str]) -> tuple[str, list[str]]:
    at = 0
    while at < len(words) and _bare(words[at]) in _TITLES:
        at += 1
    return " ".join(words[:at]), words[at:]


def _cut_suffixes(words: list[str]) -> tuple[list[str], str]:
    at = len(words)
    while at > 1 and (words[at - 1] == "," or _bare(words[at - 1]) in _SUFFIXES):
        at -= 1
    return words[:at], " ".join(word for word in words[at:] if word != ",")


def _parts(words: list[str], country: str | None) -> tuple[str, str]:
    if "," in words:
        return _at_comma(words)
    if words and all(map(_EAST_ASIAN.fullmatch, words)):
        return _in_east_asian(words, country)
    if (capitals := _capitals(words)) is not None:
        return capitals
    if country in _FAMILY_FIRST and len(words) > 1:
        return " ".join(words[1:]), words[0]
    return _at_last_word(words)


def _at_comma(words: list[str]) -> tuple[str, str]:
    comma = words.index(",")
    given = [word for word in words[comma + 1 :] if word != ","]
    trailing = _trailing_particles(given)
    family = " ".join([*given[len(given) - trailing :], _in_proper_case(words[:comma])])
    return " ".join(given[: len(given) - trailing]), family.strip()


def _trailing_particles(words: list[str]) -> int:
    """``Heide, Anna von der``: the particles at the end belong to the family name."""
    count = 0
    while count < len(words) - 1 and words[-1 - count].lower() in _PART_OF_FAMILY:
        count += 1
    return count


def _in_east_asian(words: list[str], country: str | None) -> tuple[str, str]:
    """The family name comes first; in one word with the given name it is a letter long, but for a few."""
    last = words[-1]
    honorific = next((end for end in _HONORIFICS if last.endswith(end) and (len(words) > 1 or last != end)), "")
    words = [word for word in (*words[:-1], last.removesuffix(honorific)) if word]
    if len(words) > 1:
        return " ".join(words[1:]), words[0]
    name = "".join(words)
    if not (_HANGUL.fullmatch(name) or (country in _IN_CHINESE and _HAN.fullmatch(name))):
        return "", name
    double = len(name) > 2 and name.startswith(_DOUBLE_FAMILY)  # noqa: PLR2004 -- one letter is left for the given name
    return (name[2:], name[:2]) if double else (name[1:], name[:1])


def _capitals(words: list[str]) -> tuple[str, str] | None:
    """``DUPONT Jean`` and ``Jean DUPONT``: of words in capitals and others, those in capitals are the family name."""
    loud = list(map(_is_loud, words))
    if not any(len(word) >= _SHORTEST_CAPITALS for word, is_loud in zip(words, loud, strict=True) if is_loud):
        return None
    count = sum(loud)
    if count < len(words) and all(loud[:count]):
        return " ".join(words[count:]), _in_proper_case(words[:count])
    at = len(words) - count
    if at <= 0 or not all(loud[at:]):
        return None
    family = _in_proper_case(words[at:])
    while at > 0 and words[at - 1].lower() in _PART_OF_FAMILY:
        at, family = at - 1, f"{words[at - 1]} {family}"
    return " ".join(words[:at]), family


def _is_loud(word: str) -> bool:
    return word.isupper() and "." not in word and (len(word) >= _SHORTEST_CAPITALS or word.lower() in _PART_OF_FAMILY)


def _in_proper_case(family: list[str]) -> str:
    """A family name that alone is in capitals, as lists write it."""
    words = " ".join(family)
    return proper_case(words, PARTICLES) if len(words) >= _SHORTEST_CAPITALS else words


def _at_last_word(words: list[str]) -> tuple[str, str]:
    at = len(words) - 1
    # Ortega y Gasset: two surnames, where a given name is left before them.
    if at > _JOINED and words[at - 1].lower() in _BETWEEN_SURNAMES:
        at -= _JOINED
    while at > 0 and words[at - 1].lower() in _PART_OF_FAMILY:
        at -= 1
    return " ".join(words[: max(at, 0)]), " ".join(words[max(at, 0) :])
