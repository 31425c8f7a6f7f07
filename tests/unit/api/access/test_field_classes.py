# A field that can hold text has to be thought about: this walks the whole schema and finds those that were not.
from dataclasses import fields
from typing import Any

import pytest
from graphql import GraphQLObjectType, get_named_type
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.types.base import StrawberryObjectDefinition
from strawberry.utils.str_converters import to_camel_case

from api.access.field_classes import FIELD_CLASSES, QUIET
from api.access.field_rules import customer_of_profile, explained, key, plain, with_its_field
from api.access.masking import is_marked
from api.audit.seen import CLASSES, CLASSES_OF_VALUE
from api.contract.schema import build_schema

SCHEMA = build_schema(fast_execution=True).core
# Scalars that can hold whatever somebody wrote; times, numbers and enum values cannot.
TELLING = {"String", "ID", "JSON"}


def declared(kind: GraphQLObjectType) -> StrawberryObjectDefinition:
    return kind.extensions[GraphQLCoreConverter.DEFINITION_BACKREF]


ROOTS = {SCHEMA.query_type, SCHEMA.mutation_type, SCHEMA.subscription_type}
OBJECTS = [
    kind
    for name, kind in sorted(SCHEMA.type_map.items())
    if isinstance(kind, GraphQLObjectType) and kind not in ROOTS and not name.startswith("__")
]


def telling_fields(kind: GraphQLObjectType) -> set[str]:
    """Python names of the fields whose value is text or JSON."""
    leaves = {field: get_named_type(kind.fields[field].type).name for field in kind.fields}
    names = {
        field.graphql_name or to_camel_case(field.python_name): field.python_name for field in declared(kind).fields
    }
    return {names[field] for field, leaf in leaves.items() if leaf in TELLING}


@pytest.mark.parametrize("kind", OBJECTS, ids=lambda kind: kind.name)
def test_every_field_that_holds_text_has_a_class(kind: GraphQLObjectType) -> None:
    # An edge is of one class for all lists.
    definition = declared(kind).concrete_of or declared(kind)
    classified = set(FIELD_CLASSES.get(definition.origin, {}))

    assert telling_fields(kind) <= classified, "Say what these fields may tell: see api/access/field_classes.py."


@pytest.mark.parametrize("kind", OBJECTS, ids=lambda kind: kind.name)
def test_what_can_be_masked_says_whether_it_is(kind: GraphQLObjectType) -> None:
    assert "masked" in kind.fields or not is_marked(declared(kind).origin)


@pytest.mark.parametrize("model", FIELD_CLASSES, ids=lambda model: model.__name__)
def test_the_table_names_fields_that_are_there(model: Any) -> None:
    assert set(FIELD_CLASSES[model]) <= {field.name for field in fields(model)}


def test_what_is_masked_is_counted_in_the_audit_log() -> None:
    # Keys of ours tell what a source made of them, ids and sentences nothing; what lost is told with what won.
    quiet = {*QUIET, plain, key, explained, with_its_field, customer_of_profile}
    rules = {rule for known in FIELD_CLASSES.values() for rule in known.values() if rule.__name__ != "checked"}

    assert rules - quiet == CLASSES.keys() | CLASSES_OF_VALUE.keys()
