"""Measuring the rival: the same question to both, with sixteen connections, after their answers were found to be equal.

Both run in as many processes as the machine has cores, as either would be operated.

The rival's schema holds statements of its own for the cluster and its journey (``rival.graphql``): simpler ones than
ours, because they leave out devices that several people share. So only customers without such a device are asked for.
"""

import subprocess
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import product
from pathlib import Path
from typing import Any

import orjson
import uvloop

from graph.address import Address
from graph.confidence import read_levels
from graph.connection import open_async_graph
from graph.journeys import get_journey_owners
from graph.profiles import get_profile
from graph.records import PERSON_FIELDS
from tests.benchmarks.api.asking import Answered, at_once, connections
from tests.benchmarks.api.reading import CUSTOMERS, INTERACTIONS, QUESTIONS, ROUNDS, spread
from tests.benchmarks.api.serving import HEADERS, PROCESSES, served
from tests.benchmarks.company import Company
from tests.benchmarks.measures import Measure
from tests.node import ENVIRONMENT, NODE, NoRegistryError, packages_of

HERE = Path(__file__).parent
OURS = """
query ($customer: String!, $confidence: Confidence!, $first: Int!) {
  profile(by: {customer: $customer}, confidence: $confidence) {
    ... on Profile {
      customers { key source externalId fields }
      identifiers { kind value verified firstSeenAt lastSeenAt }
      journey(first: $first) { nodes { key source type name channel at amount currency properties } }
    }
  }
}
"""
_HELD = "edges { properties { verified first_seen_at last_seen_at } node { kind value } }"
THEIRS = f"""
query ($customer: String!, $confidence: Float!, $first: Int!) {{
  members(customer: $customer, confidence: $confidence) {{
    key source external_id {" ".join(PERSON_FIELDS)}
    emailsConnection {{ {_HELD} }}
    phonesConnection {{ {_HELD} }}
    othersConnection {{ {_HELD} }}
  }}
  journey(customer: $customer, confidence: $confidence, first: $first) {{
    key source type name channel at amount currency properties
  }}
}}
"""


@dataclass(frozen=True, slots=True)
class Facts:
    """What an answer says, in whatever form: customers by key, identifiers by kind and value, the journey."""

    customers: dict[str, dict[str, str]]
    identifiers: dict[tuple[str, str], tuple[bool, datetime, datetime]]
    journey: list[dict[str, Any]]


def measure_rival(company: Company) -> list[Measure]:
    """Answers a second and the 95th percentile of both. Raises NoRegistryError where npm reaches none."""
    with served(company.address, PROCESSES) as ours, _served_by_rival(company.address) as theirs:
        mine, rival = uvloop.run(_measured(company, ours, theirs))
    return [
        Measure(
            f"against @neo4j/graphql (raw), 16 connections, {PROCESSES} processes each",
            mine.rate,
            rival.rate,
            "answers/s",
            ">= 1.2",
        ),
        Measure("the same, p95", mine.p95, rival.p95, "ms", "< 1"),
    ]


def rival_or_none(company: Company) -> list[Measure]:
    """The same; nothing where npm does not reach its registry, from which the rival comes."""
    try:
        return measure_rival(company)
    except NoRegistryError:
        return []


async def _measured(company: Company, ours: str, theirs: str) -> list[Answered]:
    confidence = read_levels(company.graph).default
    asked = {"confidence": confidence, "first": INTERACTIONS}
    with connections(ours, OURS, HEADERS, **asked) as to_us, connections(theirs, THEIRS, {}, **asked) as to_them:
        customers = await _alone(company, confidence)
        for customer in customers:
            mine, other = _facts_of_ours(await to_us[0](customer)), _facts_of_theirs(await to_them[0](customer))
            assert mine == other, f"The answers about {customer} differ."
        return await at_once(customers, QUESTIONS, ROUNDS, [to_us, to_them])


async def _alone(company: Company, confidence: float) -> list[str]:
    """Customers on whose devices nobody else logged in."""
    found = list[str]()
    async with open_async_graph(company.address) as graph:
        for customer in spread(company.graph, CUSTOMERS):
            profile = await get_profile(graph, customer, confidence)
            owners = await get_journey_owners(graph, profile.members, confidence) if profile else None
            if owners and not owners.shared_devices:
                found.append(customer)
    return found


def _facts_of_ours(answer: bytes) -> Facts:
    profile = orjson.loads(answer)["data"]["profile"]
    customers = {found["key"]: found["fields"] for found in profile["customers"]}
    identifiers = {
        (held["kind"], held["value"]): (held["verified"], *_moments(held["firstSeenAt"], held["lastSeenAt"]))
        for held in profile["identifiers"]
    }
    return Facts(customers, identifiers, [_interaction(node) for node in profile["journey"]["nodes"]])


def _facts_of_theirs(answer: bytes) -> Facts:
    data = orjson.loads(answer)["data"]
    customers = {
        found["key"]: {name: found[name] for name in PERSON_FIELDS if found[name] is not None}
        for found in data["members"]
    }
    identifiers: dict[tuple[str, str], tuple[bool, datetime, datetime]] = {}
    for member, kind in product(data["members"], ("emails", "phones", "others")):
        for edge in member[f"{kind}Connection"]["edges"]:
            said, at = edge["properties"], (edge["node"]["kind"], edge["node"]["value"])
            first, last = _moments(said["first_seen_at"], said["last_seen_at"])
            before = identifiers.get(at, (False, first, last))
            identifiers[at] = before[0] or bool(said["verified"]), min(before[1], first), max(before[2], last)
    return Facts(customers, identifiers, [_interaction(node) for node in data["journey"]])


def _moments(first: str, last: str) -> tuple[datetime, datetime]:
    return datetime.fromisoformat(first), datetime.fromisoformat(last)


def _interaction(node: dict[str, Any]) -> dict[str, Any]:
    properties = node["properties"]
    parsed = orjson.loads(properties or "{}") if properties is None or isinstance(properties, str) else properties
    return {**node, "at": datetime.fromisoformat(node["at"]), "properties": parsed}


@contextmanager
def _served_by_rival(address: Address) -> Generator[str]:
    access = address.uri, address.user or "", address.password or ""
    command = [NODE, str(HERE / "server.cjs"), *access, str(PROCESSES)]
    packages, environment = packages_of(HERE), {**ENVIRONMENT, "NODE_ENV": "production"}
    with subprocess.Popen(command, cwd=packages, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield f"{process.stdout.readline().strip()}/graphql"
        finally:
            process.terminate()
