"""Values and conditions: the two expressions of the mapping language."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from loaders.mappings.documents import Document, Position
from loaders.mappings.model import Condition, Conditions, Value, Values, template_columns
from loaders.standardise.dates import EPOCH_FORMATS

_ORIGINS = ("column", "template", "constant")
_TESTS = ("equals", "in", "present")
_SOME_TIME = datetime(2001, 2, 3, 4, 5, 6, tzinfo=UTC)


def read_values(document: Document, data: Any, at: Position) -> Values:  # noqa: ANN401 -- any of three forms
    """The alternatives that an expression names. Raises MappingError."""
    if isinstance(data, str):
        return (Value(column=data, line=document.line(at)),)
    if isinstance(data, list):
        return tuple(v for number, part in enumerate(data) for v in read_values(document, part, (*at, number)))
    return (_read_value(document, data, at),)


def _read_value(document: Document, data: Mapping[str, Any], at: Position) -> Value:
    origins = [name for name in _ORIGINS if name in data]
    if len(origins) != 1:
        raise document.error(at, "it must say where the value is.", f"Give one of {', '.join(_ORIGINS)}.")
    constant = data.get("constant")
    return Value(
        column=data.get("column"),
        template=_template(document, data, at),
        constant=None if constant is None else as_text(constant),
        values={key: as_text(value) for key, value in data.get("values", {}).items()},
        formats=_formats(document, data, at),
        standardise=data.get("standardise"),
        decimal=data.get("decimal"),
        line=document.line(at),
    )


def _template(document: Document, data: Mapping[str, Any], at: Position) -> str | None:
    template = data.get("template")
    if template is None:
        return None
    try:
        columns = list(template_columns(template))
    except ValueError:
        columns = []
    if not columns:
        raise document.error((*at, "template"), "no column in braces.", 'Write it like "{street} {house_no}".')
    return template


def _formats(document: Document, data: Mapping[str, Any], at: Position) -> tuple[str, ...]:
    formats = data.get("format", ())
    several = (formats,) if isinstance(formats, str) else tuple(formats)
    for form in several:
        if form not in EPOCH_FORMATS and not _is_time_format(form):
            advice = "Use directives of strptime, such as %d.%m.%Y %H:%M, or epoch, or epoch_ms."
            raise document.error((*at, "format"), "not the format of a date or time.", advice)
    return several


def _is_time_format(form: str) -> bool:
    """Whether a moment that is written in it can be read back."""
    try:
        datetime.strptime(_SOME_TIME.strftime(form), form)  # noqa: DTZ007 -- only whether it can be read
    except ValueError:
        return False
    return "%" in form


def read_conditions(document: Document, data: Mapping[str, Any], at: Position) -> Conditions:
    """The conditions of an object's ``where``. Raises MappingError."""
    where = data.get("where", [])
    if isinstance(where, list):
        return tuple(_condition(document, part, (*at, "where", number)) for number, part in enumerate(where))
    return (_condition(document, where, (*at, "where")),)


def _condition(document: Document, data: Mapping[str, Any], at: Position) -> Condition:
    tests = [name for name in _TESTS if name in data]
    if len(tests) != 1:
        raise document.error(at, "it must say what the column has.", f"Give one of {', '.join(_TESTS)}.")
    if "present" in data:
        return Condition(data["column"], present=data["present"], line=document.line(at))
    wanted = data["in"] if "in" in data else [data["equals"]]
    return Condition(data["column"], frozenset(map(as_text, wanted)), line=document.line(at))


def as_text(value: str | float | bool) -> str:  # noqa: FBT001 -- a value of a mapping file, not a switch
    """A scalar of a mapping file as a row's values are written: ``true``, ``1``, ``2.5``."""
    return str(value).lower() if isinstance(value, bool) else str(value)
