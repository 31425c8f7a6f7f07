"""Checks of a mapping file against the published JSON Schema, with errors that say where and what is valid."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from typing import Any, cast

import orjson
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from graph.errors import MappingError
from loaders.mappings.documents import Document, Position

_TYPES = {
    "string": "a text",
    "object": "an object",
    "array": "a list",
    "number": "a number",
    "integer": "a whole number",
    "boolean": "true or false",
}


@cache
def mapping_schema() -> Mapping[str, Any]:
    """The published JSON Schema of mapping files."""
    return orjson.loads(files(__package__ or "").joinpath("mapping.schema.json").read_bytes())


def check_schema(document: Document) -> None:
    """Raises MappingError for the first place, in the order of the file, that is not as the schema says."""
    errors = map(_violation, Draft202012Validator(mapping_schema()).iter_errors(document.data))
    first = min(errors, key=lambda found: (document.line(found.position), found.position), default=None)
    if first is not None:
        raise _EXPLANATIONS.get(first.rule, _explain_other)(document, first)


@dataclass(frozen=True, slots=True)
class _Violation:
    """Which ``rule`` of the schema was broken where; ``wanted``: what the rule says; ``part``: the schema around it."""

    position: Position
    rule: str
    wanted: Any
    found: Any
    part: Mapping[str, Any]


def _violation(error: ValidationError) -> _Violation:
    part = cast("Mapping[str, Any]", error.schema if isinstance(error.schema, Mapping) else {})
    return _Violation(tuple(error.absolute_path), str(error.validator), error.validator_value, error.instance, part)


def _explain_unknown_key(document: Document, broken: _Violation) -> MappingError:
    valid = sorted(broken.part.get("properties", {}))
    key = next(key for key in broken.found if key not in valid)
    meant = get_close_matches(key, valid, 1)
    advice = (f"Did you mean {meant[0]!r}? " if meant else "") + f"Valid: {', '.join(valid)}."
    return document.error((*broken.position, key), "unknown key.", advice)


def _explain_missing_key(document: Document, broken: _Violation) -> MappingError:
    missing = next(key for key in broken.wanted if key not in broken.found)
    return document.error(broken.position, f"{missing!r} is missing.", f"Add {missing!r}.")


def _explain_choice(document: Document, broken: _Violation) -> MappingError:
    valid = [str(value) for value in broken.wanted]
    meant = get_close_matches(str(broken.found), valid, 1)
    advice = (f"Did you mean {meant[0]!r}? " if meant else "") + f"Valid: {', '.join(valid)}."
    return document.error(broken.position, f"unknown value {broken.found!r}.", advice)


def _explain_type(document: Document, broken: _Violation) -> MappingError:
    wanted = broken.wanted if isinstance(broken.wanted, list) else [broken.wanted]
    valid = " or ".join(_TYPES[name] for name in wanted)
    return document.error(broken.position, "a value of the wrong type.", f"It must be {valid}.")


def _explain_other(document: Document, broken: _Violation) -> MappingError:
    problem = f"{broken.rule} must be {broken.wanted}."
    return document.error(broken.position, problem, str(broken.part.get("description", "")))


_EXPLANATIONS: Mapping[str, Callable[[Document, _Violation], MappingError]] = {
    "additionalProperties": _explain_unknown_key,
    "required": _explain_missing_key,
    "enum": _explain_choice,
    "type": _explain_type,
}
