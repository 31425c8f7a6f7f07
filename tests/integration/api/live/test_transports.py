# How subscriptions are carried: what a connection may say, who is let in, and what is told when it ends.
import asyncio
import json
import signal
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets import InvalidStatus

from api.execution.negotiation import GRAPHQL_JSON, JSON
from api.execution.trusted_documents import hash_of
from api.operation.serving import serving
from graph.address import Address
from graph.writing import write_batch
from tests.asking import AUTHORIZED, keyed_settings
from tests.factories import batch, crm, days, interaction
from tests.integration.api.live.conftest import (
    ANNA,
    CHANGES,
    INTRODUCTION,
    PATIENCE_S,
    Line,
    api_process,
    connected_line,
    following,
    opened_line,
)

pytestmark = pytest.mark.usefixtures("anna")
UNKNOWN = {"customer": "crm:nobody"}
QUERY = "{ confidenceLevels { default } }"


async def test_a_subscription_about_nobody_says_so_and_ends(url: str) -> None:
    async with connected_line(url) as line:
        await line.subscribe(by=UNKNOWN)

        assert (await line.told())["__typename"] == "UnknownIdentity"
        assert (await line.hear())["type"] == "complete"


_FIELD = 'profileChanges(by: {{customer: "crm:1"}}{}) {{ {} }}'
_AND = ', since: "2026-01-01T00:00:00Z", after: "x"'
_ALIASES = " ".join(f"a{n}: __typename" for n in range(30))


@pytest.mark.parametrize(
    ("query", "code"),
    [
        (QUERY, "BAD_REQUEST"),
        ("subscription {", "GRAPHQL_PARSE_FAILED"),
        ("subscription { " + _FIELD.format("", "secret") + " }", "GRAPHQL_VALIDATION_FAILED"),
        ("subscription { " + _FIELD.format("", _ALIASES) + " }", "QUERY_TOO_COMPLEX"),
        ("subscription { " + _FIELD.format(', after: "x"', "__typename") + " }", "BAD_USER_INPUT"),
        ("subscription { " + _FIELD.format(_AND, "__typename") + " }", "BAD_USER_INPUT"),
        ("subscription { " + _FIELD.format(", confidence: 7", "__typename") + " }", "BAD_USER_INPUT"),
    ],
)
async def test_what_cannot_be_followed_is_refused_with_a_code(url: str, query: str, code: str) -> None:
    async with connected_line(url) as line:
        await line.subscribe(query)
        assert (await line.refusal())[0] == code
        await line.subscribe(by=UNKNOWN)

        assert (await line.told())["__typename"] == "UnknownIdentity"


@pytest.mark.parametrize(
    "message",
    [
        "no json",
        "[]",
        '"subscribe"',
        '{"id": "1"}',
        '{"type": "subscribe", "id": ["1"], "payload": {"query": "{ a }"}}',
        '{"type": "subscribe", "id": "1", "payload": "{ a }"}',
        '{"type": "subscribe", "id": "1", "payload": {"query": 7}}',
        '{"type": "subscribe", "id": "1", "payload": {"query": "{ a }", "variables": []}}',
        '{"type": "tell"}',
        b"\x00\x01",
    ],
)
async def test_a_message_of_no_form_closes_the_connection(url: str, message: str | bytes) -> None:
    async with connected_line(url) as line:
        await line.socket.send(message)

        assert await line.closed() == 4400


async def test_a_message_that_is_too_large_closes_the_connection(url: str) -> None:
    async with connected_line(url) as line:
        await line.socket.send(" " * 300_000)

        assert await line.closed() == 1009


async def test_a_page_of_another_site_is_not_let_in(url: str) -> None:
    with pytest.raises(InvalidStatus) as refused:
        async with opened_line(url, Origin="https://evil.example"):
            pass
    assert refused.value.response.status_code == 403
    async with opened_line(url, Origin=url) as line:
        await line.say("connection_init", payload=INTRODUCTION)
        assert (await line.hear())["type"] == "connection_ack"


def test_a_handshake_under_another_name_is_refused(url: str) -> None:
    handshake = {"connection": "Upgrade", "upgrade": "websocket", "sec-websocket-version": "13", "host": "evil.example"}
    handshake["sec-websocket-key"] = "x3JJHMbDL1EzLkh9GBhXDw=="

    assert httpx.get(f"{url}/graphql", headers=handshake).status_code == 403


async def test_the_older_protocol_is_not_spoken(url: str) -> None:
    async with opened_line(url, "graphql-ws") as line:
        assert await line.closed() == 4406


async def test_only_who_has_the_key_is_let_in(neo4j_address: Address) -> None:
    with serving(neo4j_address, keyed_settings(api_key="sesame")) as url:
        async with opened_line(url) as line:
            await line.say("connection_init", payload={"authorization": "Bearer wrong"})
            assert await line.closed() == 4403
        async with opened_line(url) as line:
            await line.subscribe(by=ANNA)
            assert await line.closed() == 4401
        async with connected_line(url, {"authorization": "Bearer sesame"}) as line:
            await line.subscribe(by=ANNA)
            assert (await line.told())["__typename"] == "FollowingBegan"
        async with streamed(url) as (response, _):
            assert response.status_code == 401


_EVENTS = "text/event-stream"
# As urql names all that it knows.
_EVERYTHING = f"{GRAPHQL_JSON}, application/graphql+json, {JSON}, {_EVENTS}, multipart/mixed"


@asynccontextmanager
async def streamed(
    url: str, query: str = CHANGES, accept: str = _EVENTS, **variables: Any
) -> AsyncGenerator[tuple[httpx.Response, Any]]:
    """A stream of events, and the function that gives the next one."""
    body = {"query": query, "variables": variables}
    async with (
        httpx.AsyncClient(base_url=url, headers=AUTHORIZED, timeout=PATIENCE_S) as client,
        client.stream("POST", "/graphql", json=body, headers={"Accept": accept}) as response,
    ):
        lines = response.aiter_lines()

        async def event() -> tuple[str, Any]:
            kind = (await anext(lines)).removeprefix("event: ")
            data = (await anext(lines)).removeprefix("data: ")
            assert await anext(lines) == ""
            return kind, json.loads(data) if data else None

        yield response, event


async def test_changes_come_as_events_too(anna: Any, url: str) -> None:
    async with streamed(url, by=ANNA) as (response, event):
        assert response.headers["content-type"].startswith("text/event-stream")
        assert response.headers["cache-control"] == "private, no-store, no-transform"
        _, began = await event()
        assert began["data"]["profileChanges"]["__typename"] == "FollowingBegan"
        call = interaction("sse", "call_centre", at=days(8), customer=crm("1"))
        write_batch(anna, batch("call_centre", interactions=(call,)))
        kind, told = await event()

    change = told["data"]["profileChanges"]
    assert (kind, change["interaction"]["key"]) == ("next", call.key)
    async with following(url, after=began["data"]["profileChanges"]["cursor"]) as line:
        assert await line.interaction() == call.key


async def test_a_stream_about_nobody_ends(url: str) -> None:
    async with streamed(url, by=UNKNOWN) as (_, event):
        assert (await event())[1]["data"]["profileChanges"]["__typename"] == "UnknownIdentity"
        assert (await event())[0] == "complete"


async def test_a_query_is_not_streamed(url: str) -> None:
    async with streamed(url, QUERY) as (_, event):
        (error,) = (await event())[1]["errors"]
        assert error["extensions"]["code"] == "BAD_REQUEST"


def test_a_subscription_is_not_answered_as_a_query_is(url: str) -> None:
    answer = httpx.post(f"{url}/graphql", json={"query": CHANGES, "variables": {"by": ANNA}}, headers=AUTHORIZED)

    assert answer.status_code == 400
    assert "text/event-stream" in answer.json()["errors"][0]["message"]


def posted(url: str, query: str, accept: str) -> httpx.Response:
    body = {"query": query, "variables": {"by": UNKNOWN}}
    return httpx.post(f"{url}/graphql", json=body, headers={**AUTHORIZED, "Accept": accept}, timeout=PATIENCE_S)


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        (_EVERYTHING, GRAPHQL_JSON),
        (f"{_EVENTS}, {JSON};q=0.1", JSON),
        (f"{_EVENTS};q=0, {JSON}", JSON),
        (f"{_EVENTS}, */*", JSON),
    ],
)
def test_a_query_that_accepts_json_is_answered_with_it(url: str, accept: str, media_type: str) -> None:
    answer = posted(url, QUERY, accept)

    assert (answer.status_code, answer.headers["content-type"]) == (200, f"{media_type}; charset=utf-8")
    assert answer.json()["data"]["confidenceLevels"]["default"]


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ('mutation { resolveCustomers(input: {customers: ["crm:1"]}) { nothing } }', "GRAPHQL_VALIDATION_FAILED"),
        ("subscription {", "GRAPHQL_PARSE_FAILED"),
        ("fragment F on Query { __typename }", "BAD_REQUEST"),
        ("", "BAD_REQUEST"),
    ],
)
def test_what_is_no_subscription_is_refused_as_a_query_is(url: str, query: str, code: str) -> None:
    answer = posted(url, query, _EVERYTHING)

    assert answer.status_code == 400
    assert [error["extensions"]["code"] for error in answer.json()["errors"]] == [code]


@pytest.mark.parametrize("accept", [_EVERYTHING, f"{JSON}, {_EVENTS};q=0.1"])
async def test_a_subscription_that_accepts_events_is_streamed(url: str, accept: str) -> None:
    async with streamed(url, accept=accept, by=UNKNOWN) as (response, event):
        assert response.headers["content-type"].startswith(_EVENTS)
        assert (await event())[1]["data"]["profileChanges"]["__typename"] == "UnknownIdentity"
        assert (await event())[0] == "complete"


@pytest.mark.parametrize(("accept", "status"), [(f"{_EVENTS};q=0, {JSON}", 400), (f"{_EVENTS};q=0", 406)])
def test_a_quality_of_zero_refuses_events(url: str, accept: str, status: int) -> None:
    assert posted(url, CHANGES, accept).status_code == status


def test_whoever_has_nothing_left_has_nothing_parsed(neo4j_address: Address) -> None:
    dear = '{ search(text: "a", first: 49) { profile { links(first: 370) { rule } } } }'
    with serving(neo4j_address, keyed_settings(cost_per_second=1, cost_at_once=1)) as url:
        while posted(url, dear, JSON).status_code == 200:
            pass
        # A second gives back enough to ask one thing, which a refusal takes again.
        answers = [posted(url, query, _EVERYTHING) for _ in range(20) for query in ("{", CHANGES)]

    assert 429 in {answer.status_code for answer in answers[1::2]}


async def test_a_server_that_stops_says_so_and_another_goes_on(url: str, neo4j_address: Address) -> None:
    with api_process(neo4j_address) as stopping:
        async with following(stopping.url) as line, streamed(stopping.url, by=ANNA) as (_, event):
            _, began = await event()
            stopping.process.send_signal(signal.SIGTERM)
            code, words = await line.refusal()
            _, farewell = await event()

            assert (code, "`after`" in words) == ("UNAVAILABLE", True)
            assert farewell["errors"][0]["extensions"]["code"] == "UNAVAILABLE"
            assert await line.closed() == 1012
        assert await asyncio.to_thread(stopping.process.wait, PATIENCE_S) in {0, -signal.SIGTERM}
    async with connected_line(url) as line:
        await line.subscribe(by=ANNA, after=began["data"]["profileChanges"]["cursor"])
        assert await _kind(line) == "FollowingBegan"


async def _kind(line: Line) -> str:
    return (await line.told())["__typename"]


async def test_where_only_trusted_documents_are_answered_only_they_can_be_followed(
    neo4j_address: Address, tmp_path: Path
) -> None:
    (tmp_path / "changes.graphql").write_text(CHANGES)
    with serving(neo4j_address, keyed_settings(trusted_documents=tmp_path)) as url:
        async with connected_line(url) as line:
            await line.subscribe('subscription { profileChanges(by: {customer: "crm:1"}) { __typename } }')
            assert (await line.refusal())[0] == "PERSISTED_QUERY_NOT_FOUND"
            trusted = {"documentId": f"sha256:{hash_of(CHANGES)}", "variables": {"by": UNKNOWN}}
            await line.say("subscribe", id="2", payload=trusted)

            assert (await line.told())["__typename"] == "UnknownIdentity"
