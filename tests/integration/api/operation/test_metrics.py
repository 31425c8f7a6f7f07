# Metrics are of the process, so a test looks at what its requests add.
import httpx
import pytest
from httpx import ASGITransport, AsyncClient
from prometheus_client.parser import text_string_to_metric_families

from api.app import create_app
from api.operation.metrics.exposition import exposed
from api.operation.metrics.names import register_operations
from api.operation.serving import serving
from graph.address import Address
from graph.embedded.ports import free_port
from tests.asking import keyed_settings

KNOWN = "query KnownLevels { confidenceLevels { default } }"
Series = dict[tuple[str, frozenset[tuple[str, str]]], float]


def parsed(text: str) -> Series:
    families = text_string_to_metric_families(text)
    return {(one.name, frozenset(one.labels.items())): one.value for family in families for one in family.samples}


async def series(client: AsyncClient) -> Series:
    return parsed((await client.get("/metrics")).text)


def added(before: Series, after: Series, name: str, **labels: str) -> float:
    key = (name, frozenset(labels.items()))
    return after.get(key, 0.0) - before.get(key, 0.0)


@pytest.mark.usefixtures("connected_graph")
async def test_operations_are_counted_by_registered_names_and_by_how_they_end(client: AsyncClient) -> None:
    register_operations([KNOWN])
    before = await series(client)
    await client.post("/graphql", json={"query": KNOWN})
    await client.post("/graphql", json={"query": KNOWN.replace("KnownLevels", "SomebodysOwn")})
    await client.post("/graphql", json={"query": "query KnownLevels { nothing }"})
    after = await series(client)

    def count(operation: str, outcome: str) -> float:
        return added(before, after, "graphql_operation_seconds_count", operation=operation, outcome=outcome)

    assert (count("KnownLevels", "ok"), count("other", "ok"), count("KnownLevels", "refused")) == (1, 1, 1)
    assert added(before, after, "graphql_errors_total", operation="KnownLevels", code="GRAPHQL_VALIDATION_FAILED") == 1
    assert "SomebodysOwn" not in (await client.get("/metrics")).text
    assert after["graphql_in_flight", frozenset()] == 0


@pytest.mark.usefixtures("connected_graph")
async def test_statements_are_counted_by_their_names_and_connections_while_they_are_used(client: AsyncClient) -> None:
    before = await series(client)
    await client.post("/graphql", json={"query": '{ search(text: "anna") { profile { id } } }'})
    after = await series(client)

    assert added(before, after, "neo4j_query_seconds_count", statement="find_customers_by_text") == 1
    assert after["neo4j_connections_in_use", frozenset({("access", "read")})] == 0


async def test_metrics_are_for_this_machine_only(client: AsyncClient, neo4j_address: Address) -> None:
    app = create_app(keyed_settings(), neo4j_address)
    elsewhere = ASGITransport(app, client=("203.0.113.7", 1000))
    async with AsyncClient(transport=elsewhere, base_url="http://127.0.0.1") as other:
        refused = await other.get("/metrics")
    by_proxy = await client.get("/metrics", headers={"X-Forwarded-For": "203.0.113.7"})

    assert (refused.status_code, by_proxy.status_code) == (403, 403)
    assert "graphql" not in refused.text + by_proxy.text


def test_metrics_may_have_a_port_of_their_own(neo4j_address: Address) -> None:
    port = free_port()
    settings = keyed_settings(api_port=0, metrics_port=port)
    with exposed(settings), serving(neo4j_address, settings) as url:
        assert httpx.get(url + "/metrics").status_code == 404
        httpx.get(url + "/livez")
        found = parsed(httpx.get(f"http://127.0.0.1:{port}/metrics").text)
    assert found["http_responses_total", frozenset({("status", "200")})] > 0
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"http://127.0.0.1:{port}/metrics")
