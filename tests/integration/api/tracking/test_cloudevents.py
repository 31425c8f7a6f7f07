# CloudEvents in every mode of their HTTP binding.
import base64
from collections.abc import Callable
from typing import Any

import httpx
import orjson
import pytest

from graph.connection import Graph
from loaders.rejects.selection import Selection
from loaders.rejects.store import DeadLetters
from tests.assertions import edges, nodes
from tests.integration.api.tracking.conftest import APP_KEY, KEY, SHOP, emptied

EVENT: dict[str, Any] = {
    "specversion": "1.0",
    "id": "1",
    "source": SHOP,
    "type": "com.example.order.completed.v2",
    "time": "2026-05-01T12:00:00Z",
    "subject": "u1",
    "data": {"order_id": "o1", "total": 59.9, "currency": "EUR"},
}
STRUCTURED, BATCHED = "application/cloudevents+json; charset=utf-8", "application/cloudevents-batch+json"
JSON = "application/json"


def structured(client: httpx.Client, event: Any, media_type: str = STRUCTURED, **more: Any) -> httpx.Response:
    return client.post("/events", content=orjson.dumps(event), headers={"Content-Type": media_type}, **more)


def binary(
    client: httpx.Client, content: bytes, media_type: str = "application/json", **changes: str
) -> httpx.Response:
    headers = {f"ce-{name}": value for name, value in EVENT.items() if name != "data"}
    headers |= {f"ce-{name}": value for name, value in changes.items()} | {"Content-Type": media_type}
    return client.post("/events", content=content, headers=headers)


def properties(graph: Graph) -> dict[str, Any]:
    ((text,),) = nodes(graph, "Interaction", "properties")
    return orjson.loads(text)


def test_an_event_is_the_same_in_every_mode(client: httpx.Client, live: Graph) -> None:
    # Binary mode always says of what type the data are.
    data, event = orjson.dumps(EVENT["data"]), EVENT | {"datacontenttype": JSON}
    modes: list[Callable[[], httpx.Response]] = [
        lambda: binary(client, data),
        lambda: structured(client, event),
        lambda: structured(client, event, "application/json"),
        lambda: structured(client, [event, event], BATCHED),
        lambda: structured(client, event | {"data": None, "data_base64": base64.b64encode(data).decode()}),
    ]
    kept: list[dict[str, Any]] = []
    for send in modes:
        emptied(live)
        answer = send()
        assert (answer.status_code, answer.text) == (200, '{"success":true}')
        assert nodes(live, "Interaction", "key", "type", "name", "owner", "amount", "currency") == {
            (f"web:{SHOP} 1", "order", "Order Completed", "web:u1", 59.9, "EUR")
        }
        assert edges(live, "HAS_IDENTIFIER") == {("web:u1", "user_id:u1")}
        kept.append(properties(live) | {"receivedAt": None})

    assert kept == [kept[0]] * len(modes)
    assert kept[0]["cloudevent"]["type"] == "com.example.order.completed.v2"


def test_an_id_is_one_only_together_with_its_source(client: httpx.Client, live: Graph) -> None:
    structured(client, [EVENT, EVENT | {"source": "/other"}, EVENT | {"id": "2"}], BATCHED, auth=(KEY, ""))

    assert nodes(live, "Interaction", "key") == {(f"web:{SHOP} 1",), ("web:/other 1",), (f"web:{SHOP} 2",)}


@pytest.mark.parametrize(
    "credentials",
    [
        {"auth": (APP_KEY, "")},
        {"params": {"writeKey": APP_KEY}},
    ],
    ids=["basic", "query"],
)
def test_a_key_says_whose_events_they_are(client: httpx.Client, live: Graph, credentials: dict[str, Any]) -> None:
    structured(client, EVENT | {"source": "/anywhere"}, **credentials)

    assert nodes(live, "Interaction", "source") == {("app",)}


def test_an_event_that_names_nobody_who_is_known_is_refused(client: httpx.Client, live: Graph) -> None:
    unknown = structured(client, EVENT | {"source": "/anywhere"})
    unnamed = structured(client, {"specversion": "1.0"})

    assert (unknown.status_code, unknown.json()["code"]) == (401, "unknown_name")
    assert (unnamed.status_code, unnamed.json()["code"]) == (401, "no_write_key")
    assert nodes(live, "Interaction", "key") == set()


def test_who_logs_in_is_told_with_traits_and_device(client: httpx.Client, live: Graph) -> None:
    traits = {"email": "anna@example.org", "firstName": "Anna"}
    structured(client, EVENT | {"type": "user.identified", "anonymousid": "a1", "sessionid": "s1", "data": traits})

    assert nodes(live, "Interaction", "type", "name") == {("identify", "User Identified")}
    assert edges(live, "HAS_EMAIL") == {("web:u1", "email:anna@example.org")}
    assert edges(live, "USED") == {("web:u1", "anonymous_id:a1")}
    assert nodes(live, "Session", "key") == {("web:s1",)}


@pytest.mark.parametrize(
    ("content", "media_type", "kept"),
    [
        (b"", "application/json", {}),
        (b"[1]", "application/vnd.acme+json", {"data": [1]}),
        ("Grüße".encode(), "text/plain", {"data": "Grüße"}),
        (b"\xff", "application/octet-stream", {"data": "/w=="}),
    ],
)
def test_data_may_be_anything(
    client: httpx.Client, live: Graph, content: bytes, media_type: str, kept: dict[str, Any]
) -> None:
    answer = binary(client, content, media_type, subject="Anna%20Ilg", type="com.example.other")

    assert answer.status_code == 200
    assert {name: value for name, value in properties(live).items() if name == "data"} == kept
    assert nodes(live, "Interaction", "name", "owner") == {("com.example.other", "web:Anna Ilg")}


BAD: dict[str, dict[str, Any]] = {
    "missing_attribute": {"type": ""},
    "unknown_version": {"specversion": "0.3"},
    "no_identifier": {"subject": None},
    "id_too_long": {"id": "i" * 600},
    "invalid_json": {"data_base64": "%"},
    "too_large": {"data": "x" * 40_000},
}


@pytest.mark.usefixtures("data")
def test_an_event_that_cannot_be_used_is_set_aside_with_a_code(client: httpx.Client, live: Graph) -> None:
    alone = structured(client, EVENT | {"subject": None})
    batch = structured(client, [EVENT, *(EVENT | change for change in BAD.values()), EVENT | {"source": "?"}], BATCHED)

    assert (alone.status_code, alone.json()["code"]) == (400, "no_identifier")
    assert (batch.status_code, [found["code"] for found in batch.json()["rejected"]]) == (200, [*BAD, "unknown_name"])
    assert nodes(live, "Interaction", "key") == {(f"web:{SHOP} 1",)}
    with DeadLetters() as letters:
        kept = [one.letter for page in letters.pages(Selection(source="web")) for one in page]
    assert {letter.reason.code for letter in kept if letter.connector == "cloudevents"} == {*BAD, "unknown_name"}


@pytest.mark.parametrize(
    ("content", "media_type", "code"),
    [(b"{", STRUCTURED, "invalid_json"), (b"[]", BATCHED, "no_events"), (b"7", STRUCTURED, "no_events")],
)
def test_a_body_without_events_is_said_so(client: httpx.Client, content: bytes, media_type: str, code: str) -> None:
    answer = client.post("/events", content=content, headers={"Content-Type": media_type}, auth=(KEY, ""))

    assert (answer.status_code, answer.json()["code"]) == (400, code)


def test_a_deliverer_that_asks_first_is_welcome_with_a_key_only(client: httpx.Client) -> None:
    asked = {"WebHook-Request-Origin": "events.example.com"}
    welcome = client.options("/events", params={"writeKey": KEY}, headers=asked)
    stranger = client.options("/events", headers=asked)

    assert welcome.headers["webhook-allowed-origin"] == "events.example.com"
    assert welcome.headers["webhook-allowed-rate"] == "*"
    assert "webhook-allowed-origin" not in stranger.headers
