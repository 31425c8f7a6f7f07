# PostHog's clients: events in every packing, whose they are, and what a browser asks for first.
import base64
import gzip
from datetime import datetime
from typing import Any
from urllib.parse import quote

import httpx
import orjson
import pytest
from posthog import Posthog

from graph.connection import Graph
from loaders.rejects.selection import Selection
from loaders.rejects.store import DeadLetters
from tests.assertions import edges, everything, nodes
from tests.integration.api.tracking.conftest import KEY

EVENT: dict[str, Any] = {
    "event": "Order Completed",
    "uuid": "m1",
    "distinct_id": "u1",
    "timestamp": "2026-05-01T12:00:00Z",
    "properties": {"token": KEY, "$device_id": "d1", "$session_id": "s1", "total": 9.5, "currency": "EUR"},
}
BODY = orjson.dumps(EVENT)
PACKED = base64.b64encode(BODY).decode()


def event(name: str, distinct_id: str | None = "u1", /, **properties: Any) -> dict[str, Any]:
    return {"event": name, "distinct_id": distinct_id, "uuid": name, "properties": properties}


def sent(client: httpx.Client, *events: Any, **more: Any) -> httpx.Response:
    return client.post("/batch/", json={"api_key": KEY, "batch": list(events)}, **more)


def properties(graph: Graph) -> dict[str, Any]:
    ((text,),) = nodes(graph, "Interaction", "properties")
    return orjson.loads(text)


@pytest.mark.parametrize(
    ("path", "content", "headers"),
    [
        ("/capture/", BODY, {}),
        ("/e/", b"[" + BODY + b"]", {"Content-Type": "text/plain"}),
        ("/e/?compression=gzip-js", gzip.compress(BODY), {"Content-Type": "text/plain"}),
        ("/i/v0/e/", gzip.compress(BODY), {"Content-Encoding": "gzip"}),
        ("/track", f"data={quote(PACKED)}".encode(), {"Content-Type": "application/x-www-form-urlencoded"}),
        ("/batch", b"data=" + quote(BODY).encode(), {"Content-Type": "application/x-www-form-urlencoded"}),
    ],
    ids=["json", "list", "gzip-js", "gzip", "base64", "form"],
)
def test_an_event_is_taken_in_every_packing(
    client: httpx.Client, live: Graph, path: str, content: bytes, headers: dict[str, str]
) -> None:
    answer = client.post(path, content=content, headers=headers)

    assert (answer.status_code, answer.json()) == (200, {"success": True})
    assert nodes(live, "Interaction", "key", "type", "name", "owner", "amount") == {
        ("web:m1", "order", "Order Completed", "web:u1", 9.5)
    }
    assert edges(live, "USED") == {("web:u1", "anonymous_id:d1")}
    assert nodes(live, "Session", "key") == {("web:s1",)}


def test_an_event_in_an_address_and_one_that_comes_again_are_the_same(client: httpx.Client, live: Graph) -> None:
    client.get("/e/", params={"data": PACKED})
    before = everything(live)
    sent(client, EVENT, EVENT)

    assert everything(live) == before
    assert nodes(live, "Interaction", "key") == {("web:m1",)}


def test_a_page_says_where_its_visit_comes_from_and_addresses_are_shortened(client: httpx.Client, live: Graph) -> None:
    page = {"$current_url": "https://shop.example/a?x=1", "$referrer": "$direct", "utm_campaign": "may"}
    seen = {"$device_id": "d1", "$session_id": "s1", "$ip": "203.0.113.7"}
    sent(client, event("$pageview", "d1", **page, **seen))

    assert nodes(live, "Interaction", "type", "name", "owner") == {("page", "Page Viewed", "anonymous_id:d1")}
    assert nodes(live, "Session", "entry_page", "campaign") == {("/a", "may")}
    kept = properties(live)
    assert (kept["url"], kept["ip"], "$ip" in kept) == (page["$current_url"], "203.0.113.0", False)


def test_the_client_may_ask_for_its_address_not_to_be_kept(client: httpx.Client, live: Graph) -> None:
    sent(client, event("$pageview"), params={"ip": "0"}, headers={"User-Agent": "Mozilla/5.0"})

    assert "ip" not in properties(live)


@pytest.mark.parametrize(
    "anonymous",
    [
        event("a", "d1", **{"$device_id": "d1"}),
        event("a", "d1", **{"$is_identified": False}),
        event("a", "d1", **{"$process_person_profile": False}),
        {**event("a", "d1"), "options": {"process_person_profile": False}},
        event("$groupidentify", "$company_5", **{"$group_type": "company", "$group_key": "5", "$device_id": "d1"}),
    ],
)
def test_who_was_not_identified_is_a_device(client: httpx.Client, live: Graph, anonymous: dict[str, Any]) -> None:
    sent(client, anonymous)

    assert nodes(live, "Interaction", "owner") == {("anonymous_id:d1",)}
    assert nodes(live, "Customer", "key") == set()


def test_identify_proves_whose_the_device_was_and_tells_of_the_user(client: httpx.Client, live: Graph) -> None:
    told = {"email": "anna@example.org", "firstName": "Anna"}
    identified: dict[str, Any] = {"$anon_distinct_id": "d1", "$set": told, "$set_once": {"firstName": "An"}}
    sent(
        client,
        event("$identify", **identified),
        {**event("$set", "u2"), "$set": {"email": "bea@example.org"}},
    )

    assert edges(live, "USED") == {("web:u1", "anonymous_id:d1")}
    assert nodes(live, "Customer", "key", "given_name") == {("web:u1", "Anna"), ("web:u2", None)}
    assert edges(live, "HAS_EMAIL") == {("web:u1", "email:anna@example.org"), ("web:u2", "email:bea@example.org")}


def test_what_is_set_once_stays_whatever_comes_later(client: httpx.Client, live: Graph) -> None:
    def came(source: str, offset: int) -> dict[str, Any]:
        return {**event(source, **{"$set_once": {"came_from": source}}), "offset": offset}

    sent(client, came("mail", 50_000))
    sent(client, came("ad", 60_000), came("shop", 1_000))

    ((traits,),) = nodes(live, "Customer", "traits")
    assert orjson.loads(traits) == {"came_from": "ad"}

    sent(client, {**event("call"), "$set": {"came_from": "call"}, "offset": 70_000})

    ((traits,),) = nodes(live, "Customer", "traits")
    assert orjson.loads(traits) == {"came_from": "call"}


def test_an_alias_is_the_same_user_as_before(client: httpx.Client, live: Graph) -> None:
    sent(client, event("a", "u0"), event("$create_alias", "u0", distinct_id="u0", alias="u1"))

    assert ("web:u1", "user_id:u0") in edges(live, "HAS_IDENTIFIER")


@pytest.mark.parametrize(
    ("times", "seconds_ago"),
    [
        ({"offset": 60_000}, 60),
        ({"timestamp": "2020-01-01T00:00:00Z"}, 90),
        ({"timestamp": "2020-01-01T00:00:00Z", "properties": {"$ignore_sent_at": True}}, None),
        ({"offset": 10**30}, 0),
    ],
    ids=["offset", "wrong clock", "right clock", "beyond the calendar"],
)
def test_a_wrong_clock_is_corrected(
    client: httpx.Client, live: Graph, times: dict[str, Any], seconds_ago: int | None
) -> None:
    body = {"api_key": KEY, "batch": [{"event": "a", "distinct_id": "u1", **times}], "sent_at": "2020-01-01T00:01:30Z"}
    client.post("/batch/", json=body)

    ((at, properties),) = nodes(live, "Interaction", "at", "properties")
    received = orjson.loads(properties)["receivedAt"]
    elapsed = (datetime.fromisoformat(received) - at.to_native()).total_seconds()
    assert abs(elapsed - seconds_ago) < 1 if seconds_ago is not None else str(at).startswith("2020-01-01T00:00:00")


BAD: dict[str, dict[str, Any]] = {
    "no_event": {"event": ""},
    "no_identifier": {"distinct_id": None, "properties": {}},
    "id_too_long": {"distinct_id": "d" * 201},
    "too_large": {"properties": {"x": "x" * 40_000}},
}


@pytest.mark.usefixtures("data")
def test_events_that_cannot_be_used_are_set_aside_with_a_code(client: httpx.Client, live: Graph) -> None:
    alone = client.post("/capture/", json={**event("a", None), "api_key": KEY})
    batch = sent(client, EVENT, *(EVENT | change for change in BAD.values()), 7, event("$create_alias"))

    codes = [*BAD, "not_an_object", "no_identifier"]
    assert (alone.status_code, alone.json()["code"]) == (400, "no_identifier")
    assert (batch.status_code, [found["code"] for found in batch.json()["rejected"]]) == (200, codes)
    assert nodes(live, "Interaction", "key") == {("web:m1",)}
    with DeadLetters() as letters:
        kept = [one.letter for page in letters.pages(Selection(source="web")) for one in page]
    assert {letter.reason.code for letter in kept if letter.connector == "posthog"} == set(codes)


@pytest.mark.parametrize(
    ("content", "status", "code"),
    [
        (b"{}", 401, "no_write_key"),
        (b'{"api_key": "another-key", "event": "a"}', 401, "unknown_write_key"),
        (b'{"batch": []}', 400, "no_events"),
        (b"7", 400, "no_events"),
        (b"{", 400, "invalid_json"),
        (b"data=%%%", 400, "invalid_json"),
    ],
)
def test_what_is_not_taken_is_told_with_a_code(client: httpx.Client, content: bytes, status: int, code: str) -> None:
    answer = client.post("/i/v0/e/", content=content)

    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_a_browser_starts_with_what_it_asks_for(client: httpx.Client) -> None:
    config = client.get(f"/array/{KEY}/config")
    script = client.get(f"/array/{KEY}/config.js")
    flags = client.post("/flags/", params={"v": "2"}, json={"token": KEY, "distinct_id": "d1"})
    older = client.post("/decide/", params={"v": "3"}, content=f"data={quote(base64.b64encode(BODY))}")

    assert (config.json()["sessionRecording"], config.json()["hasFeatureFlags"]) == (False, False)
    assert script.headers["content-type"].startswith("text/javascript")
    assert KEY in script.text
    assert (flags.json()["flags"], older.json()["featureFlags"]) == ({}, {})
    assert client.get("/array/another-key/config").status_code == 401
    assert client.post("/flags/", json={}).status_code == 401


@pytest.mark.parametrize("mode", ["v0", "v1"])
def test_what_the_python_client_says_is_in_the_graph(live: Graph, url: str, mode: str) -> None:
    failed: list[object] = []

    def on_error(error: object, _: object) -> None:
        failed.append(error)

    client = Posthog(KEY, host=url, gzip=True, capture_mode=mode, on_error=on_error)
    client.capture("Order Completed", distinct_id="u1", properties={"revenue": 9.5, "currency": "EUR"})
    client.set(distinct_id="u1", properties={"email": "anna@example.org"})
    client.alias(previous_id="d1", distinct_id="u1")
    client.group_identify("company", "5", {"name": "Household"}, distinct_id="u1")
    client.capture("Page Read")
    assert client.get_all_flags("u1") == {}
    client.shutdown()

    assert failed == []
    found = dict(nodes(live, "Interaction", "name", "owner"))
    anonymous = found.pop("Page Read")
    assert anonymous.startswith("anonymous_id:")
    assert found == dict.fromkeys(["Order Completed", "User Identified", "User Aliased", "Group Joined"], "web:u1")
    assert edges(live, "HAS_EMAIL") == {("web:u1", "email:anna@example.org")}
    assert ("web:u1", "anonymous_id:d1") in edges(live, "USED")
