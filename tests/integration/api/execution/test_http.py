import json
import logging
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from httpx import ASGITransport, AsyncClient
from starlette.types import Message

from api.app import create_app
from api.execution.negotiation import GRAPHQL_JSON
from graph.address import Address
from tests.asking import API_KEY, AUTHORIZED, keyed_settings
from tests.integration.api.conftest import connected

LEVELS = {"query": "{ confidenceLevels { default } }"}
BEARER = f"Bearer {API_KEY}".encode()
ERROR_ON_A_PATH = {"query": '{ search(text: "a", first: 0) { profile { id } } }'}


def the_error(response: httpx.Response) -> dict[str, Any]:
    (error,) = response.json()["errors"]
    return error


async def test_an_answer_is_json_that_nobody_keeps(client: AsyncClient) -> None:
    response = await client.post("/graphql", json=LEVELS)

    assert response.status_code == 200
    assert response.headers["content-type"] == "application/json; charset=utf-8"
    assert response.headers["cache-control"] == "private, no-store"
    assert response.headers["vary"] == "Accept, Authorization"
    assert response.headers["x-content-type-options"] == "nosniff"


async def test_a_request_keeps_its_id_from_beginning_to_end(client: AsyncClient) -> None:
    response = await client.post("/graphql", json={"query": "{"}, headers={"X-Request-Id": "trace-7"})

    assert response.headers["x-request-id"] == "trace-7"
    assert the_error(response)["extensions"] == {"code": "GRAPHQL_PARSE_FAILED", "requestId": "trace-7"}


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH"])
async def test_only_post_is_answered(client: AsyncClient, method: str) -> None:
    response = await client.request(method, "/graphql", params=LEVELS)

    assert (response.status_code, response.headers["allow"]) == (405, "POST")


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""]
)
async def test_a_form_of_another_site_cannot_ask(client: AsyncClient, content_type: str) -> None:
    body = b'{"query": "{ confidenceLevels { default } }"}'
    response = await client.post("/graphql", content=body, headers={"Content-Type": content_type})

    assert response.status_code == 415


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "evil.example:8000", ""])
async def test_a_name_that_is_not_ours_is_not_answered(client: AsyncClient, host: str) -> None:
    response = await client.post("/graphql", json=LEVELS, headers={"Host": host})

    assert response.status_code == 421


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:8000", "[::1]:8000", "LOCALHOST:1"])
async def test_our_own_names_are_answered(client: AsyncClient, host: str) -> None:
    assert (await client.post("/graphql", json=LEVELS, headers={"Host": host})).status_code == 200


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b'[{"query": "{ confidenceLevels { default } }"}]', b"null", b"7", b"\xff", b'{"query": 1}',
     b"{}", b'{"query": "{ __typename }", "variables": []}', b'{"query": "{ __typename }", "extensions": 1}',
     b'{"query": "query A { __typename }", "operationName": "B"}'],
)  # fmt: skip
async def test_what_is_not_a_graphql_request_is_refused(client: AsyncClient, content: bytes) -> None:
    response = await client.post("/graphql", content=content, headers={"Content-Type": "application/json"})

    assert response.status_code == 400
    assert the_error(response)["extensions"]["code"] in {"BAD_REQUEST", "BAD_USER_INPUT"}


async def test_a_body_that_is_too_large_is_not_read(client: AsyncClient) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(100):
            yield b" " * 10_000

    headers = {"Content-Type": "application/json"}
    announced = await client.post("/graphql", content=b" " * 300_000, headers=headers)
    streamed = await client.post("/graphql", content=endless(), headers=headers)

    assert (announced.status_code, streamed.status_code) == (413, 413)


async def test_an_answer_that_cannot_be_accepted_is_not_computed(client: AsyncClient) -> None:
    assert (await client.post("/graphql", json=LEVELS, headers={"Accept": "text/html"})).status_code == 406


@pytest.mark.parametrize(
    ("body", "old", "new"),
    [(LEVELS, 200, 200), (ERROR_ON_A_PATH, 200, 200), ({"query": "{"}, 200, 400), ({"query": "{ nothing }"}, 200, 400)],
)
async def test_the_newer_media_type_has_honest_statuses(
    client: AsyncClient, body: dict[str, Any], old: int, new: int
) -> None:
    older = await client.post("/graphql", json=body, headers={"Accept": "application/json"})
    newer = await client.post("/graphql", json=body, headers={"Accept": GRAPHQL_JSON})

    assert (older.status_code, newer.status_code) == (old, new)
    assert newer.headers["content-type"] == f"{GRAPHQL_JSON}; charset=utf-8"
    assert ("data" in newer.json()) is (new == 200)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"query": "{"}, "GRAPHQL_PARSE_FAILED"),
        ({"query": "{ nothing }"}, "GRAPHQL_VALIDATION_FAILED"),
        ({"query": 'subscription { search(text: "a") { profile { id } } }'}, "BAD_REQUEST"),
        ({"query": 'query ($n: Int!) { search(text: "a", first: $n) { matches { score } } }'}, "BAD_USER_INPUT"),
        ({"query": 'query ($t: DateTime) { profile(by: {id: "p"}) { ... on Profile { journey(filter: {since: $t}) { '
                   'nodes { at } } } } }', "variables": {"t": "2026-03-01T12:00:00"}}, "BAD_USER_INPUT"),
        (ERROR_ON_A_PATH, "BAD_USER_INPUT"),
        ({"query": "query A { __typename } query B { __typename }"}, "BAD_USER_INPUT"),
        ({"query": "{ confidenceLevels { default } }", "variables": {"x": json.loads("[" * 300 + "]" * 300)}},
         "BAD_USER_INPUT"),
        ({"query": "{ " + "confidenceLevels { default } " * 1_000 + "}"}, "QUERY_TOO_COMPLEX"),
        ({"query": "{ a" * 600 + " }" * 600}, "QUERY_TOO_COMPLEX"),
    ],
)  # fmt: skip
async def test_every_error_has_a_code_and_the_request_id(client: AsyncClient, body: dict[str, Any], code: str) -> None:
    response = await client.post("/graphql", json=body)

    error = response.json()["errors"][0]
    assert error["extensions"] == {"code": code, "requestId": response.headers["x-request-id"]}


async def test_a_request_is_given_up_at_its_deadline(neo4j_address: Address) -> None:
    async with connected(neo4j_address, deadline_s=0.000_001) as client:
        response = await client.post("/graphql", json=LEVELS)

    assert (response.status_code, response.headers["retry-after"]) == (503, "1")
    assert the_error(response)["extensions"]["code"] == "TIMEOUT"


async def test_no_value_stands_in_a_log_or_in_a_refusal(client: AsyncClient, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    secret = "anna.private@example.org"
    requests: list[dict[str, Any]] = [
        {"query": f'{{ search(text: "{secret}", first: 0) {{ profile {{ id }} }} }}'},
        {"query": f'{{ search(text: "a", first: "{secret}") {{ profile {{ id }} }} }}'},
        {"query": f'{{ profile(by: {{email: "{secret}"}}, confidence: "{secret}") {{ __typename }} }}'},
        {"query": f'{{ profile "{secret}" }}'},
        {"query": f'"{secret}'},
        {"query": "query ($by: ProfileBy!) { profile(by: $by) { __typename } }", "variables": {"by": secret}},
        {"query": 'query ($n: Int!) { search(text: "", first: $n) { matches { score } } }', "variables": {"n": secret}},
        {"query": 'query ($c: Confidence) { profile(by: {id: "a"}, confidence: $c) { __typename } }',
         "variables": {"c": [secret]}},
        {"query": "{ __typename }", "operationName": secret},
    ]  # fmt: skip
    for request in requests:
        response = await client.post("/graphql", json=request)
        assert response.json()["errors"]
        assert secret not in response.text
    assert secret not in caplog.text


async def test_a_body_that_breaks_off_is_no_failure_of_ours(
    neo4j_address: Address, caplog: pytest.LogCaptureFixture
) -> None:
    app = create_app(keyed_settings(), neo4j_address)
    headers = [(b"host", b"localhost"), (b"content-type", b"application/json"), (b"authorization", BEARER)]
    scope = {"type": "http", "method": "POST", "path": "/graphql", "headers": headers, "query_string": b""}
    sent: list[Message] = []

    async def gone() -> Message:
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        sent.append(message)

    async with app.router.lifespan_context(app):
        await app(scope, gone, send)

    assert sent[0]["status"] == 400
    assert not [record for record in caplog.records if "error" in record.__dict__]


async def test_a_failure_outside_of_a_query_is_told_as_well(
    neo4j_address: Address, caplog: pytest.LogCaptureFixture
) -> None:
    never_started = create_app(keyed_settings(), neo4j_address)
    async with AsyncClient(
        transport=ASGITransport(never_started), base_url="http://localhost", headers=AUTHORIZED
    ) as client:
        response = await client.post("/graphql", json=LEVELS)

    assert response.status_code == 500
    assert the_error(response)["extensions"]["code"] == "INTERNAL"
    assert [record.__dict__["error"] for record in caplog.records if "error" in record.__dict__] == ["AttributeError"]


async def test_a_failure_is_told_without_what_failed(
    neo4j_address: Address, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: Any) -> None:
        raise RuntimeError("anna.private@example.org")

    monkeypatch.setattr("api.contract.queries.search_profiles", broken)
    async with connected(neo4j_address) as client:
        response = await client.post("/graphql", json={"query": '{ search(text: "a") { profile { id } } }'})

    error = the_error(response)
    assert error["extensions"] == {"code": "INTERNAL", "requestId": response.headers["x-request-id"]}
    assert error["path"] == ["search"]
    assert "anna" not in response.text + caplog.text
    (told,) = [record.__dict__ for record in caplog.records if "error" in record.__dict__]
    assert (told["request"], told["error"]) == (response.headers["x-request-id"], "RuntimeError")
    assert told["place"].startswith("broken:")
