from dataclasses import dataclass
from enum import StrEnum

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    is_specified_scalar_type,
)

from api.contract.exposure import Exposed, expose, expose_choice
from api.contract.schema import build_schema
from api.contract.schema_export import SCHEMA_FILE, schema_text

SCHEMA = build_schema(fast_execution=True).core
TYPES = [
    kind for name, kind in SCHEMA.type_map.items() if not name.startswith("__") and not is_specified_scalar_type(kind)
]


def described_parts(kind: GraphQLNamedType) -> dict[str, str | None]:
    parts = {kind.name: kind.description}
    if isinstance(kind, GraphQLEnumType):
        parts |= {f"{kind.name}.{name}": value.description for name, value in kind.values.items()}
    if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType):
        for name, field in kind.fields.items():
            parts[f"{kind.name}.{name}"] = field.description
            parts |= {f"{kind.name}.{name}({of}:)": argument.description for of, argument in field.args.items()}
    if isinstance(kind, GraphQLInputObjectType):
        parts |= {f"{kind.name}.{name}": field.description for name, field in kind.fields.items()}
    return parts


@pytest.mark.parametrize("kind", TYPES, ids=lambda kind: kind.name)
def test_everything_is_described(kind: GraphQLNamedType) -> None:
    bare = [part for part, words in described_parts(kind).items() if not words or not words.endswith((".", ")."))]

    assert bare == []


def test_the_committed_schema_is_the_served_one() -> None:
    assert SCHEMA_FILE.read_text(encoding="utf-8") == schema_text(), "Run `python -m api.contract.schema_export`."


def test_what_can_be_changed_through_the_schema_is_known() -> None:
    assert SCHEMA.mutation_type is not None
    assert sorted(SCHEMA.mutation_type.fields) == [
        "confirmLink",
        "eraseCustomers",
        "linkCustomers",
        "rejectLink",
        "resolveCustomers",
        "splitCluster",
        "unlinkCustomers",
        "withdrawDecision",
    ]
    assert SCHEMA.subscription_type is not None
    assert list(SCHEMA.subscription_type.fields) == ["profileChanges"]


def test_a_model_is_not_exposed_without_a_description_of_each_field() -> None:
    @dataclass(frozen=True)
    class Parcel:
        """A parcel."""

        weight: float

    with pytest.raises(TypeError, match="weight"):
        expose(Parcel, Exposed({}))
    with pytest.raises(TypeError, match="colour"):
        expose(Parcel, Exposed({"weight": "Kilograms.", "colour": "Brown."}))


def test_a_choice_is_not_exposed_without_a_description_of_each_value() -> None:
    class Size(StrEnum):
        """Sizes."""

        SMALL = "small"

    with pytest.raises(TypeError, match="Size"):
        expose_choice(Size, {})


def test_an_exposed_model_stays_what_it_was() -> None:
    from graph.identities import UnknownIdentity

    nobody = UnknownIdentity("Nobody.")
    assert nobody == UnknownIdentity("Nobody.")
    assert hash(nobody) == hash(UnknownIdentity("Nobody."))
    with pytest.raises(AttributeError):
        nobody.reason = "changed"  # pyright: ignore[reportAttributeAccessIssue]
