# The twelve probes of graphql-cop and the two that it has beside them, with its own payloads and its own conditions.
# Source: github.com/dolevf/graphql-cop. What else such scanners try is in test_probes.py.
from typing import Any

import pytest
from httpx import AsyncClient, Response

from graph.address import Address
from tests.integration.api.conftest import connected

CIRCLE = "query { __schema { types { fields { type { fields { type { fields { type { fields { type { name }}}}}}}}}}}"
FRAGMENTS = "query { __schema { ...A } } fragment A on __Schema { __typename ...B } fragment B on __Schema { ...A }"
IDES = "graphiql.min.css", "GraphQL Playground", "GraphiQL", "graphql-playground"


async def sent(client: AsyncClient, query: str) -> dict[str, Any]:
    return (await client.post("/graphql", json={"query": query})).json()


async def test_alias_overloading(client: AsyncClient) -> None:
    body = await sent(client, "query { " + "".join(f"alias{n}:__typename \n" for n in range(101)) + " }")

    assert "data" not in body


async def test_field_duplication(client: AsyncClient) -> None:
    assert "data" not in await sent(client, "query { " + "__typename \n" * 500 + "} ")


async def test_directive_overloading(client: AsyncClient) -> None:
    body = await sent(client, "query { __typename @aa@aa@aa@aa@aa@aa@aa@aa@aa@aa }")

    assert 0 < len(body["errors"]) < 10


async def test_circular_introspection(client: AsyncClient) -> None:
    assert "data" not in await sent(client, CIRCLE)


async def test_circular_fragment(client: AsyncClient) -> None:
    assert (await sent(client, FRAGMENTS))["errors"]


async def test_batch_queries(client: AsyncClient) -> None:
    response = await client.post("/graphql", json=[{"query": "query { __typename }"}] * 10)

    assert isinstance(response.json(), dict)
    assert response.status_code == 400


async def test_field_suggestions(client: AsyncClient) -> None:
    body = await sent(client, "query { __schema { directive } }")

    assert body["errors"]
    assert "Did you mean" not in str(body)


@pytest.mark.parametrize("operation", ["query", "mutation"])
async def test_get_based_operations(client: AsyncClient, operation: str) -> None:
    response = await client.get("/graphql", params={"query": f"{operation} {{ __typename }}"})

    assert not _is_answered(response)


async def test_urlencoded_post(client: AsyncClient) -> None:
    assert not _is_answered(await client.post("/graphql", data={"query": "query { __typename }"}))


async def test_trace_mode(client: AsyncClient) -> None:
    body = await sent(client, "query { __typename }")

    assert set(body["extensions"]) == {"cost"}


async def test_unhandled_errors(client: AsyncClient) -> None:
    (error,) = (await sent(client, "qwerty cop { abc }"))["errors"]

    assert set(error["extensions"]) == {"code", "requestId"}
    assert "exception" not in str(error).lower()


async def test_ide_and_introspection(neo4j_address: Address) -> None:
    async with connected(neo4j_address, development=False) as client:
        pages = [
            await client.get(path, headers={"Accept": "text/html"})
            for path in ("/", "/graphiql", "/playground", "/console", "/graphql")
        ]
        stranger = {"Authorization": ""}
        introspection = await client.post(
            "/graphql", json={"query": "{ __schema { types { name } } }"}, headers=stranger
        )

    assert [words for page in pages for words in IDES if words in page.text] == []
    assert introspection.status_code == 401


def _is_answered(response: Response) -> bool:
    return "data" in response.text and "__typename" in response.text
