"""Reading: a profile with its identifiers and the first fifty of its journey, through GraphQL over HTTP.

The other side is the same Cypher through the async driver.
"""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import uvloop
from neo4j import AsyncDriver, AsyncGraphDatabase, NotificationMinimumSeverity

from cypher import statement
from graph.address import Address
from graph.confidence import read_levels
from graph.connection import AsyncGraph, Graph, Row
from graph.journeys import JourneyFilter, get_journey, get_journey_owners
from graph.profiles import get_profile
from tests.benchmarks.api.asking import CONNECTIONS, Answered, Ask, at_once, connections, one_by_one
from tests.benchmarks.api.serving import HEADERS, served
from tests.benchmarks.company import Company
from tests.benchmarks.measures import Measure

CUSTOMERS, INTERACTIONS = 300, 50
QUESTIONS, ROUNDS = 800, 3
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
    with served(company.address) as url:
        alone, together = uvloop.run(_measured(company, url))
    (ours, raw), (ours_at_once, raw_at_once) = alone, together
    return [
        Measure("profile + identifiers + 50 of the journey, p50", ours.p50, raw.p50, "ms", "<= 1.5"),
        Measure("the same, p95", ours.p95, raw.p95, "ms", ""),
        Measure("the same, 16 connections", ours_at_once.rate, raw_at_once.rate, "answers/s", ">= .5"),
    ]


async def _measured(company: Company, url: str) -> tuple[list[Answered], list[Answered]]:
    customers = spread(company.graph, CUSTOMERS)
    confidence = read_levels(company.graph).default
    async with _driver(company.address) as driver:
        asked = await _statements(driver, company.address.database, customers, confidence)
        raw = _raw(driver, company.address.database, asked)
        with connections(url, QUESTION, HEADERS, first=INTERACTIONS) as over_http:
            await one_by_one(customers, [over_http[0], raw])
            alone = await one_by_one(customers, [over_http[0], raw])
            return alone, await at_once(customers, QUESTIONS, ROUNDS, [over_http, [raw] * CONNECTIONS])


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
    driver: AsyncDriver, database: str, customers: Sequence[str], confidence: float
) -> dict[str, list[Statement]]:
    """What the read models send for each customer."""
    found: dict[str, list[Statement]] = {}
    recording = RecordingGraph(driver, database)
    for customer in customers:
        recording.asked = found[customer] = []
        profile = await get_profile(recording, customer, confidence)
        assert profile is not None
        owners = await get_journey_owners(recording, profile.members, confidence)
        await get_journey(recording, owners, JourneyFilter(), INTERACTIONS)
    return found


def _raw(driver: AsyncDriver, database: str, asked: dict[str, list[Statement]]) -> Ask:
    async def ask(customer: str) -> None:
        async with driver.session(database=database, default_access_mode="READ") as session:
            for each in asked[customer]:
                result = await session.run(statement(each.name), each.parameters)
                await result.values()

    return ask
