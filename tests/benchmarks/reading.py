"""Reading: a profile with its journey through GraphQL over HTTP against the raw driver with the same Cypher."""

import asyncio
import json
import os
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

from neo4j import AsyncGraphDatabase, GraphDatabase, NotificationMinimumSeverity, Session

from cypher import statement
from graph.address import Address
from graph.confidence import read_levels
from graph.connection import AsyncGraph, Row
from graph.journeys import JourneyFilter, get_journey, get_journey_owners
from graph.profiles import get_profile
from tests.asking import API_KEY, AUTHORIZED
from tests.benchmarks.company import Company
from tests.benchmarks.measures import Measure

QUIET = NotificationMinimumSeverity.OFF
PROFILES, INTERACTIONS, WARM_UP = 300, 20, 60
WANTED = "<= 2"
QUESTION = """
query ($customer: String!, $first: Int!) {
  profile(by: {customer: $customer}) {
    ... on Profile {
      id confidence
      fields { name value source observedAt others { value source } }
      identifiers { kind value sources }
      devices { key kind logins }
      customers { key source externalId }
      links { left right probability method evidence { comparison level matchWeight } }
      journey(first: $first) { nodes { key at channel type name properties } pageInfo { hasNextPage endCursor } }
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
    """Milliseconds, median and 95th percentile over customers spread evenly; each side asks one after the other."""
    keys = sorted(row["key"] for row in company.graph.read("list_customer_keys"))
    customers = keys[:: max(1, len(keys) // PROFILES)][:PROFILES]
    confidence = read_levels(company.graph).default
    asked = asyncio.run(_statements(company.address, customers, confidence))
    with _served(company.address) as client, _raw(company.address) as session:
        ours, raw = list[float](), list[float]()
        for round_of in ((customers[:WARM_UP], asked[:WARM_UP]), (customers, asked)):
            ours, raw = _in_turns(client, session, *round_of)
    return [
        Measure("profile + journey p50", statistics.median(ours), statistics.median(raw), "ms", WANTED),
        Measure("profile + journey p95", _p95(ours), _p95(raw), "ms", ""),
    ]


def _p95(times: list[float]) -> float:
    return statistics.quantiles(times, n=20)[-1]


def _in_turns(
    client: HTTPConnection, session: Session, customers: list[str], asked: list[list[Statement]]
) -> tuple[list[float], list[float]]:
    ours, raw = list[float](), list[float]()
    for customer, statements in zip(customers, asked, strict=True):
        started = time.perf_counter()
        _ask(client, customer)
        between = time.perf_counter()
        for each in statements:
            session.run(statement(each.name), each.parameters).data()
        raw.append(1_000 * (time.perf_counter() - between))
        ours.append(1_000 * (between - started))
    return ours, raw


def _ask(client: HTTPConnection, customer: str) -> None:
    variables = {"customer": customer, "first": INTERACTIONS}
    body = json.dumps({"query": QUESTION, "variables": variables})
    client.request("POST", "/graphql", body, {"Content-Type": "application/json", **AUTHORIZED})
    answer = client.getresponse().read()
    assert b'"errors"' not in answer, answer


async def _statements(address: Address, customers: list[str], confidence: float) -> list[list[Statement]]:
    """What the read models send for each customer."""
    found: list[list[Statement]] = []
    async with AsyncGraphDatabase.driver(address.uri, notifications_min_severity=QUIET) as driver:
        recording = RecordingGraph(driver, address.database)
        for customer in customers:
            recording.asked = []
            profile = await get_profile(recording, customer, confidence)
            assert profile is not None
            owners = await get_journey_owners(recording, profile.members, confidence)
            await get_journey(recording, owners, JourneyFilter(), INTERACTIONS)
            found.append(recording.asked)
    return found


@contextmanager
def _raw(address: Address) -> Generator[Session]:
    with (
        GraphDatabase.driver(address.uri, notifications_min_severity=QUIET) as driver,
        driver.session(database=address.database, default_access_mode="READ") as session,
    ):
        yield session


@contextmanager
def _served(address: Address) -> Generator[HTTPConnection]:
    """The API as a process of its own, as it is in production. The client is the plainest: its time counts as ours."""
    environment = {**os.environ, "NEO4J_URI": address.uri, "CDP_API_PORT": "0", "CDP_API_KEY": API_KEY}
    command = [sys.executable, "-m", "api.commands", "serve", "--json"]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            with closing(HTTPConnection(urlsplit(json.loads(process.stdout.readline())["graphql"]).netloc)) as client:
                yield client
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(timeout=30)
