# How many statements an answer costs: for each level and kind of thing one, however many objects it has.
from collections import Counter
from collections.abc import AsyncGenerator
from typing import Any

import pytest
import pytest_asyncio

from graph.address import Address
from graph.connection import AsyncGraph, Graph, Row
from graph.writing import write_batch
from tests.factories import batch, customer, days, device, identifier, interaction, session, shop
from tests.integration.api.conftest import Ask, asking, connected, write_anna
from tests.integration.api.operations import SEARCH, WHOLE

PROFILE = """
query ($by: ProfileBy!) {
  profile(by: $by) {
    ... on Profile { id fields { name value } identifiers { kind value } journey(first: 50) { nodes { key at } } }
  }
}
"""
EVERYTHING_OF_HITS = """
query ($text: String!, $first: Int!) {
  search(text: $text, first: $first) {
    profile {
      id fields { value } traits(first: 5) { name } identifiers(first: 5) { value } customers(first: 5) { key }
      links(first: 5) { left }
      sessions(first: 5) { session { key } }
      journey(first: 5) { nodes { key } }
      older: journey(first: 3, filter: { channels: ["web"] }) { nodes { key } }
      timeline(first: 5) { nodes { __typename ... on JourneyInteraction { key } } }
      metrics { interactions }
      relations(first: 5) { profileId }
    }
  }
}
"""
SHARED = identifier("email", "family@example.org")


@pytest_asyncio.fixture(loop_scope="session")
async def patient_ask(neo4j_address: Address) -> AsyncGenerator[Ask]:
    """Statements that are planned for the first time take a busy machine longer than an answer may take."""
    async with connected(neo4j_address, deadline_s=60) as client:
        yield asking(client)


@pytest.fixture
def statements(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the statements that are read, as they come."""
    names: list[str] = []
    read = AsyncGraph.read

    async def counted(self: AsyncGraph, name: str, **parameters: Any) -> list[Row]:
        names.append(name)
        return await read(self, name, **parameters)

    monkeypatch.setattr(AsyncGraph, "read", counted)
    return names


def counted(statements: list[str]) -> Counter[str]:
    """Statements without those that are remembered between requests."""
    return Counter(name for name in statements if name not in {"get_levels", "get_heartbeat"})


def write_annas(graph: Graph, number: int) -> None:
    """Anna's world, and others of her name, each with an interaction, a device of her own and one that all use."""
    write_anna(graph)
    names = [f"x{n:02}" for n in range(number)]
    write_batch(graph, batch("shop", customers=tuple(
        customer("shop", name, given_name="Anna", family_name=f"Other{name}", identifiers=(SHARED,)) for name in names
    )))  # fmt: skip
    visits = [session(f"v{name}", device=device(f"d{name}"), customer=shop(name)) for name in names]
    common = [session(f"c{name}", started_at=days(n), device=device("kiosk"), customer=shop(name))
              for n, name in enumerate(names)]  # fmt: skip
    happened = [interaction(f"o{name}", customer=shop(name)) for name in names]
    seen = [interaction(f"p{name}", at=days(n), device=device("kiosk"), session_id=f"c{name}")
            for n, name in enumerate(names)]  # fmt: skip
    write_batch(graph, batch("web", sessions=(*visits, *common), interactions=(*happened, *seen)))


async def test_a_profile_with_identifiers_and_journey_is_four_statements(
    graph: Graph, patient_ask: Ask, statements: list[str]
) -> None:
    write_anna(graph)
    body = await patient_ask(PROFILE, by={"email": "anna@example.org"})

    assert len(body["data"]["profile"]["journey"]["nodes"]) == 7
    assert counted(statements) == Counter(
        ["find_customers_by_identifier", "get_profile", "list_device_users", "get_journey"]
    )


async def test_everything_of_a_profile_is_a_statement_for_each_kind_of_thing(
    graph: Graph, patient_ask: Ask, statements: list[str]
) -> None:
    write_anna(graph)
    body = await patient_ask(WHOLE, by={"customer": "shop:7"})

    assert body["data"]["profile"]["counts"]["customers"] == 2
    assert counted(statements) == Counter(
        ["get_profile", "list_device_users", "list_sessions", "get_journey", "list_metrics"]
    )


async def test_a_search_is_three_statements_however_many_it_finds(
    graph: Graph, patient_ask: Ask, statements: list[str]
) -> None:
    write_annas(graph, 25)
    body = await patient_ask(SEARCH, text="anna", first=20)

    assert len(body["data"]["search"]) == 20
    assert set(counted(statements).values()) == {1}
    assert counted(statements).keys() <= {
        "find_customers_by_identifiers", "find_customers_by_key", "find_customers_by_text", "get_profiles"
    }  # fmt: skip


async def test_everything_of_twenty_profiles_takes_as_many_statements_as_of_two(
    graph: Graph, patient_ask: Ask, statements: list[str]
) -> None:
    write_annas(graph, 25)
    costs: list[Counter[str]] = []
    for first in (2, 20):
        statements.clear()
        body = await patient_ask(EVERYTHING_OF_HITS, text="anna", first=first)
        assert "errors" not in body, body
        assert len(body["data"]["search"]) == first
        costs.append(counted(statements))

    assert costs[0] == costs[1]
    assert costs[1].total() <= 15
    assert {name: count for name, count in costs[1].items() if count > 1} == {
        # Two journeys with different filters, and the timeline's.
        "list_journeys": 3,
    }


async def test_what_is_read_for_many_is_what_is_read_for_one(graph: Graph, patient_ask: Ask) -> None:
    write_annas(graph, 6)
    many = (await patient_ask(EVERYTHING_OF_HITS, text="anna", first=20))["data"]["search"]
    query = EVERYTHING_OF_HITS.replace("search(text: $text, first: $first)", "search(text: $text, first: 1)")
    query = query.replace("query ($text: String!, $first: Int!)", "query ($text: String!)")

    assert len(many) == 7
    for hit in many:
        (alone,) = (await patient_ask(query, text=hit["profile"]["id"]))["data"]["search"]
        assert alone == hit


async def test_an_identifier_of_many_is_three_statements(graph: Graph, patient_ask: Ask, statements: list[str]) -> None:
    write_annas(graph, 15)
    body = await patient_ask(WHOLE, by={"email": SHARED.raw})

    assert len(body["data"]["profile"]["profileIds"]) == 15
    assert counted(statements) == Counter(["find_customers_by_identifier", "get_profile", "get_profiles"])
