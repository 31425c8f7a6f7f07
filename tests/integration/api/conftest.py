# Tests that only read share one application and one small world, Anna's, for each module: emptying and filling the
# database takes longer than most of them. Tests that change the graph stand in modules of their own and take `graph`,
# an empty database, and `fresh_ask`, an application of their own, because levels are kept for a second.
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
import pytest_asyncio
from httpx import ASGITransport, AsyncClient

from api.app import create_app
from graph.address import Address
from graph.connection import Graph
from graph.links import Link
from graph.records import ConsentRecord
from graph.resolutions import Resolution, write_resolution
from graph.runs import ScoringModel, ScoringRun
from graph.writing import write_batch
from tests.asking import AUTHORIZED, keyed_settings
from tests.factories import NOON, batch, crm, customer, days, device, identifier, interaction, minutes, session, shop

Ask = Callable[..., Awaitable[dict[str, Any]]]

EMAIL = identifier("email", "anna@example.org")
PHONE = identifier("phone", "+4943155501")
LEVELS = {"exact": 1.0, "strict": 0.95, "default": 0.8, "loose": 0.2}


def link(left: str, right: str, confidence: float = 0.9) -> Link:
    evidence = '[["email","exact",9.5,1.5],["given_name","similar",2.0,0.0]]'
    return Link(left, right, 0.99, 7.0, "splink", evidence=evidence, cohesion=7.0, confidence=confidence)


def resolution(*links: Link) -> Resolution:
    model = ScoringModel("v1", NOON, "{}", ((-10.0, 0.1), (7.0, 0.9)), LEVELS)
    return Resolution(links, (), model, ScoringRun("run-1", "v1", "full", {}, NOON, NOON, {"links": len(links)}))


@asynccontextmanager
async def connected(address: Address, **settings: Any) -> AsyncGenerator[AsyncClient]:
    """A client, with the key of the tests, of an application with these settings."""
    app = create_app(keyed_settings(**settings), address)
    transport = ASGITransport(app, raise_app_exceptions=False)
    async with (
        app.router.lifespan_context(app),
        AsyncClient(transport=transport, base_url="http://127.0.0.1", headers=AUTHORIZED, timeout=30) as client,
    ):
        yield client


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def client(neo4j_address: Address) -> AsyncGenerator[AsyncClient]:
    async with connected(neo4j_address) as client:
        yield client


@pytest.fixture(scope="module")
def ask(client: AsyncClient) -> Ask:
    """Ask one query; gives the body of the answer."""
    return asking(client)


@pytest_asyncio.fixture(loop_scope="session")
async def fresh_ask(neo4j_address: Address) -> AsyncGenerator[Ask]:
    """The same of an application that has remembered nothing yet."""
    async with connected(neo4j_address) as client:
        yield asking(client)


def asking(client: AsyncClient) -> Ask:
    async def asked(query: str, **variables: Any) -> dict[str, Any]:
        response = await client.post("/graphql", json={"query": query, "variables": variables})
        return response.json()

    return asked


@pytest.fixture(scope="module")
def anna(connected_graph: Graph) -> Graph:
    """Anna's world in an otherwise empty database."""
    connected_graph.run_alone("erase_everything")
    write_anna(connected_graph)
    return connected_graph


def write_anna(graph: Graph) -> None:
    """Anna in the CRM and in the shop: a call about her contract, a web session with a login, a later one without."""
    consent = ConsentRecord("shop", "f1", "marketing", "granted", NOON, NOON, channel="email", customer=shop("7"))
    known = customer(given_name="Anna", family_name="Ilg", created_at=days(-400), identifiers=(EMAIL, PHONE))
    account = customer(
        "shop", "7", given_name="Anne", city="Kiel", created_at=days(-10), identifiers=(EMAIL,), traits={"size": [1, 2]}
    )
    visits = (
        session("s1", started_at=minutes(0), device=device(), customer=shop("7")),
        session("s2", started_at=days(3), device=device()),
    )
    pages = [interaction(f"m{n}", at=minutes(n), device=device(), session_id="s1") for n in range(5)]
    later = interaction("m9", at=days(3), device=device(), session_id="s2", name="Contract Viewed")
    call = interaction(
        "c1", "call_centre", at=days(1), customer=crm("1"), name="Call Started", channel="call_centre",
        properties={"intent": "terminate"},
    )  # fmt: skip
    write_batch(graph, batch("crm", customers=(known,)))
    write_batch(graph, batch("shop", customers=(account,), consents=(consent,)))
    write_batch(graph, batch("web", sessions=visits, interactions=(*pages, later)))
    write_batch(graph, batch("call_centre", interactions=(call,)))
    write_resolution(graph, resolution(link("crm:1", "shop:7")))
