import logging
from datetime import datetime
from enum import Enum
from typing import Annotated, Any

import strawberry
from hypothesis import given, settings
from hypothesis import strategies as st

from api.execution.direct_resolvers import DirectResolvers


@strawberry.enum
class Colour(Enum):
    RED = "red"
    BLUE = "blue"


@strawberry.input
class Size:
    width: int
    depth: float | None = 1.5


@strawberry.input
class Wanted:
    """Every kind of field that an input can have."""

    first_name: str
    size: Size | None
    colours: list[Colour] | None = None
    sizes: list[Size] = strawberry.field(default_factory=list)
    told: strawberry.Maybe[str]
    taken: strawberry.Maybe[int | None]
    at: datetime | None = None


@strawberry.type
class Thing:
    name: str

    @strawberry.field
    async def said(self, times: int = 2, mark: str | None = "!") -> str:
        return self.name * times + (mark or "")


def shout(thing: strawberry.Parent[Thing], info: strawberry.Info, mark: Annotated[str, strawberry.argument()]) -> str:
    if mark == "bad":
        raise ValueError(mark)
    return thing.name.upper() + mark + info.field_name


@strawberry.type
class Shouting(Thing):
    shouted: str = strawberry.field(resolver=shout)


@strawberry.type
class Query:
    @strawberry.field
    def seen(
        self,
        wanted: Wanted | None = None,
        colour: Colour = Colour.RED,
        many: list[int | None] | None = None,
        other: Annotated[int, strawberry.argument(name="source")] = 3,
    ) -> str:
        return repr((wanted, colour, many, other))

    @strawberry.field
    async def thing(self, name: str) -> Shouting:
        return Shouting(name=name)


STOCK, DIRECT = strawberry.Schema(Query), strawberry.Schema(Query)
DirectResolvers(DIRECT).set_in(DIRECT._schema)  # pyright: ignore[reportPrivateUsage]

SIZES = ["{width: 1}", "{width: 2, depth: null}", "{width: 3, depth: 2}"]
VALUES = {
    "size": [*SIZES, "null"],
    "colours": ["null", "[]", "[RED, BLUE]", "BLUE"],
    "sizes": ["[]", f"[{', '.join(SIZES)}]", SIZES[0]],
    "told": ['"a"', "null"],
    "taken": ["7", "null"],
    "at": ['"2026-03-01T12:00:00+00:00"', "null"],
}
ARGUMENTS = {"colour": ["RED", "BLUE"], "many": ["null", "[1, null]", "4"], "source": ["5"]}


@st.composite
def some(draw: st.DrawFn, values: dict[str, list[str]]) -> str:
    chosen = draw(st.lists(st.sampled_from(sorted(values)), unique=True))
    return ", ".join(f"{name}: {draw(st.sampled_from(values[name]))}" for name in chosen)


async def outcome(schema: strawberry.Schema, document: str) -> tuple[Any, list[Any]]:
    result = await schema.execute(document)
    return result.data, [(error.message, error.path) for error in result.errors or ()]


@settings(max_examples=100)
@given(some(VALUES), some(ARGUMENTS))
async def test_resolvers_get_the_arguments_that_strawberry_gives_them(fields: str, arguments: str) -> None:
    logging.getLogger("strawberry.execution").disabled = True
    document = f'{{ seen(wanted: {{firstName: "a", {fields}}}, {arguments}) alone: seen({arguments or "many: 1"}) }}'

    assert await outcome(DIRECT, document) == await outcome(STOCK, document)


async def test_resolvers_of_objects_get_the_object_and_their_place() -> None:
    logging.getLogger("strawberry.execution").disabled = True
    document = (
        '{ thing(name: "b") { said two: said(times: 1, mark: null) good: shouted(mark: "?") shouted(mark: "bad") } }'
    )

    data, errors = await outcome(DIRECT, document)
    assert (data, errors) == await outcome(STOCK, document)
    assert errors == [("bad", ["thing", "shouted"])]
    whole = await DIRECT.execute(document.replace('shouted(mark: "bad") ', ""))
    assert whole.data == {"thing": {"said": "bb!", "two": "b", "good": "B?shouted"}}
