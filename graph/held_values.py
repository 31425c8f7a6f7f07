"""Values that guards count in a profile, as the customer holds them: kind, value, and the days on which it was seen."""

from typing import Any

_SEPARATOR = "|"
_DAY = 86_400_000

Days = tuple[int, int]
"""First and last day, counted from 1970."""


def held_value(key: str, first_seen_at: int | None, last_seen_at: int | None) -> str:
    """As text, from an identifier's key and epoch milliseconds; without times it was seen on the first day of all."""
    kind, value = key.split(":", 1)
    last = last_seen_at or first_seen_at or 0
    first = first_seen_at or last
    return _SEPARATOR.join((kind, str(first // _DAY), str(last // _DAY), value))


def read_held_value(text: str) -> tuple[str, str, Days]:
    """Kind, value and days from the text."""
    kind, first, last, value = text.split(_SEPARATOR, 3)
    return kind, value, (int(first), int(last))


def held_kind(text: str) -> str:
    """Kind from the text, without reading the rest."""
    return text.partition(_SEPARATOR)[0]


def held_values(found: list[list[Any]]) -> list[str]:
    """The same for rows of key, first and last time."""
    return sorted(held_value(*one) for one in found)
