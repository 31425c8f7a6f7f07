"""Reading: a profile with its identifiers and the first fifty of its journey, through GraphQL over HTTP.

The other side is the same Cypher through the async driver.
"""

from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import uvloop
from neo4j import AsyncDriver, AsyncGraphDatabase, NotificationMinimumSeverity

from cypher import statement
from graph.address import Address
from graph.confidence import read_levels
from graph.connection import AsyncGraph, Graph, Row
from graph.journey_starts import get_started_owners, get_started_profile, started_page
from graph.journeys import EVERYTHING, get_journey, get_journey_owners
from graph.profiles import get_profile
from tests.benchmarks.api.asking import CONNECTIONS, Answered, Ask, at_once, connections, one_by_one
from tests.benchmarks.api.serving import HEADERS, PROCESSES, served
from tests.benchmarks.company import Company
from tests.benchmarks.measures import Measure

CUSTOMERS, INTERACTIONS = 300, 50
# Times that every side is asked about all customers before that counts: Java compiles what is called often, and both
# sides get faster with the first two thousand questions.
WARM_UP = 7
QUESTIONS, ROUNDS = 800, 3
ReadModel = Callable[[AsyncGraph, str, float], Awaitable[None]]
QUESTION = """
query ($customer: String!, $first: Int!) {
  profile(by: {customer: $customer}) {
    ... on Profile {
      id
      confidence
      fields { name value source observedAt others { value source } }
      identifiers { kind value sources verified firstSeenAt lastSeenAt }
      journey(first: $first) {
        nodes { key at source channel type name amount currency properties }
        pageInfo { hasNextPage endCursor }
      }
    }
  }
}
"""


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement that a read model sent."""

    name: str
    parameters: dict[str, Any]


class RecordingGraph(AsyncGraph):
    """A graph that remembers what it was asked."""

    asked: list[Statement]

    async def read(self, name: str, *, timeout_s: float = 5.0, **parameters: Any) -> list[Row]:
        self.asked.append(Statement(name, parameters))
        return await super().read(name, timeout_s=timeout_s, **parameters)


def measure_reading(company: Company) -> list[Measure]:
    """Milliseconds of one after the other, and answers a second with sixteen connections."""
    with served(company.address) as url, served(company.address, PROCESSES) as shared_url:
        alone, together = uvloop.run(_measured(company, url, shared_url))
    (ours, same, by_level), (one, several, raw) = alone, together
    asked = "profile + identifiers + 50 of the journey"
    return [
        Measure(f"{asked}, p50", ours.p50, same.p50, "ms", "<= 1.5"),
        Measure("the same, p95", ours.p95, same.p95, "ms", ""),
        Measure(f"{asked} against a statement a level (raw), p50", ours.p50, by_level.p50, "ms", ""),
        Measure("16 connections, one process", one.rate, raw.rate, "answers/s", ">= .5"),
        Measure(f"16 connections, {PROCESSES} processes", several.rate, raw.rate, "answers/s", ""),
    ]


async def _measured(company: Company, url: str, shared_url: str) -> tuple[list[Answered], list[Answered]]:
    customers = spread(company.graph, CUSTOMERS)
    confidence = read_levels(company.graph).default
    database, asked = company.address.database, {"first": INTERACTIONS}
    async with _driver(company.address) as driver:
        same = _raw(driver, database, await _statements(driver, database, customers, confidence, _started))
        by_level = _raw(driver, database, await _statements(driver, database, customers, confidence, _by_level))
        with (
            connections(url, QUESTION, HEADERS, **asked) as to_one,
            connections(shared_url, QUESTION, HEADERS, **asked) as to_several,
        ):
            sides = [to_one[0], same, by_level]
            await one_by_one(customers * WARM_UP, sides)
            alone = await one_by_one(customers, sides)
            return alone, await at_once(customers, QUESTIONS, ROUNDS, [to_one, to_several, [same] * CONNECTIONS])


def spread(graph: Graph, count: int) -> list[str]:
    """Customers spread evenly over all of them."""
    keys = sorted(row["key"] for row in graph.read("list_customer_keys"))
    return keys[:: max(1, len(keys) // count)][:count]


@asynccontextmanager
async def _driver(address: Address) -> AsyncGenerator[AsyncDriver]:
    auth = (address.user, address.password) if address.user and address.password else None
    off = NotificationMinimumSeverity.OFF
    async with AsyncGraphDatabase.driver(address.uri, auth=auth, notifications_min_severity=off) as driver:
        yield driver


async def _statements(
    driver: AsyncDriver, database: str, customers: Sequence[str], confidence: float, ask: ReadModel
) -> dict[str, list[Statement]]:
    """What the read models send for each customer."""
    found: dict[str, list[Statement]] = {}
    recording = RecordingGraph(driver, database)
    for customer in customers:
        recording.asked = found[customer] = []
        await ask(recording, customer, confidence)
    return found


async def _started(graph: AsyncGraph, customer: str, confidence: float) -> None:
    """As the API reads them: together, as far as that goes."""
    started = await get_started_profile(graph, customer, confidence, INTERACTIONS)
    assert started is not None
    owners = await get_started_owners(graph, started)
    if started_page(started, owners, INTERACTIONS) is None:
        await get_journey(graph, owners, EVERYTHING, INTERACTIONS)


async def _by_level(graph: AsyncGraph, customer: str, confidence: float) -> None:
    """The profile, the owners of its journey, and the page, one after the other."""
    profile = await get_profile(graph, customer, confidence)
    assert profile is not None
    owners = await get_journey_owners(graph, profile.members, confidence)
    await get_journey(graph, owners, EVERYTHING, INTERACTIONS)


def _raw(driver: AsyncDriver, database: str, asked: dict[str, list[Statement]]) -> Ask:
    async def ask(customer: str) -> None:
        async with driver.session(database=database, default_access_mode="READ") as session:
            for each in asked[customer]:
                result = await session.run(statement(each.name), each.parameters)
                await result.values()

    return ask
