"""Nesting: how deep objects and lists of JSON lie in each other.

orjson reads 1,024 levels and writes 254, and an answer has some of its own around a value.
"""

from collections.abc import Iterable
from typing import Any

MOST_LEVELS = 100


def is_too_deep(value: Any) -> bool:  # noqa: ANN401 -- whatever JSON holds
    """Whether more than ``MOST_LEVELS`` objects and lists lie in each other."""
    level = _containers([value])
    for _ in range(MOST_LEVELS):
        if not level:
            return False
        level = _containers(part for outer in level for part in (outer.values() if isinstance(outer, dict) else outer))
    return bool(level)


def _containers(values: Iterable[Any]) -> list[Any]:
    return [value for value in values if isinstance(value, dict | list)]
