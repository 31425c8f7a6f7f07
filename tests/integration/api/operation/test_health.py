from hashlib import sha256
from pathlib import Path

import pytest
from httpx import AsyncClient

from graph.address import Address
from graph.connection import Graph
from tests.integration.api.conftest import connected

SCHEMA = Path(__file__).parents[4] / "api" / "contract" / "schema.graphql"


async def test_a_process_that_turns_says_so(client: AsyncClient) -> None:
    response = await client.get("/livez")

    assert (response.status_code, response.json()) == (200, {"status": "ok"})


@pytest.mark.usefixtures("connected_graph")
async def test_a_complete_database_is_ready(neo4j_address: Address) -> None:
    async with connected(neo4j_address) as client:
        response = await client.get("/readyz")

    assert (response.status_code, response.json()) == (
        200,
        {"status": "ready", "database": "answers", "schema": "complete", "audit": "is written"},
    )


async def test_a_database_without_an_index_is_not_ready(connected_graph: Graph, neo4j_address: Address) -> None:
    drop, create = "DROP INDEX interaction_timeline", "create_interaction_timeline"
    with connected_graph.driver.session(database=connected_graph.database) as session:
        session.run(drop).consume()
    try:
        async with connected(neo4j_address) as client:
            response = await client.get("/readyz")
    finally:
        connected_graph.run_alone(create)
        connected_graph.run_alone("get_indexes_online")

    assert response.status_code == 503
    assert response.json()["schema"].startswith("1 constraints or indexes are missing")


async def test_what_runs_is_named(client: AsyncClient) -> None:
    body = (await client.get("/version")).json()

    assert body["name"] == "identity-cdp"
    assert body["version"]
    assert body["neo4j"].startswith("5.26")
    assert body["schema"] == sha256(SCHEMA.read_bytes()).hexdigest()
    assert body["python"].startswith("3.")


async def test_whoever_supervises_a_process_may_ask_by_its_address(client: AsyncClient) -> None:
    elsewhere = {"Host": "10.1.2.3:8000"}

    assert (await client.get("/livez", headers=elsewhere)).status_code == 200
    assert (await client.get("/version", headers=elsewhere)).status_code == 421


async def test_health_needs_no_key(neo4j_address: Address) -> None:
    async with connected(neo4j_address, api_key="correct horse") as client:
        assert (await client.get("/livez")).status_code == 200
