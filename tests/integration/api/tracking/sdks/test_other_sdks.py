# ruff: noqa: E501 -- one line for each message
# Clients that do not run here, as they send: of apps (Kotlin, Swift, older Android) and of servers (PHP, Go, Java, .NET,
# Ruby). One call each; path, headers and body are like theirs.
import base64
import gzip
import zlib
from dataclasses import dataclass
from typing import Any

import httpx
import orjson
import pytest

from graph.connection import Graph
from tests.assertions import edges, nodes
from tests.integration.api.tracking.conftest import KEY

BASIC = {"Authorization": "Basic " + base64.b64encode(f"{KEY}:".encode()).decode()}
JSON = "application/json; charset=utf-8"
SENT = "2026-04-30T12:00:05"

KOTLIN = {
    "batch": [
        {
            "event": "Application Opened", "type": "track", "messageId": "m1", "anonymousId": "a1", "userId": "",
            "timestamp": "2026-04-30T12:00:00.000Z", "integrations": {}, "_metadata": {"bundled": [], "unbundled": []},
            "context": {
                "device": {"id": "d1", "manufacturer": "Acme", "model": "One", "type": "android", "token": "push-1"},
                "os": {"name": "Android", "version": "16"}, "timezone": "Europe/Berlin", "instanceId": "i1",
            },
            "properties": {"from_background": False, "version": "1.0", "build": 7},
        }
    ],
    "sentAt": f"{SENT}.000Z", "writeKey": KEY,
}  # fmt: skip
ANDROID = {
    "batch": [
        {
            "type": "identify", "messageId": "m1", "anonymousId": "a1", "userId": "u1", "channel": "mobile",
            "traits": {"anonymousId": "a1", "userId": "u1", "email": "anna@example.org"},
            "context": {"traits": {"anonymousId": "a1", "email": "anna@example.org"}, "network": {"wifi": True}},
            "integrations": {}, "timestamp": "2026-04-30T14:00:00.000+0200",
        }
    ],
    "sentAt": f"{SENT}Z",
}  # fmt: skip
PHP = {
    "batch": [
        {
            "type": "track", "event": "Order Completed", "userId": "u1", "messageId": "m1", "properties": [],
            "context": {"library": {"name": "analytics-php", "version": "3", "consumer": "LibCurl"}}, "traits": [],
            "integrations": [], "timestamp": "2026-04-30T12:00:00.123+00:00",
        }
    ],
    "sentAt": f"{SENT}+00:00", "context": [],
}  # fmt: skip
GO = {
    "messageId": "envelope", "sentAt": f"{SENT}.123456789Z", "context": {"library": {"name": "analytics-go"}},
    "batch": [
        {"type": "page", "messageId": "m1", "userId": "u1", "name": "Start", "timestamp": "2026-04-30T12:00:00.987654321Z"}
    ],
}  # fmt: skip
JAVA = {
    "batch": [
        {
            "type": "alias", "messageId": "m1", "userId": "u1", "previousId": "u0", "anonymousId": None,
            "timestamp": "2026-04-30T12:00:00.000Z", "context": None, "integrations": None,
        }
    ],
    "sentAt": f"{SENT}.000Z", "context": {"library": {"name": "analytics-java"}}, "sequence": 3, "writeKey": KEY,
}  # fmt: skip
DOTNET = {
    "batch": [
        {
            "type": "group", "messageId": "m1", "userId": "u1", "groupId": "g1", "traits": {"name": "Küche ☕"},
            "timestamp": "2026-04-30T14:00:00.0000000+02:00", "integrations": {}, "context": {},
        }
    ],
    "messageId": "envelope", "sentAt": f"{SENT}.1234567Z", "writeKey": KEY,
}  # fmt: skip
RUBY = {
    "batch": [
        {"type": "screen", "messageId": "m1", "user_id": 4711, "name": "Start", "timestamp": "2026-04-30T12:00:00.000Z"}
    ],
    "sentAt": f"{SENT}Z",
}  # fmt: skip


def packed(body: Any) -> bytes:
    return gzip.compress(orjson.dumps(body))


@dataclass(frozen=True, slots=True)
class Call:
    path: str
    headers: dict[str, str]
    content: bytes


@pytest.mark.parametrize(
    ("call", "owner", "name"),
    [
        (Call("/v1/b", {"Content-Type": "text/plain"}, packed(KOTLIN)), "anonymous_id:a1", "Application Opened"),
        (Call("/v1/b", {"Content-Type": JSON}, orjson.dumps(KOTLIN)), "anonymous_id:a1", "Application Opened"),
        (Call("/v1/import", {**BASIC, "Content-Encoding": "gzip"}, packed(ANDROID)), "web:u1", "User Identified"),
        (Call("/v1/batch", {**BASIC, "Content-Type": JSON}, orjson.dumps(PHP)), "web:u1", "Order Completed"),
        (Call("/v1/batch", BASIC, orjson.dumps(GO)), "web:u1", "Page Viewed"),
        (
            Call("/v1/import", {"Content-Encoding": "deflate"}, zlib.compress(orjson.dumps(JAVA))),
            "web:u1",
            "User Aliased",
        ),
        (Call("/v1/import", {}, b"\xef\xbb\xbf" + orjson.dumps(DOTNET)), "web:u1", "Group Joined"),
        (Call("/v1/batch", BASIC, orjson.dumps(RUBY)), "web:4711", "Screen Viewed"),
    ],
    ids=["kotlin", "swift", "android", "php", "go", "java", "dotnet", "ruby"],
)
def test_a_client_of_any_language_is_understood(
    client: httpx.Client, live: Graph, call: Call, owner: str, name: str
) -> None:
    answers = {client.post(call.path, content=call.content, headers=call.headers).text for _ in range(2)}

    assert answers == {'{"success":true}'}
    assert [tuple(found) for _, *found in nodes(live, "Interaction", "key", "owner", "name")] == [(owner, name)]


def test_an_apps_install_and_its_user_are_linked(client: httpx.Client, live: Graph) -> None:
    client.post("/v1/import", content=packed(ANDROID), headers=BASIC)

    assert edges(live, "HAS_EMAIL") == {("web:u1", "email:anna@example.org")}
    assert ("web:u1", "anonymous_id:a1") in edges(live, "USED")


def test_what_is_far_too_long_is_no_harm_to_the_others(client: httpx.Client, live: Graph) -> None:
    long = "x" * 9_000
    batch = [
        {"type": "identify", "userId": "u0", "traits": {"email": f"{long}@example.org", "phone": long, "name": "Anna Ilg"}},
        {"type": "page", "userId": "u1", "name": long, "context": {"sessionId": long, "campaign": {"name": long}}},
        {"type": "track", "userId": "u2", "event": long, "channel": long},
        {"type": "page", "userId": "u3", "context": {"consent": {"categoryPreferences": {long: True}}}},
        {"type": "page", "userId": "u4", "context": {"device": {"id": long}}},
    ]  # fmt: skip
    answer = client.post("/v1/batch", json={"batch": batch}, auth=(KEY, ""))

    refused = {rejected["index"]: rejected["code"] for rejected in answer.json()["rejected"]}
    assert (answer.status_code, refused) == (200, {3: "refused_by_database", 4: "id_too_long"})
    assert nodes(live, "Interaction", "owner") == {("web:u0",), ("web:u1",), ("web:u2",)}
