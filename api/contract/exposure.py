"""Exposure: read models become GraphQL types where they are declared, not by being written again.

A read model stays the plain dataclass that it is; what is added is the description of each field, scalars where Python
has no type for them (ids, JSON), and the fields that need a resolver. Nothing can be exposed without a description.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from enum import Enum
from inspect import getdoc
from types import NoneType
from typing import Any, Literal, TypeVar, get_args, get_origin

import strawberry
from strawberry.annotation import StrawberryAnnotation
from strawberry.scalars import JSON
from strawberry.types.base import StrawberryObjectDefinition
from strawberry.types.field import StrawberryField

from api.access.masking import classify_ids, is_marked

MARK = "masked"

Model = TypeVar("Model", bound=type)
Choice = TypeVar("Choice", bound=type[Enum])


@dataclass(frozen=True, slots=True)
class Exposed:
    """What a client reads about a type beside its docstring.

    ``fields``: field -> description, for every field. ``words``: in place of the docstring's first sentence. ``ids``:
    fields that are opaque ids. ``resolved``: fields with a resolver; one with the name of a model's field stands in its
    place.
    """

    fields: Mapping[str, str]
    words: str | None = None
    ids: tuple[str, ...] = ()
    resolved: tuple[StrawberryField, ...] = ()


def expose(model: Model, exposed: Exposed) -> Model:
    """Register a dataclass as a GraphQL type in place.

    Raises TypeError where a field has no description, or a description no field.
    """
    described, declared = set(exposed.fields), {field.name for field in fields(model)}
    if described != declared:
        raise TypeError(f"{model.__name__}: described and declared differ in {sorted(described ^ declared)}.")
    strawberry.type(model, description=exposed.words or words_of(model))
    definition: StrawberryObjectDefinition = model.__strawberry_definition__
    classify_ids(model, exposed.ids)
    if is_marked(model) and MARK not in declared:
        definition.fields.append(_mark(model))
    for field in definition.fields:
        if field.python_name in exposed.fields:
            _describe(field, exposed)
    replaced = {field.python_name for field in exposed.resolved}
    definition.fields = [field for field in definition.fields if field.python_name not in replaced]
    definition.fields += _resolved(model, exposed.resolved)
    return model


def expose_choice(choice: Choice, values: Mapping[Any, str], name: str | None = None) -> Choice:
    """Register an enum in place, under another name if one is given.

    Raises TypeError where a value has no description.
    """
    if set(values) != set(choice):
        raise TypeError(f"{choice.__name__}: every value needs a description.")
    strawberry.enum(choice, name=name, description=words_of(choice))
    definition: Any = choice.__dict__["__strawberry_definition__"]
    for value in definition.values:
        value.description = values[choice[value.name]]
    return choice


def words_of(model: type) -> str:
    """The first sentence of a docstring; what follows there is about fields, which have their own descriptions."""
    sentence = re.split(r"(?<=\.)\s", getdoc(model) or "", maxsplit=1)[0]
    return " ".join(sentence.replace("``", "`").split())


def _mark(model: type) -> StrawberryField:
    """The field ``masked``: false in every model, true in its masked copies."""
    setattr(model, MARK, False)
    mark = StrawberryField(
        python_name=MARK,
        graphql_name=MARK,
        type_annotation=StrawberryAnnotation(bool),
        origin=model,
        description="Something of it is masked or left out, because the viewer may not see it. See `viewer`.",
    )
    mark.default_resolver = getattr
    return mark


def _describe(field: StrawberryField, exposed: Exposed) -> None:
    field.description = exposed.fields[field.python_name]
    annotation = field.type_annotation.raw_annotation if field.type_annotation else None
    if field.python_name in exposed.ids:
        field.type_annotation = StrawberryAnnotation(_opaque(annotation))
    elif annotation is Any or get_origin(annotation) is dict:
        field.type_annotation = StrawberryAnnotation(JSON)
    elif get_origin(annotation) is Literal:
        field.type_annotation = StrawberryAnnotation(str)


def _opaque(annotation: Any) -> Any:  # noqa: ANN401 -- whatever is declared
    """An id, none or an id, or a list of them."""
    if annotation is str:
        return strawberry.ID
    first, *others = get_args(annotation)
    return _opaque(first) | None if NoneType in others else list[_opaque(first)]


def _resolved(model: type, resolved: Iterable[StrawberryField]) -> list[StrawberryField]:
    found = list(resolved)
    for field in found:
        field.origin = model
        field.name = field.python_name
    return found
