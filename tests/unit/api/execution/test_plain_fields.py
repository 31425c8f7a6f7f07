import logging
from datetime import datetime
from typing import Any

import strawberry
from hypothesis import given, settings
from hypothesis import strategies as st
from strawberry.extensions import SchemaExtension
from strawberry.scalars import JSON
from strawberry.schema.config import StrawberryConfig
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from api.contract.scalars import SCALARS
from api.execution.plain_fields import FastExecution
from tests.factories import NOON


@strawberry.interface
class Thing:
    id: strawberry.ID


@strawberry.type
class Point:
    x: float


@strawberry.type
class Parcel(Thing):
    """Holds every way in which a plain field can go wrong: missing where it must not be, too large, of another type."""

    count: int | None
    text: str | None
    required: str
    labels: list[str]
    sizes: "list[int | None] | None"
    parts: list[Point]
    at: datetime
    data: JSON | None

    @strawberry.field
    def said(self, times: int = 1) -> str:
        return "said" * times

    @strawberry.field
    async def awaited(self) -> int:
        return 1

    @strawberry.field
    def inner(self) -> "Parcel | None":
        return parcel(self.id + "x") if len(self.id) < 4 else None

    @strawberry.field
    async def several(self) -> "list[Parcel] | None":
        return [parcel(f"s{n}") for n in range(3)]

    @strawberry.field
    def failing(self) -> str | None:
        raise ValueError("failed")

    @strawberry.field
    def either(self) -> "Parcel | Point":
        return Point(x=1.5) if len(self.id) % 2 else parcel("u")


def parcel(name: str) -> Parcel:
    chosen = sum(map(ord, name))
    values: dict[str, Any] = {
        "count": [1, None, 2**40, "many"][chosen % 4],
        "text": ["a", None, 3][chosen % 3],
        "required": [None, "b", "c", "d", "e"][chosen % 5],
        "labels": [("a", "b"), [], ("a", None), "text", None][chosen % 5],
        "sizes": [[1, 2], (1, None), None, [2**40], (1, "many")][chosen % 5],
        "parts": [(), [Point(x=1.5)], [None]][chosen % 3],
        "at": [NOON, None, NOON, "noon"][chosen % 4],
        "data": [{"a": [1]}, None, [], "text"][chosen % 4],
    }
    return Parcel(id=strawberry.ID(name), **values)


@strawberry.type
class Query:
    @strawberry.field
    def parcels(self) -> list[Parcel | None]:
        return [parcel(f"b{n}") for n in range(6)]

    @strawberry.field
    def thing(self) -> Thing:
        return parcel("z1")

    @strawberry.field
    async def one(self) -> Parcel | None:
        return parcel("q3")


def schema_with(execution: type[StrawberryGraphQLCoreExecutionContext]) -> strawberry.Schema:
    config = StrawberryConfig(scalar_map=SCALARS)
    return strawberry.Schema(Query, types=[Parcel], config=config, execution_context_class=execution)


STOCK, FAST = schema_with(StrawberryGraphQLCoreExecutionContext), schema_with(FastExecution)

PLAIN = (
    "id", "count", "text", "required", "labels", "sizes", "parts { x }", "at", "data", "said", "awaited", "failing",
    "__typename", "k: text", "t: said(times: 2)",
)  # fmt: skip
NESTED = (
    "inner {{ {} }}",
    "several {{ {} }}",
    "either {{ __typename ... on Parcel {{ {} }} ... on Point {{ x }} }}",
    "... @include(if: true) {{ {} }}",
    "... @include(if: false) {{ {} }}",
    "... @skip(if: $on) {{ {} }}",
)


@st.composite
def selections(draw: st.DrawFn, depth: int = 2) -> str:
    plain = draw(st.lists(st.sampled_from(PLAIN), min_size=1, max_size=6, unique=True))
    nested = draw(st.lists(st.sampled_from(NESTED), max_size=3, unique=True)) if depth else []
    return " ".join([*plain, *(form.format(draw(selections(depth - 1))) for form in nested)])


@st.composite
def documents(draw: st.DrawFn) -> str:
    parcels, thing, one = draw(selections()), draw(selections(depth=1)), draw(selections())
    on = draw(st.sampled_from(["true", "false"]))
    return (
        f"query ($on: Boolean! = {on}) "
        f"{{ parcels {{ {parcels} }} thing {{ id ... on Parcel {{ {thing} }} }} one {{ {one} }} }}"
    )


async def outcome(schema: strawberry.Schema, document: str) -> tuple[Any, list[Any]]:
    result = await schema.execute(document)
    return result.data, sorted((error.message, str(error.path)) for error in result.errors or ())


@settings(max_examples=150)
@given(documents())
async def test_fast_execution_answers_like_graphql_core(document: str) -> None:
    logging.getLogger("strawberry.execution").disabled = True

    assert await outcome(FAST, document) == await outcome(STOCK, document)


async def test_an_extension_that_looks_at_every_field_still_sees_every_field() -> None:
    seen: list[str] = []

    class Watching(SchemaExtension):
        def resolve(self, _next: Any, root: Any, info: Any, *args: Any, **kwargs: Any) -> Any:
            seen.append(info.field_name)
            return _next(root, info, *args, **kwargs)

    schema = strawberry.Schema(Query, types=[Parcel], execution_context_class=FastExecution, extensions=[Watching])
    await schema.execute("{ one { id text } }")

    assert {"id", "text"} <= set(seen)
