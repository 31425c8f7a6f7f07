"""Values of rows, as mappings name them: compiled once, read for every row."""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from string import Formatter
from typing import Any, TypeAlias, TypeGuard

import orjson

from loaders.mappings.model import Condition, Conditions, Value, Values
from loaders.mappings.paths import all_reader, leads_into_lists
from loaders.sources.rows import Row
from loaders.standardise.placeholders import is_missing

ReadValue: TypeAlias = Callable[[Row], Any]
ReadText: TypeAlias = Callable[[Row], str | None]
"""Gives the text of a value, none where it is missing."""
ReadTexts: TypeAlias = Callable[[Row], Sequence[str]]
"""Gives all texts of a value."""

SPREAD = ".*"


def column_reader(path: str) -> ReadValue:
    """Reads a column; dots lead into nested objects, where no column is called like the whole.

    Of a path that leads into lists it gives the first value.
    """
    if leads_into_lists(path):
        read_all = all_reader(path)
        return lambda row: next((value for value in read_all(row) if value is not None), None)
    if "." not in path:
        return lambda row: row.get(path)
    first, *parts = path.split(".")

    def read_nested(row: Row) -> Any:  # noqa: ANN401 -- whatever the row holds
        if path in row:
            return row[path]
        value = row.get(first)
        for part in parts:
            if not _is_mapping(value):
                return None
            value = value.get(part)
        return value

    return read_nested


def _is_mapping(value: Any) -> TypeGuard[Mapping[str, Any]]:  # noqa: ANN401
    """Nearly every mapping is a dict, which is told in a tenth of the time."""
    return type(value) is dict or isinstance(value, Mapping)


def as_text(value: Any) -> str | None:  # noqa: ANN401
    """A value as text, none where there is none: ``true``, ``13085`` also for 13085.0, JSON for lists and objects."""
    if isinstance(value, str):
        kept = value.strip()
        return None if is_missing(kept) else kept
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else str(value) if math.isfinite(value) else None
    return str(value) if isinstance(value, int) else orjson.dumps(value, default=str).decode()


def is_structure(text: str) -> bool:
    """Whether a text is what ``as_text`` makes of a list or an object."""
    if text[0] not in "{[":
        return False
    try:
        orjson.loads(text)
    except orjson.JSONDecodeError:
        return False
    return True


def text_reader(values: Values, *, whole: bool = False) -> ReadText:
    """Reads the first of the alternatives that a row has. ``whole``: a template lacks nothing, as ids need it."""
    readers = [value_reader(value, whole=whole) for value in values]
    if len(readers) == 1:
        return readers[0]

    def read_first(row: Row) -> str | None:
        for read in readers:
            text = read(row)
            if text is not None:
                return text
        return None

    return read_first


def texts_reader(values: Values) -> ReadTexts:
    """Reads the first of the alternatives that a row has, with all its texts where it is a list."""
    readers = [_several_reader(value) for value in values]
    if len(readers) == 1:
        return readers[0]
    return lambda row: next((texts for read in readers if (texts := read(row))), ())


def _several_reader(value: Value) -> ReadTexts:
    if value.column is None:
        read_one = value_reader(value)
        return lambda row: () if (text := read_one(row)) is None else (text,)
    is_listed = leads_into_lists(value.column)
    read = all_reader(value.column) if is_listed else column_reader(value.column)
    meaning_of = _meaning(value)

    def read_texts(row: Row) -> Sequence[str]:
        found = read(row)
        parts = found if isinstance(found, list) else (found,)
        texts = (as_text(part) for part in parts)
        return [meaning_of(text) for text in texts if text is not None]

    return read_texts


def value_reader(value: Value, *, whole: bool = False) -> ReadText:
    """Reads one value."""
    read = _origin(value, whole=whole)
    if not value.values:
        return read
    meaning_of = _meaning(value)
    return lambda row: None if (text := read(row)) is None else meaning_of(text)


def _meaning(value: Value) -> Callable[[str], str]:
    """What a text of the source means here."""
    if not value.values:
        return str
    meanings = {**{text.casefold(): meaning for text, meaning in value.values.items()}, **value.values}
    return lambda text: meanings.get(text) or meanings.get(text.casefold(), text)


def _origin(value: Value, *, whole: bool) -> ReadText:
    if value.template is not None:
        return _template_reader(value.template, whole=whole)
    if value.column is None:
        return lambda _row: value.constant
    return _column_text_reader(value.column)


def _column_text_reader(path: str) -> ReadText:
    read = column_reader(path)
    if "." in path:
        return lambda row: as_text(read(row))

    def read_text(row: Row) -> str | None:
        value = row.get(path)
        if not isinstance(value, str):
            return as_text(value)
        kept = value.strip()
        return None if is_missing(kept) else kept

    return read_text


def _template_reader(template: str, *, whole: bool) -> ReadText:
    parts = [(text, column_reader(column) if column else None) for text, column, _, _ in Formatter().parse(template)]

    def read_template(row: Row) -> str | None:
        written: list[str] = []
        found = False
        for text, read in parts:
            value = as_text(read(row)) if read else ""
            if value is None and whole:
                return None
            found = found or bool(value)
            written += (text, value or "")
        return " ".join("".join(written).split()) if found else None

    return read_template


def condition_reader(conditions: Conditions) -> Callable[[Row], bool]:
    """Tells whether a row meets all conditions."""
    if not conditions:
        return lambda _row: True
    tests = [_test(condition) for condition in conditions]
    return lambda row: all(test(row) for test in tests)


def _test(condition: Condition) -> Callable[[Row], bool]:
    read = column_reader(condition.column)
    if condition.present is not None:
        return lambda row: (as_text(read(row)) is not None) == condition.present
    return lambda row: as_text(read(row)) in condition.values


def rest_reader(columns: tuple[str, ...] | None, used: frozenset[str]) -> Callable[[Row], dict[str, Any]]:
    """Reads what is kept as it is: the named columns, or all that nothing else reads."""
    if columns is None:
        return lambda row: _present({}, ((name, value) for name, value in row.items() if name not in used))
    readers = [
        (None if path.endswith(SPREAD) else path.rpartition(".")[2], column_reader(path.removesuffix(SPREAD)))
        for path in columns
    ]

    def read_named(row: Row) -> dict[str, Any]:
        kept: dict[str, Any] = {}
        for name, read in readers:
            value = read(row)
            if name is not None:
                _present(kept, ((name, value),))
            elif _is_mapping(value):
                _present(kept, value.items())
        return kept

    return read_named


def _present(kept: dict[str, Any], items: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """What is kept, with what is there of the items; the first of a name stays."""
    for name, value in items:
        if name in kept:
            continue
        if isinstance(value, str):
            text = value.strip()
            if not is_missing(text):
                kept[name] = text
        elif value is not None and value not in ({}, []):
            kept[name] = value
    return kept
