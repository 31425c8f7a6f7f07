# What scanners of GraphQL servers try beside the probes of graphql-cop.
import time

import pytest
from graphql import get_introspection_query
from httpx import AsyncClient

from graph.address import Address
from tests.integration.api.conftest import connected

LEVELS = "confidenceLevels { default }"


async def errors_of(client: AsyncClient, query: str) -> list[str]:
    response = await client.post("/graphql", json={"query": query})
    assert response.status_code == 200
    return [error["extensions"]["code"] for error in response.json().get("errors", [])]


async def test_directives_cannot_be_piled_up(client: AsyncClient) -> None:
    codes = await errors_of(client, "{ confidenceLevels " + "@aa " * 50 + "{ default } }")

    assert "QUERY_TOO_COMPLEX" in codes
    assert len(codes) <= 5


async def test_a_field_cannot_be_asked_for_a_thousand_times(client: AsyncClient) -> None:
    assert await errors_of(client, "{ " + "confidenceLevels { " + "default " * 600 + "} }") == ["QUERY_TOO_COMPLEX"]


async def test_introspection_does_not_go_in_circles(client: AsyncClient) -> None:
    circle = "fields { type { " * 12 + "name" + " } }" * 12

    assert await errors_of(client, "{ __schema { types { " + circle + " } } }")


async def test_fragments_that_name_each_other_are_refused_at_once(client: AsyncClient) -> None:
    fragments = [f"fragment F{n} on Query {{ ...F{n + 1} ...F{n + 1} }}" for n in range(60)]
    bomb = "{ ...F0 } " + " ".join(fragments) + f" fragment F60 on Query {{ {LEVELS} }}"
    started = time.process_time()
    codes = await errors_of(client, bomb)

    assert codes == ["QUERY_TOO_COMPLEX"]
    # Doubling with each of sixty fragments would not end within a lifetime.
    assert time.process_time() - started < 30


async def test_fragments_in_a_circle_are_refused(client: AsyncClient) -> None:
    circle = f"{{ ...A }} fragment A on Query {{ {LEVELS} ...B }} fragment B on Query {{ ...A }}"

    assert await errors_of(client, circle) == ["GRAPHQL_VALIDATION_FAILED"]


async def test_names_are_not_suggested(client: AsyncClient) -> None:
    for query in ("{ profil }", "{ profile(bye: 1) { __typename } }", '{ profile(by: {emial: "a"}) { __typename } }'):
        response = await client.post("/graphql", json={"query": query})
        assert response.json()["errors"]
        assert "Did you mean" not in response.text


async def test_the_ide_is_shown_in_development_only(neo4j_address: Address) -> None:
    async with connected(neo4j_address, development=False) as client:
        page, script = await client.get("/"), await client.get("/graphiql/page.js")
        typename = await client.post("/graphql", json={"query": "{ __typename }"})

    assert (page.status_code, script.status_code) == (404, 404)
    assert typename.json()["data"] == {"__typename": "Query"}


async def test_the_schema_can_be_read_with_the_scope_for_it(client: AsyncClient) -> None:
    response = await client.post("/graphql", json={"query": get_introspection_query(input_value_deprecation=True)})

    assert "errors" not in response.json()


async def test_no_page_describes_the_other_routes(client: AsyncClient) -> None:
    assert [(await client.get(path)).status_code for path in ("/docs", "/redoc", "/openapi.json")] == [404] * 3


@pytest.mark.parametrize("path", ["../../app.py", "%2e%2e/%2e%2e/app.py", "..%2f..%2fapp.py", ""])
async def test_there_is_no_way_out_of_the_folder_of_the_ide(client: AsyncClient, path: str) -> None:
    assert (await client.get(f"/graphiql/{path}")).status_code == 404
