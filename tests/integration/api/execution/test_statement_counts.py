# How many statements an answer costs: for each level and kind of thing one, however many objects it has.
from collections import Counter
from collections.abc import AsyncGenerator
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio

from graph.address import Address
from graph.connection import AsyncGraph, Graph, Row
from graph.records import SessionRecord
from graph.writing import write_batch
from tests.factories import NOON, batch, customer, days, device, identifier, interaction, session, shop
from tests.integration.api.conftest import Ask, asking, connected, write_anna
from tests.integration.api.operations import SEARCH, SESSION, WHOLE

PROFILE = """
query ($by: ProfileBy!) {
  profile(by: $by) {
    ... on Profile { id fields { name value } identifiers { kind value } journey(first: 50) { nodes { key at } } }
  }
}
"""
LATER = """
query ($after: String!) {
  profile(by: {customer: "shop:7"}) { ... on Profile { journey(after: $after) { nodes { key } } } }
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


# Statements that are planned for the first time, many at once, take a busy machine longer than an answer may take.
PATIENCE_S = 60


@pytest.fixture
def statements(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the statements that are read, as they come."""
    names: list[str] = []
    read = AsyncGraph.read

    async def counted(self: AsyncGraph, name: str, **parameters: Any) -> list[Row]:
        names.append(name)
        return await read(self, name, **{"timeout_s": PATIENCE_S, **parameters})

    monkeypatch.setattr(AsyncGraph, "read", counted)
    return names


@pytest_asyncio.fixture(loop_scope="session")
async def patient_ask(neo4j_address: Address) -> AsyncGenerator[Ask]:
    async with connected(neo4j_address, deadline_s=PATIENCE_S) as client:
        yield asking(client)


def counted(statements: list[str]) -> Counter[str]:
    """Statements without those that are remembered between requests."""
    return Counter(name for name in statements if name not in {"get_levels", "get_heartbeat"})


@pytest.fixture(scope="module", autouse=True)
def annas(connected_graph: Graph) -> Graph:
    """Anna's world, and 25 others of her name: some share an email, each has a device, and all use one."""
    graph = connected_graph
    graph.run_alone("erase_everything")
    write_anna(graph)
    names = [f"x{n:02}" for n in range(25)]
    others = [
        customer("shop", name, given_name="Anna", family_name=f"Other{name}", identifiers=(SHARED,) if n < 15 else ())
        for n, name in enumerate(names)
    ]
    own = [session(f"v{name}", device=device(f"d{name}"), customer=shop(name)) for name in names]
    seen = [interaction(f"o{name}", customer=shop(name)) for name in names]
    common: list[SessionRecord] = []
    for n, name in enumerate(names):
        common.append(session(f"c{name}", started_at=days(n), device=device("kiosk"), customer=shop(name)))
        seen.append(interaction(f"p{name}", at=days(n), device=device("kiosk"), session_id=f"c{name}"))
    write_batch(graph, batch("shop", customers=tuple(others)))
    write_batch(graph, batch("web", sessions=(*own, *common), interactions=tuple(seen)))
    return graph


async def test_a_profile_comes_with_its_identifiers_and_the_beginning_of_its_journey(
    patient_ask: Ask, statements: list[str]
) -> None:
    body = await patient_ask(PROFILE, by={"email": "anna@example.org"})

    assert len(body["data"]["profile"]["journey"]["nodes"]) == 7
    assert counted(statements) == Counter(["find_customers_by_identifier", "get_profile"])


async def test_a_later_page_and_a_part_of_a_journey_are_read_by_themselves(
    patient_ask: Ask, statements: list[str]
) -> None:
    beginning = (
        'journey(first: 2) { pageInfo { endCursor } } web: journey(filter: {channels: ["web"]}) { nodes { key } }'
    )
    body = await patient_ask('{ profile(by: {customer: "shop:7"}) { ... on Profile { ' + beginning + " } } }")
    profile = body["data"]["profile"]

    assert len(profile["web"]["nodes"]) == 6
    assert counted(statements) == Counter(["get_profile", "get_journey"])

    statements.clear()
    body = await patient_ask(LATER, after=profile["journey"]["pageInfo"]["endCursor"])

    assert len(body["data"]["profile"]["journey"]["nodes"]) == 5
    assert counted(statements) == Counter(["get_profile", "list_device_users", "get_journey"])


async def test_everything_of_a_profile_is_a_statement_for_each_kind_of_thing(
    patient_ask: Ask, statements: list[str]
) -> None:
    body = await patient_ask(WHOLE, by={"customer": "shop:7"})

    assert body["data"]["profile"]["counts"]["customers"] == 2
    assert counted(statements) == Counter(["get_profile", "list_sessions", "list_metrics"])


async def test_a_search_is_three_statements_however_many_it_finds(patient_ask: Ask, statements: list[str]) -> None:
    body = await patient_ask(SEARCH, text="anna", first=20)

    assert len(body["data"]["search"]) == 20
    assert set(counted(statements).values()) == {1}
    assert counted(statements).keys() <= {
        "find_customers_by_identifiers", "find_customers_by_key", "find_customers_by_text", "get_profiles"
    }  # fmt: skip


async def test_everything_of_twenty_profiles_takes_as_many_statements_as_of_two(
    patient_ask: Ask, statements: list[str]
) -> None:
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
        # Two journeys with different filters, and the timeline's; profiles of hits, and of those who are related.
        "list_journeys": 3,
        "get_profiles": 2,
    }


@pytest.mark.usefixtures("statements")
async def test_what_is_read_for_many_is_what_is_read_for_one(patient_ask: Ask) -> None:
    many = (await patient_ask(EVERYTHING_OF_HITS, text="anna", first=20))["data"]["search"]
    query = EVERYTHING_OF_HITS.replace("search(text: $text, first: $first)", "search(text: $text, first: 1)")
    query = query.replace("query ($text: String!, $first: Int!)", "query ($text: String!)")

    assert len(many) == 20
    for hit in many[::6]:
        (alone,) = (await patient_ask(query, text=hit["profile"]["id"]))["data"]["search"]
        assert alone == hit


async def test_an_identifier_of_many_is_three_statements(patient_ask: Ask, statements: list[str]) -> None:
    body = await patient_ask(WHOLE, by={"email": SHARED.raw})

    assert len(body["data"]["profile"]["profileIds"]) == 15
    assert counted(statements) == Counter(["find_customers_by_identifier", "get_profile", "get_profiles"])


async def test_a_past_time_takes_as_many_statements_as_today(patient_ask: Ask, statements: list[str]) -> None:
    at = NOON + timedelta(days=10)
    body = await patient_ask(SEARCH, text="anna", first=20, asOf=at.isoformat())

    assert [hit["profile"]["customers"] for hit in body["data"]["search"]] == [[{"key": "crm:1"}, {"key": "shop:7"}]]
    assert set(counted(statements).values()) == {1}
    assert counted(statements).keys() <= {
        "find_customers_by_identifiers", "find_customers_by_key", "find_customers_by_text", "get_levels_at",
        "get_profiles_at",
    }  # fmt: skip

    statements.clear()
    visit = (await patient_ask(SESSION, id="web:s2", asOf=at.isoformat()))["data"]["session"]

    assert (visit["level"], visit["visitor"]["activity"] != []) == ("RECOGNISED", True)
    assert counted(statements) == Counter(
        ["get_levels_at", "get_session", "get_device_at", "list_clusters_at", "get_visitor_at", "list_device_users",
         "get_journey"]
    )  # fmt: skip
