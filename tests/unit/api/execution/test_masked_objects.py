# The executor masks whatever it completes, so it is tried on resolvers that forget to ask who is looking.
import logging
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Annotated, Any

import pytest
import strawberry
from strawberry.types import ExecutionResult

from api.access.field_rules import FieldClass, by_kind, only_with, plain
from api.access.masking import classify
from api.access.viewer import EVERY_SCOPE, Scope, Viewer, ViewerKind
from api.contract.exposure import Exposed, expose
from api.execution.masked_objects import MaskingExecution
from api.execution.plain_fields import FastExecution


@dataclass(frozen=True, slots=True)
class Address:
    """Where somebody is reached."""

    kind: str
    value: str


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened."""

    name: str


classify(Address, {"kind": plain, "value": by_kind})
classify(Event, {"name": only_with(FieldClass.EVENTS, "events:read", plain)})
expose(Address, Exposed({"kind": "Kind.", "value": "Value."}))
expose(Event, Exposed({"name": "Name."}))
ANNA = Address("email", "anna@example.org")


@strawberry.type
class Query:
    @strawberry.field
    def address(self) -> Address:
        return ANNA

    @strawberry.field
    async def addresses(self) -> list[Address | None]:
        return [ANNA, None, ANNA]

    @strawberry.field
    def either(self) -> Annotated[Address | Event, strawberry.union("Either")]:
        return ANNA

    @strawberry.field
    def events(self) -> list[Event | None]:
        return [Event("Call Started")]


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def changes(self) -> AsyncGenerator[Address]:
        yield ANNA


@dataclass
class Context:
    viewer: Viewer


SCHEMAS = [
    strawberry.Schema(Query, subscription=Subscription, execution_context_class=execution)
    for execution in (MaskingExecution, FastExecution)
]
EVERYTHING = "{ address { value masked } addresses { value masked } either { ... on Address { kind value masked } } }"


def viewer(*missing: Scope) -> Context:
    return Context(Viewer("tests", ViewerKind.KEY, EVERY_SCOPE - set(missing)))


@pytest.mark.parametrize("schema", SCHEMAS)
@pytest.mark.parametrize(
    ("context", "value", "masked"),
    [
        (viewer(), "anna@example.org", False),
        (viewer(Scope.PII_DEMOGRAPHIC), "anna@example.org", False),
        (viewer(Scope.PII_CONTACT), "a***@example.org", True),
        (None, "a***@example.org", True),
    ],
)
async def test_every_object_is_masked_wherever_it_comes_from(
    schema: strawberry.Schema,
    context: Context | None,
    value: str,
    masked: bool,  # noqa: FBT001
) -> None:
    result = await schema.execute(EVERYTHING, context_value=context)

    shown = {"value": value, "masked": masked}
    assert result.data == {"address": shown, "addresses": [shown, None, shown], "either": {"kind": "email", **shown}}


@pytest.mark.parametrize("schema", SCHEMAS)
async def test_what_is_pushed_is_masked_as_well(schema: strawberry.Schema) -> None:
    told: Any = await schema.subscribe(
        "subscription { changes { value masked } }", context_value=viewer(Scope.PII_CONTACT)
    )
    pushed = [result.data async for result in told]

    assert pushed == [{"changes": {"value": "a***@example.org", "masked": True}}]


@pytest.mark.parametrize("schema", SCHEMAS)
async def test_an_object_that_nobody_left_out_is_not_shown(schema: strawberry.Schema) -> None:
    logging.getLogger("strawberry.execution").disabled = True
    result = await schema.execute("{ events { name } }", context_value=viewer(Scope.EVENTS_READ))

    assert isinstance(result, ExecutionResult)
    assert result.data == {"events": [None]}
    assert result.errors is not None
    assert "events:read" in result.errors[0].message


def test_a_masked_copy_leaves_the_model_as_it_was() -> None:
    assert ANNA.value == "anna@example.org"
