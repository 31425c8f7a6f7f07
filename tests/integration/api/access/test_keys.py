# What a key does from the moment it is made until it counts no more, over HTTP and with a real database.
import asyncio
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from httpx import AsyncClient

from api.access.authentication import Authentication
from api.access.kept_copy import KEPT_S
from api.access.keys import ApiKeys
from api.access.viewer import Scope
from graph.address import Address
from graph.api_keys import NewKey, add_api_key, api_keys, new_api_key, revoke_api_key
from graph.connection import Graph
from graph.errors import UnauthenticatedError
from graph.kinds import SourceKind
from graph.sources import NewSource, add_source
from tests.asking import API_KEY, keyed_settings
from tests.integration.api.conftest import connected
from tests.integration.api.operation.test_database_outage import line_to

LEVELS = {"query": "{ confidenceLevels { default } }"}
PROFILE = {"query": '{ profile(by: {customer: "crm:1"}) { __typename } }'}
READING = (Scope.PROFILE_READ, Scope.EVENTS_READ)


def made(graph: Graph, name: str = "shop", *, lasting: timedelta | None = None) -> str:
    key = new_api_key()
    add_api_key(graph, NewKey(name, READING, datetime.now(UTC) + lasting if lasting else None), key)
    return key


async def asked(client: AsyncClient, key: str | None, scheme: str = "Bearer") -> httpx.Response:
    # An empty value, because the client has a key of its own.
    return await client.post("/graphql", json=LEVELS, headers={"Authorization": f"{scheme} {key}" if key else ""})


async def test_nobody_is_answered_without_a_key(graph: Graph, neo4j_address: Address) -> None:
    del graph
    async with connected(neo4j_address, api_key=None) as client:
        responses = [await asked(client, key) for key in (None, "wrong", new_api_key(), "a.b.c")]

    assert {response.status_code for response in responses} == {401}
    assert {response.headers["www-authenticate"] for response in responses} == {'Bearer realm="cdp"'}
    for response in responses:
        (error,) = response.json()["errors"]
        assert error["extensions"]["code"] == "UNAUTHENTICATED"
        assert "cdp key add" in error["message"]


@pytest.mark.parametrize("setting", ["", None])
async def test_an_empty_key_in_the_settings_is_none(graph: Graph, neo4j_address: Address, setting: str | None) -> None:
    del graph
    async with connected(neo4j_address, api_key=setting) as client:
        responses = [await client.post("/graphql", json=LEVELS, headers={"Authorization": given})
                     for given in ("Bearer ", "Bearer", "")]  # fmt: skip

    assert {response.status_code for response in responses} == {401}


async def test_a_key_counts_at_once_and_the_one_of_the_settings_too(graph: Graph, neo4j_address: Address) -> None:
    async with connected(neo4j_address) as client:
        assert (await asked(client, "wrong")).status_code == 401
        key = made(graph)
        await asyncio.sleep(1.0)  # an unknown key is looked for once a second
        statuses = [(await asked(client, given)).status_code for given in (key, API_KEY)]
        other_schemes = [(await asked(client, key, scheme)).status_code for scheme in ("bearer", "Basic", "Token")]

    assert statuses == [200, 200]
    assert other_schemes == [200, 401, 401]


async def test_a_write_key_reads_nothing(graph: Graph, neo4j_address: Address) -> None:
    add_source(graph, NewSource("web", SourceKind.WEB), "write-key-of-web")
    async with connected(neo4j_address) as client:
        assert (await asked(client, "write-key-of-web")).status_code == 401


async def test_a_read_key_sends_nothing(graph: Graph, neo4j_address: Address) -> None:
    key = made(graph)
    async with connected(neo4j_address) as client:
        response = await client.post(
            "/v1/track", json={"event": "Seen", "userId": "u1"}, headers={"Authorization": f"Bearer {key}"}
        )

    assert response.status_code == 401


async def test_a_key_ends_when_it_expires_or_is_revoked(graph: Graph, neo4j_address: Address) -> None:
    expired, revoked = made(graph, "old", lasting=timedelta(seconds=-1)), made(graph, "lost")
    async with connected(neo4j_address) as client:
        assert (await asked(client, expired)).status_code == 401
        assert (await asked(client, revoked)).status_code == 200
        revoke_api_key(graph, "lost")
        await asyncio.sleep(KEPT_S + 0.1)
        assert (await asked(client, revoked)).status_code == 401


async def test_the_last_use_is_noted_to_the_hour(graph: Graph, neo4j_address: Address) -> None:
    key = made(graph)
    async with connected(neo4j_address) as client:
        for _ in range(3):
            await asked(client, key)
    (first,) = api_keys(graph)
    async with connected(neo4j_address) as client:
        await asked(client, key)
    (second,) = api_keys(graph)

    assert first.last_used_at is not None
    assert first.last_used_at == second.last_used_at


async def test_keys_go_on_while_the_database_is_away(graph: Graph, neo4j_address: Address) -> None:
    key = made(graph)
    async with line_to(neo4j_address) as (line, address), connected(address) as client:
        assert (await asked(client, key)).status_code == 200
        line.cut()
        known, unknown = await asked(client, key), await asked(client, new_api_key())

    assert known.status_code == 200
    assert unknown.status_code == 401


async def test_a_database_that_never_answered_is_no_reason_to_refuse_for_good(
    graph: Graph, neo4j_address: Address
) -> None:
    key = made(graph)
    async with line_to(neo4j_address) as (line, address), connected(address) as client:
        line.cut()
        response = await asked(client, key)
        settings_key = await asked(client, API_KEY)

    assert (response.status_code, response.headers["retry-after"]) == (503, "1")
    assert response.json()["errors"][0]["extensions"]["code"] == "UNAVAILABLE"
    assert settings_key.status_code == 200


async def test_a_key_says_no_more_than_its_purpose(client: AsyncClient) -> None:
    too_long = await client.post("/graphql", json=LEVELS, headers={"X-Purpose": "x" * 81})
    fits = await client.post("/graphql", json=LEVELS, headers={"X-Purpose": "case 17"})

    assert (too_long.status_code, fits.status_code) == (400, 200)
    assert "x" * 81 not in too_long.text


async def test_the_purposes_of_the_settings_are_the_only_ones(neo4j_address: Address) -> None:
    async with connected(neo4j_address, purposes=("support", "audit")) as client:
        other = await client.post("/graphql", json=LEVELS, headers={"X-Purpose": "curiosity"})
        known = await client.post("/graphql", json=LEVELS, headers={"X-Purpose": "support"})

    assert (other.status_code, known.status_code) == (400, 200)
    assert "support, audit" in other.json()["errors"][0]["message"]


async def test_a_connection_says_who_it_is_in_its_first_message() -> None:
    async def no_keys() -> list[object]:
        return []

    keys = ApiKeys(no_keys, lambda _name, _at: None)  # pyright: ignore[reportArgumentType]
    authentication = Authentication(keyed_settings(), keys)
    viewer = await authentication.viewer_of_connection({"Authorization": f"Bearer {API_KEY}", "purpose": "case 17"})

    assert (viewer.subject, viewer.purpose) == ("settings", "case 17")
    for payload in (None, {}, {"authorization": 7}, {"authorization": API_KEY}, {"token": f"Bearer {API_KEY}"}):
        with pytest.raises(UnauthenticatedError):
            await authentication.viewer_of_connection(payload)
