"""Streets: abbreviations spelled out, and the house number in one form, where the country says how it is written."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from loaders.standardise.names import PARTICLES
from loaders.standardise.tables import read_table

_LONGEST = 120
_GLUED = re.compile(r"(?<=\w)str\b\.?|\bstr\.(?=[\s\d]|$)", re.IGNORECASE)
_AT_START = re.compile(
    r"(?P<number>[0-9]{1,5}[a-zA-Z]?(?:[-/][0-9]{1,5}[a-zA-Z]?)?(?: (?:bis|ter|quater)(?=[ ,]))?),? (?P<name>[^\W\d].*)"
)
_AT_END = re.compile(
    r"(?P<name>.*[^\W\d_].*?)[ ,]+"
    r"(?P<number>[0-9]{1,5}(?: ?[a-zA-Z])?(?: ?[-/+] ?(?:[0-9]{1,5}(?: ?[a-zA-Z])?|[a-zA-Z]))*)",
    re.IGNORECASE,
)
_NUMBER_SIGN = re.compile(r"(?<=\w),? (?:nr|no|num|hausnr|hnr|n)[.:°º]{0,2}$", re.IGNORECASE)
_BLANKS = re.compile(r"(?<=[\d/+-]) (?=[\da-zA-Z/+-])|(?<=[a-zA-Z]) (?=[/+-])")
_CALLE = re.compile(r"^c/(?=\w)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Street:
    """A street and the number of a house in it."""

    name: str
    house_number: str | None = None


@dataclass(frozen=True, slots=True)
class _Manner:
    """How a country writes streets: words by their abbreviations, and at which end the house number stands."""

    glued: str | None
    before_name: Mapping[str, str]
    behind_name: Mapping[str, str]
    number_first: bool
    number_last: bool


def split_street(street: str, country: str) -> Street:
    """Name and house number, which is looked for where the country (ISO 3166-1 alpha-2) writes it."""
    manner = _manner_of(country)
    found = None
    if len(street) <= _LONGEST and (manner.number_first or manner.number_last):
        found = (_AT_START if manner.number_first else _AT_END).fullmatch(street)
    if found is None:
        return Street(street)
    if manner.number_first:
        return Street(found["name"], found["number"])
    return Street(_NUMBER_SIGN.sub("", found["name"].rstrip(" ,")).rstrip(" ,"), _BLANKS.sub("", found["number"]))


def write_street(street: str, country: str | None = None) -> str:
    """Street and house number as the country writes them; of an unknown country, and where it is unclear, unchanged."""
    manner = _manner_of(country)
    if manner.glued and "str" in street.lower():
        street = _GLUED.sub(lambda found: _spelled(found, manner.glued or ""), street)
    if country is None:
        return street
    parts = split_street(street, country)
    name = _spell_end(_spell_start(parts.name, manner.before_name), manner.behind_name)
    if parts.house_number is None:
        return name
    return f"{parts.house_number} {name}" if manner.number_first else f"{name} {parts.house_number}"


def _spelled(found: re.Match[str], word: str) -> str:
    blank = " " if found.string[found.end() : found.end() + 1].isdigit() else ""
    return (word.capitalize() if found[0][0] == "S" else word) + blank


def _spell_start(name: str, words: Mapping[str, str]) -> str:
    if not words:
        return name
    first, blank, rest = _CALLE.sub("C/ ", name).partition(" ")
    key = first.lower().rstrip(".")
    written = words.get(key)
    needs_dot = (len(key) == 1 or key in PARTICLES) and not first.endswith((".", "/"))
    if written is None or not rest or needs_dot:
        return name
    return (written[0].upper() + written[1:] if first[0].isupper() else written) + blank + rest


def _spell_end(name: str, words: Mapping[str, str]) -> str:
    if not words:
        return name
    parts = name.split(" ")
    at = _end_of_name(parts)
    key = parts[at].lower().rstrip(".,")
    if at == 0 or key not in words or parts[at - 1][0].isdigit():
        return name
    parts[at] = words[key] + ("," if parts[at].endswith(",") else "")
    return " ".join(parts)


def _end_of_name(parts: list[str]) -> int:
    """The last word that is neither in a part of a building nor a direction."""
    units, directions = _words_behind()
    bare = [part.lower().rstrip(".,") for part in parts]
    at = next((n for n, word in enumerate(bare) if n and (word in units or word.startswith("#"))), len(parts)) - 1
    while at > 1 and bare[at] in directions:
        at -= 1
    return at


@cache
def _words_behind() -> tuple[frozenset[str], frozenset[str]]:
    table = read_table("street_words")
    return frozenset(table["units"]), frozenset(table["directions"])


@cache
def _manner_of(country: str | None) -> _Manner:
    table = read_table("street_words")
    like = next((first for first, others in table["alike"].items() if country in others), "")
    return _Manner(
        glued=table["glued"].get("DE" if country is None else like),
        before_name=table["before_name"].get(like, {}),
        behind_name=table["behind_name"].get(like, {}),
        number_first=country in table["number_first"],
        number_last=country in table["number_last"],
    )
