"""Ids in messages: of users, devices and the messages themselves."""

from collections.abc import Mapping
from hashlib import blake2b
from typing import Any
from uuid import uuid4

import orjson

from api.tracking.reading.fields import text_of
from api.tracking.reading.refusing import RefusedError
from loaders.standardise.identifiers import LONGEST_ID_BYTES, standardise_id, standardise_reference
from loaders.standardise.unusable import Unusable

LONGEST_ID = 200


def id_of(fields: Mapping[str, Any], *names: str) -> str | None:
    """The first of some fields that has an id; none where it says that there is nobody. Raises RefusedError."""
    text = text_of(fields, *names)
    if text is None:
        return None
    _check_length(text, names[0])
    return usable_id(standardise_reference(text), names[0])


def given_id(fields: Mapping[str, Any], *names: str) -> str | None:
    """The client's own id of a message. Raises RefusedError."""
    given = text_of(fields, *names)
    kept = usable_id(standardise_id(given), names[0]) if given else None
    if kept is not None:
        _check_length(kept, names[0])
    return kept


def made_id(raw: Mapping[str, Any], *, is_timed: bool) -> str:
    """The id of a message that has none: one that a repetition would have as well, if the message tells its time."""
    return f"content-{blake2b(orjson.dumps(raw), digest_size=16).hexdigest()}" if is_timed else uuid4().hex


def usable_id(found: str | Unusable | None, name: str) -> str | None:
    """An id, if there is one. Raises RefusedError for one that is too long to be kept."""
    if isinstance(found, Unusable):
        raise RefusedError("id_too_long", f"{name} has at most {LONGEST_ID_BYTES:,} bytes")
    return found


def _check_length(text: str, name: str) -> None:
    if len(text) > LONGEST_ID:
        raise RefusedError("id_too_long", f"{name} has at most {LONGEST_ID} characters")
