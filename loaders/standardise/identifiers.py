"""Identifiers of every kind: raw as sent, normalised to contact, match key to link."""

import re
from collections.abc import Callable
from functools import lru_cache

from graph.guards import current_guards
from graph.records import IdentifierValue
from loaders.standardise.emails import standardise_email
from loaders.standardise.phones import standardise_phone
from loaders.standardise.placeholders import is_missing
from loaders.standardise.texts import clean
from loaders.standardise.unusable import PLACEHOLDER, Unusable

_CACHED = 200_000
_SEPARATORS = re.compile(r"[\s./_-]+")
_HASH = re.compile(r"[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64}|[0-9a-f]{128}")
_SEVERAL = {"email": re.compile(r"[;,|]"), "phone": re.compile(r"[;|]")}
_NO_HASH = Unusable("invalid_hash", "neither MD5, SHA-1, SHA-256 nor SHA-512 in hexadecimal")
_EMPTY = Unusable("empty_identifier", "nothing is left but separators")
_TOO_LONG = Unusable("too_long", "longer than 200 characters")
_LONGEST = 200


def standardise_identifiers(kind: str, text: str, country: str | None = None) -> list[IdentifierValue | Unusable]:
    """The identifiers in a field: none where it is empty, several where addresses or numbers are listed."""
    several = _SEVERAL.get(kind)
    parts = several.split(text) if several else (text,)
    found = (standardise_identifier(kind, part, country) for part in parts)
    return [value for value in found if value is not None]


def standardise_identifier(kind: str, text: str, country: str | None = None) -> IdentifierValue | Unusable | None:
    """One identifier of a kind in ``graph.kinds``."""
    if kind == "email":
        return standardise_email(text)
    if kind == "phone":
        return standardise_phone(text, country)
    return _number(kind, text)


@lru_cache(_CACHED)
def _number(kind: str, text: str) -> IdentifierValue | Unusable | None:
    kept = clean(text)
    if is_missing(kept):
        return None
    if current_guards().is_nobody("other", kept.casefold()):
        return PLACEHOLDER
    if len(kept) > _LONGEST:
        return _TOO_LONG
    key = _MATCH_KEYS.get(kind, _compact)(kept)
    return key if isinstance(key, Unusable) else IdentifierValue(kind, text.strip(), kept, key)


def _compact(text: str) -> str | Unusable:
    """Numbers are written with and without blanks and dashes, in capitals or not."""
    return _SEPARATORS.sub("", text).upper() or _EMPTY


def _hash(text: str) -> str | Unusable:
    return text.lower() if _HASH.fullmatch(text.lower()) else _NO_HASH


def _handle(text: str) -> str | Unusable:
    return text.removeprefix("@").casefold() or _EMPTY


# An account name is compared as it is: systems tell `Anna` from `anna`.
_MATCH_KEYS: dict[str, Callable[[str], str | Unusable]] = {
    "user_id": str,
    "hashed_email": _hash,
    "advertising_id": str.lower,
    "social_handle": _handle,
}


@lru_cache(_CACHED)
def standardise_id(text: str) -> str | None:
    """The id of a record or message in its own source: as it is, where it is one at all; sources count from 0 too."""
    kept = clean(text)
    return None if is_missing(kept) else kept


@lru_cache(_CACHED)
def standardise_reference(text: str) -> str | None:
    """The id of a device, a session or somebody in another system, none where it says that there is nobody."""
    kept = standardise_id(text)
    return None if kept is None or current_guards().is_nobody("other", kept.casefold()) else kept
