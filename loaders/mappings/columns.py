"""The columns that a mapping reads."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import fields, is_dataclass

from graph.errors import MappingError
from loaders.mappings.model import Condition, InputMapping, SourceMapping, Value
from loaders.mappings.paths import first_column

_SHOWN = 60


def used_columns(mapping: InputMapping) -> frozenset[str]:
    """The columns that are read for something or never read: none of them is left over."""
    read = {column for part in _reading_parts(mapping) for column in _columns_of(part)}
    return frozenset(read | set(map(first_column, read))) | mapping.ignore


def check_columns(source: SourceMapping, mapping: InputMapping, delivery: str, columns: Collection[str]) -> None:
    """Raises MappingError where a value reads no column that the delivery has.

    Of alternatives one is enough: files of one source differ.
    """
    for alternatives in _alternatives(mapping):
        wanted = [column for part in alternatives for column in _columns_of(part)]
        constant = any(isinstance(part, Value) and part.constant is not None for part in alternatives)
        if wanted and not constant and not any(_has(columns, column) for column in wanted):
            known = ", ".join(sorted(columns)[:_SHOWN])
            problem = f"{delivery} has no such column."
            raise MappingError(str(source.file), alternatives[0].line, wanted[0], problem, f"It has: {known}.")


def _has(columns: Collection[str], column: str) -> bool:
    return column in columns or first_column(column) in columns


def _columns_of(part: Value | Condition) -> tuple[str, ...]:
    return part.columns if isinstance(part, Value) else (part.column,)


def _reading_parts(part: object) -> Iterator[Value | Condition]:
    for alternatives in _alternatives(part):
        yield from alternatives


def _alternatives(part: object) -> Iterator[tuple[Value | Condition, ...]]:
    """All that a part of a mapping reads; what replaces each other together."""
    if isinstance(part, Condition):
        yield (part,)
    elif isinstance(part, tuple) and part and isinstance(part[0], Value):
        yield part
    elif is_dataclass(part):
        for each in fields(part):
            yield from _alternatives(getattr(part, each.name))
    elif isinstance(part, tuple | Mapping):
        for each in part.values() if isinstance(part, Mapping) else part:
            yield from _alternatives(each)
