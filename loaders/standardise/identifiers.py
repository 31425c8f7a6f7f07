"""Identifiers of every kind: raw as sent, normalised to contact, match key to link."""

import re
from collections.abc import Callable
from functools import lru_cache

from graph.guards import current_guards, forgotten_with_guards
from graph.kinds import HASHED_EMAIL
from graph.records import IdentifierValue
from loaders.standardise.emails import standardise_email
from loaders.standardise.hashes import standardise_hash
from loaders.standardise.phones import standardise_phone
from loaders.standardise.placeholders import is_missing
from loaders.standardise.texts import clean
from loaders.standardise.unusable import PLACEHOLDER, Unusable

_CACHED = 20_000
_SEPARATORS = re.compile(r"[\s./_-]+")
_SEVERAL = {"email": re.compile(r"[;,|]"), "phone": re.compile(r"[;|]")}
_EMPTY = Unusable("empty_identifier", "nothing is left but separators")
_TOO_LONG = Unusable("too_long", "longer than 200 characters")
_LONGEST = 200
ID_TOO_LONG = Unusable("too_long", "an id longer than 1,000 bytes")
LONGEST_ID_BYTES = 1_000


def standardise_identifiers(kind: str, text: str, country: str | None = None) -> list[IdentifierValue | Unusable]:
    """The identifiers in a field: none where it is empty, several where addresses or numbers are listed."""
    several = _SEVERAL.get(kind)
    if several is not None and several.search(text):
        found = [standardise_identifier(kind, part, country) for part in several.split(text)]
        return [value for value in found if value is not None]
    value = standardise_identifier(kind, text, country)
    return [] if value is None else [value]


def standardise_identifier(kind: str, text: str, country: str | None = None) -> IdentifierValue | Unusable | None:
    """One identifier of a kind in ``graph.kinds``."""
    if kind == "email":
        return standardise_email(text)
    if kind == "phone":
        return standardise_phone(text, country)
    return _number(kind, text)


@forgotten_with_guards
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
    if isinstance(key, Unusable):
        return key
    # A hash is no address, so there is one form of it besides the raw one.
    return IdentifierValue(kind, text.strip(), key if kind == HASHED_EMAIL else kept, key)


def _compact(text: str) -> str | Unusable:
    """Numbers are written with and without blanks and dashes, in capitals or not."""
    return _SEPARATORS.sub("", text).upper() or _EMPTY


def _handle(text: str) -> str | Unusable:
    return text.removeprefix("@").casefold() or _EMPTY


# An account name is compared as it is: systems tell `Anna` from `anna`.
_MATCH_KEYS: dict[str, Callable[[str], str | Unusable]] = {
    "user_id": str,
    "hashed_email": standardise_hash,
    "advertising_id": str.lower,
    "social_handle": _handle,
}


@lru_cache(_CACHED)
def standardise_id(text: str) -> str | Unusable | None:
    """The id of a record or message in its own source: as it is, where it is one at all; sources count from 0 too."""
    kept = clean(text)
    return None if is_missing(kept) else short_id(kept)


@forgotten_with_guards
@lru_cache(_CACHED)
def standardise_reference(text: str) -> str | Unusable | None:
    """The id of a device, a session or somebody in another system, none where it says that there is nobody."""
    kept = standardise_id(text)
    return None if isinstance(kept, str) and current_guards().is_nobody("other", kept.casefold()) else kept


def short_id(text: str) -> str | Unusable:
    """An id, unless it is too long to be the key of a node."""
    # Neo4j's indexes take no text of more than 8 kB: a single one makes them, and so the whole load, fail.
    return ID_TOO_LONG if len(text.encode()) > LONGEST_ID_BYTES else text
