"""Values that lie in lists of objects: ``external_ids[type=email].id`` is the id of each one whose type is email.

``name[]`` stands for all parts of a list. Text in brackets that is neither is part of a column's name.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeAlias

from loaders.sources.rows import Row

ReadAll: TypeAlias = Callable[[Row], list[Any]]

_CHOICE = re.compile(r"\[(?:([^\[\]=]+)=([^\[\]]*))?\]")
_PART = re.compile(r"\.?((?:[^.\[]|\[(?!\]|[^\[\]=]+=[^\[\]]*\]))+)|" + _CHOICE.pattern)


def leads_into_lists(path: str) -> bool:
    """Whether a path chooses parts of lists."""
    return _CHOICE.search(path) is not None


def first_column(path: str) -> str:
    """The column with which a path begins."""
    column = path.partition(".")[0]
    choice = _CHOICE.search(column)
    return column if choice is None else column[: choice.start()]


def all_reader(path: str) -> ReadAll:
    """Reads all values at a path that leads into lists, in their order; a column that is called so comes first."""
    steps = [_step(part) for part in _PART.finditer(path)]

    def read_all(row: Row) -> list[Any]:
        if path in row:
            return [row[path]]
        found: list[Any] = [row]
        for step in steps:
            found = [value for part in found for value in step(part)]
        return found

    return read_all


def _step(part: re.Match[str]) -> Callable[[Any], Iterator[Any]]:
    name, key, wanted = part.groups()
    if name is not None:
        return lambda value: _named(value, name)
    return lambda value: _chosen(value, key, wanted)


def _named(value: Any, name: str) -> Iterator[Any]:  # noqa: ANN401 -- whatever the row holds
    if isinstance(value, Mapping) and name in value:
        yield value[name]


def _chosen(value: Any, key: str | None, wanted: str) -> Iterator[Any]:  # noqa: ANN401
    for part in value if isinstance(value, list) else ():
        if key is None or (isinstance(part, Mapping) and str(part.get(key)) == wanted):
            yield part
