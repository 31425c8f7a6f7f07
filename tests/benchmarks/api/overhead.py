"""Overhead: what the execution of one field costs that is an attribute of an object which is there already."""

import asyncio
import time
from dataclasses import dataclass, replace

import orjson
import strawberry
from strawberry.extensions import ParserCache, ValidationCache
from strawberry.schema.config import StrawberryConfig

from api.access.viewer import EVERY_SCOPE, Viewer, ViewerKind
from api.contract.scalars import SCALARS
from api.contract.schema import CdpSchema
from api.contract.types import JourneyInteraction
from api.execution.plain_fields import FastExecution
from tests.benchmarks.measures import best_in_turns
from tests.benchmarks.sections import Options, Rows
from tests.factories import NOON

OBJECTS, ROUNDS = 1_000, 15
FIELDS = ("key", "source", "type", "name", "channel", "at", "owner", "session", "amount", "currency")
_ONE = JourneyInteraction("web:1", "web", "track", "Product Viewed", "web", NOON, "crm:1", "web:s", 9.5, "EUR", {})
_INTERACTIONS = [replace(_ONE, key=f"web:{number}") for number in range(OBJECTS)]


@dataclass(frozen=True, slots=True)
class Context:
    """Who asks."""

    viewer: Viewer


@strawberry.type
class Question:
    """A root whose objects cost nothing."""

    @strawberry.field
    def interactions(self) -> list[JourneyInteraction]:
        return _INTERACTIONS


def measure_overhead(_options: Options) -> Rows:
    """Microseconds a field: of our executor, of graphql-core's, and of writing the same objects as JSON."""
    document = f"{{ interactions {{ {' '.join(FIELDS)} }} }}"
    rows = [(name, asyncio.run(_seconds(fast=fast, document=document))) for name, fast in _EXECUTORS.items()]
    (written,) = best_in_turns(ROUNDS, lambda: orjson.dumps(_INTERACTIONS))
    rows.append(("orjson, the same objects", written))
    return [{"way": name, "us a field": round(1e6 * seconds / OBJECTS / len(FIELDS), 3)} for name, seconds in rows]


_ALL_SEEING = Context(Viewer("benchmark", ViewerKind.KEY, EVERY_SCOPE))
_EXECUTORS = {"ours": True, "graphql-core's": False}


async def _seconds(*, fast: bool, document: str) -> float:
    """The shortest of some executions; the document is parsed and validated once."""
    schema = CdpSchema(
        Question,
        config=StrawberryConfig(scalar_map=SCALARS),
        execution_context_class=FastExecution if fast else None,
        extensions=[ParserCache, ValidationCache],
    )
    seconds = list[float]()
    for _ in range(ROUNDS):
        started = time.perf_counter()
        found = await schema.execute(document, context_value=_ALL_SEEING)
        seconds.append(time.perf_counter() - started)
        assert not found.errors, found.errors
    return min(seconds)
