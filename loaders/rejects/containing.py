"""Which dead letters hold somebody's identifier, in whatever form it was sent.

A row that was set aside may be anything: objects, cells, half a line, JSON within a text. So all texts in it are looked
through, also as they read when percent signs of addresses are resolved.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import unquote

import phonenumbers

from graph.errors import ConfigurationError
from graph.hashed_emails import hash_key
from graph.kinds import EMAIL, IDENTIFIER_KINDS, PHONE, DeviceKind
from graph.records import IdentifierValue
from loaders.rejects.model import KeptLetter
from loaders.standardise.identifiers import standardise_identifier
from loaders.standardise.texts import clean
from loaders.standardise.unusable import Unusable

_ADDRESS = re.compile(r"[\w.+!#$%*^~'-]+@[\w-]+(?:\.[\w-]+)+")
_NUMBER = re.compile(r"\+?\d(?:[\s()./-]{0,3}\d){5,20}")
_NO_DIGIT = re.compile(r"\D+")
# A text without an @ that is shorter stands in rows of anybody: house numbers, days, codes.
_SHORTEST_TEXT = 5
# What parts values in a line that could not be read, and in JSON.
_DEVICE_KINDS = frozenset(DeviceKind)
_SEPARATORS = re.compile(r"[\s,;:|\"'{}\[\]=&?]+")


class Wanted(Protocol):
    """An identifier that is looked for."""

    def is_in(self, kept: KeptLetter) -> bool:
        """Whether a letter with its raw row holds it."""
        ...


@dataclass(frozen=True, slots=True)
class Address:
    """An email address, in any spelling that reaches the same mailbox, or as its SHA-256 hash."""

    key: str
    hashes: frozenset[str]

    def is_in(self, kept: KeptLetter) -> bool:
        """Whether the letter holds it."""
        return any(self._is_in(text) for text in texts_of(kept))

    def _is_in(self, text: str) -> bool:
        lower = text.lower()
        if any(hashed in lower for hashed in self.hashes):
            return True
        return any(_key(EMAIL, found) == self.key for found in _ADDRESS.findall(text)) if "@" in text else False


@dataclass(frozen=True, slots=True)
class Number:
    """A telephone number, with or without the code of its country, however its digits are grouped."""

    forms: frozenset[str]

    def is_in(self, kept: KeptLetter) -> bool:
        """Whether the letter holds it."""
        found = (number for text in texts_of(kept) for number in _NUMBER.findall(text))
        return any(_NO_DIGIT.sub("", number) in self.forms for number in found)

    @property
    def has_country(self) -> bool:
        """Whether it is also known by the code of its country."""
        return len(self.forms) > 1


@dataclass(frozen=True, slots=True)
class Text:
    """What is no identifier, word for word: rows are set aside for exactly that. ``problem``: why it is none."""

    pattern: re.Pattern[str]
    problem: str

    def is_in(self, kept: KeptLetter) -> bool:
        """Whether the letter holds it, apart from longer words, numbers and addresses."""
        return any(self.pattern.search(clean(text).casefold()) for text in texts_of(kept))


@dataclass(frozen=True, slots=True)
class Value:
    """Another identifier of a kind; only whole values are compared."""

    kind: str
    key: str

    def is_in(self, kept: KeptLetter) -> bool:
        """Whether the letter holds it."""
        return any(_key(self.kind, value) == self.key for value in _values_of(kept))


@dataclass(frozen=True, slots=True)
class Record:
    """An id that a source gave; it means nothing in letters of others."""

    source: str
    external_id: str

    def is_in(self, kept: KeptLetter) -> bool:
        """Whether the letter is of the source, and holds the id."""
        return kept.letter.source == self.source and self.external_id in _values_of(kept)


def wanted_identifier(kind: str, text: str, country: str | None) -> Wanted:
    """What is to be looked for. ``country``: of a national telephone number. Raises ConfigurationError.

    What cannot be an identifier of the kind is looked for word for word.
    """
    if country is not None and country not in phonenumbers.SUPPORTED_REGIONS:
        raise ConfigurationError("There is no country of this name.", "Write its two letters, such as DE.")
    if kind in _DEVICE_KINDS:
        return Value(kind, text.strip())
    if kind not in IDENTIFIER_KINDS:
        kinds = ", ".join((*IDENTIFIER_KINDS, *DeviceKind))
        raise ConfigurationError(f"There are no identifiers of kind {kind}.", f"Write KIND:VALUE; kinds: {kinds}.")
    found = standardise_identifier(kind, text, country)
    if not isinstance(found, IdentifierValue):
        return _word_for_word(kind, text, found)
    if kind == EMAIL:
        hashes = frozenset(hash_key(form).partition(":")[2] for form in (found.normalised, found.match_key))
        return Address(found.match_key, hashes)
    return Number(_forms(found.match_key)) if kind == PHONE else Value(kind, found.match_key)


def _word_for_word(kind: str, text: str, found: Unusable | None) -> Text:
    if found is None or found.is_placeholder:
        why = "it is empty" if found is None else found.reason
        raise ConfigurationError(f"This is no usable {kind}: {why}.", "Write it in another way.")
    kept, problem = clean(text).casefold(), f"This is no usable {kind}: {found.reason}"
    if len(kept) < _SHORTEST_TEXT and "@" not in kept:
        raise ConfigurationError(
            f"{problem}, and too short to tell rows by it.",
            "Look at the rows with cdp rejects, and discard them by id.",
        )
    return Text(re.compile(rf"(?<![\w@.+-]){re.escape(kept)}(?![\w@+-]|\.\w)"), problem)


def cautions(wanted: Iterable[Wanted]) -> Iterator[str]:
    """What somebody should know who looks for these: what was not looked for."""
    for one in wanted:
        if isinstance(one, Text):
            yield f"{one.problem}. Only rows that hold exactly this text are looked for."
        elif isinstance(one, Number) and not one.has_country:
            yield "A number has no code of a country: it is not found where it is written with one. Give --country."


def _forms(written: str) -> frozenset[str]:
    """The digits of a number, as it is written within its country and from elsewhere."""
    number = written.partition(";")[0]
    if not number.startswith("+"):
        return frozenset({number})
    parsed = phonenumbers.parse(number)
    code, national = str(parsed.country_code), phonenumbers.national_significant_number(parsed)
    return frozenset(f"{before}{national}" for before in ("", "0", code, f"{code}0", f"00{code}", f"00{code}0"))


def _key(kind: str, text: str) -> str | None:
    if kind in _DEVICE_KINDS:
        return text
    found = standardise_identifier(kind, text)
    return found.match_key if isinstance(found, IdentifierValue) else None


def texts_of(kept: KeptLetter) -> Iterator[str]:
    """Every text and number in a letter's row, as it came and as it was mended, names of columns too."""
    for text in _leaves([kept.letter.raw, kept.mended]):
        yield text
        if "%" in text:
            yield unquote(text)


def _values_of(kept: KeptLetter) -> Iterator[str]:
    """The texts, and the parts of those that hold several values."""
    for text in texts_of(kept):
        yield text.strip()
        is_several = isinstance(kept.letter.raw, str) or isinstance(kept.mended, str) or text.lstrip()[:1] in {"{", "["}
        if is_several:
            yield from _SEPARATORS.split(text)


def _leaves(value: Any) -> Iterator[str]:  # noqa: ANN401 -- whatever a row holds
    if isinstance(value, Mapping):
        for name, part in value.items():
            yield str(name)
            yield from _leaves(part)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from _leaves(part)
    elif value is not None and not isinstance(value, bool):
        yield str(value)
