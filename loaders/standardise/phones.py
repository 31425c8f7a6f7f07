"""Telephone numbers, with the library that knows every numbering plan."""

import re
from functools import lru_cache

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberFormat, ValidationResult

from graph.guards import current_guards, forgotten_with_guards
from graph.records import IdentifierValue
from loaders.standardise.numbering_plans import read_usual_number
from loaders.standardise.placeholders import is_missing
from loaders.standardise.texts import clean
from loaders.standardise.unusable import PLACEHOLDER, Unusable

_CACHED = 20_000
_LONGEST = 60
_FEWEST_DIGITS, _MOST_DIGITS = 7, 15
_EXTENSION = re.compile(r"[;,]?\s*(?:extension|ext\.?|x)\s*[=:]?\s*(\d{1,7})$", re.IGNORECASE)
_LETTERS = re.compile(r"[^\W\d_]{3,}")
_INTERNATIONAL = re.compile(r"\s*(?:tel:|\(\s*)*(?:\+|00(?=[1-9 ()./-]))")
_NO_DIGITS = re.compile(r"\D+")
_IMPOSSIBLE = Unusable("impossible_phone", "no telephone number has this form")


@forgotten_with_guards
@lru_cache(_CACHED)
def standardise_phone(text: str, country: str | None) -> IdentifierValue | Unusable | None:
    """A telephone number in E.164, with its extension where it has one.

    A national number is only read with the country (ISO 3166-1 alpha-2) of the record or its source: "(415) 555-2671"
    would be a valid number in Germany too. Without a country its digits are kept as they are: they link customers that
    were given the same way, and claim nothing else. A number that is possible but not assigned links customers too.
    """
    kept = clean(text)
    if is_missing(kept):
        return None
    if current_guards().is_nobody("phone", _NO_DIGITS.sub("", kept)):
        return PLACEHOLDER
    international = _INTERNATIONAL.match(kept)
    if country is None and not international:
        return _national(text, kept)
    if international:
        kept = f"+{kept[international.end() :]}"
    usual = read_usual_number(kept, country)
    if usual is not None:
        return _usual(text.strip(), *usual)
    number = _parsed(kept, country)
    return number if isinstance(number, Unusable) else _in_e164(text, number)


def _usual(sent: str, code: str, national: str) -> IdentifierValue | Unusable:
    if current_guards().is_nobody("phone", national.lstrip("0") or "0"):
        return PLACEHOLDER
    written = f"+{code}{national}"
    return IdentifierValue("phone", sent, written, written)


def _in_e164(sent: str, number: PhoneNumber) -> IdentifierValue | Unusable:
    if current_guards().is_nobody("phone", str(number.national_number)):
        return PLACEHOLDER
    if phonenumbers.is_possible_number_with_reason(number) != ValidationResult.IS_POSSIBLE:
        return _IMPOSSIBLE
    e164 = phonenumbers.format_number(number, PhoneNumberFormat.E164)
    written = f"{e164};ext={number.extension}" if number.extension else e164
    return IdentifierValue("phone", sent.strip(), written, written)


def _national(sent: str, text: str) -> IdentifierValue | Unusable:
    extension = _EXTENSION.search(text)
    number = text[: extension.start()] if extension else text
    digits = _NO_DIGITS.sub("", number)
    if not _FEWEST_DIGITS <= len(digits) <= _MOST_DIGITS or digits.startswith("00") or _LETTERS.search(number):
        return _IMPOSSIBLE
    written = f"{digits};ext={extension[1]}" if extension else digits
    return IdentifierValue("phone", sent.strip(), written, written)


def _parsed(text: str, country: str | None) -> PhoneNumber | Unusable:
    if len(text) > _LONGEST:
        return _IMPOSSIBLE
    try:
        return phonenumbers.parse(text, country)
    except NumberParseException:
        return _IMPOSSIBLE
