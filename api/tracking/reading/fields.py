"""Fields of messages: clients write them in camelCase or snake_case, and null, "" and missing are the same."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, TypeAlias

from loaders.records.values import as_text
from loaders.standardise.dates import standardise_time

Fields: TypeAlias = Mapping[str, Any]

_NESTED = (dict, list)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# Numbers above are milliseconds since 1970: as seconds they were after the year 5000.
_MOST_SECONDS = 100_000_000_000
# A number as a text, as in the address of a pixel; one of fewer digits is a date. ISO 8601 would read some as of 1712.
_NUMBER = re.compile(r"\d{9,}(\.\d+)?")


def text_of(fields: Fields, *names: str) -> str | None:
    """The first of some fields that has a text; a number is its text."""
    for name in names:
        value = fields.get(name)
        if value is not None and not isinstance(value, _NESTED):
            text = as_text(value)
            if text is not None:
                return text
    return None


def fields_of(fields: Fields, *names: str) -> dict[str, Any]:
    """The first of some fields that is an object; an empty one where none is."""
    for name in names:
        value = fields.get(name)
        if isinstance(value, dict) and value:
            return value
    return {}


def present(fields: Fields) -> dict[str, Any]:
    """The fields that say something."""
    return {name: value for name, value in fields.items() if value is not None and value != ""}


def moment_of(fields: Fields, *names: str) -> datetime | None:
    """The first of some fields that is a moment: ISO 8601, or seconds or milliseconds since 1970."""
    for name in names:
        value = fields.get(name)
        if value is not None and (found := read_moment(value)) is not None:
            return found
    return None


def read_moment(value: object) -> datetime | None:
    """A moment, none where it is none."""
    if isinstance(value, str):
        if _NUMBER.fullmatch(value):
            return _counted(float(value))
        found = standardise_time(value)
        return found if isinstance(found, datetime) else None
    return None if isinstance(value, bool) or not isinstance(value, int | float) else _counted(value)


def _counted(since_1970: float) -> datetime | None:
    seconds = since_1970 / 1000 if since_1970 > _MOST_SECONDS else since_1970
    try:
        return _EPOCH + timedelta(seconds=seconds)
    except (OverflowError, ValueError):
        return None
