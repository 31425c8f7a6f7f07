# Whom a message names besides its user id: external ids, and the pairs of a merge.
from typing import Any

import httpx
import orjson
import pytest

from graph.connection import Graph
from tests.assertions import edges, everything, nodes
from tests.integration.api.tracking.conftest import APP_KEY, KEY, Send

MERGE = {"messageId": "m1", "userId": "u1", "originalTimestamp": "2026-05-01T12:00:00Z"}
PHONE = "+4915123456789"


def pairs(*named: tuple[str, str]) -> dict[str, Any]:
    return {"mergeProperties": [{"type": kind, "value": value} for kind, value in named]}


def external(*named: tuple[str, str], **more: str) -> dict[str, Any]:
    ids = [{"id": value, "type": kind, "collection": "users", "encoding": "none", **more} for kind, value in named]
    return {"context": {"externalIds": ids}}


def merged(client: httpx.Client, message: dict[str, Any]) -> httpx.Response:
    return client.post("/v1/merge", json=message, auth=(KEY, ""))


def held(graph: Graph) -> set[tuple[Any, ...]]:
    return {pair for kind in ("HAS_EMAIL", "HAS_PHONE", "HAS_IDENTIFIER") for pair in edges(graph, kind)}


def test_a_merge_is_kept_as_said_by_a_source_at_a_time(client: httpx.Client, live: Graph) -> None:
    answer = merged(client, MERGE | pairs(("email", "anna@example.org"), ("mobile", PHONE)))
    before = everything(live)
    merged(client, MERGE | pairs(("email", "anna@example.org"), ("mobile", PHONE)))

    assert (answer.status_code, answer.json()) == (200, {"success": True})
    assert held(live) == {
        ("web:u1", "user_id:u1"),
        ("web:u1", "email:anna@example.org"),
        ("web:u1", f"phone:{PHONE}"),
    }
    assert {str(at)[:16] for _, _, at in edges(live, "HAS_EMAIL", "first_seen_at")} == {"2026-05-01T12:00"}
    assert nodes(live, "Interaction", "key", "type", "name") == {("web:m1", "alias", "User Merged")}
    assert edges(live, "SAME_AS") == set()
    assert everything(live) == before


def test_a_merge_names_devices_and_other_user_ids_too(client: httpx.Client, live: Graph) -> None:
    merged(client, MERGE | pairs(("anonymousId", "a1"), ("user_id", "u0")))

    assert edges(live, "USED") == {("web:u1", "anonymous_id:a1")}
    assert held(live) == {("web:u1", "user_id:u1"), ("web:u1", "user_id:u0")}


def test_who_is_no_user_is_merged_as_who_uses_the_device(client: httpx.Client, live: Graph) -> None:
    merged(client, {"anonymousId": "a1"} | pairs(("email", "anna@example.org"), ("email", "bea@example.org")))

    customer = "web:anonymous_id:a1"
    assert held(live) == {(customer, "email:anna@example.org"), (customer, "email:bea@example.org")}
    assert edges(live, "USED") == set()


@pytest.mark.parametrize(
    "message",
    [MERGE, MERGE | pairs(("shoe_size", "43")), pairs(("email", "a@example.org"), ("email", "b@example.org"))],
    ids=["no pairs", "of no kind", "of nobody"],
)
def test_a_merge_that_names_nobody_is_refused(client: httpx.Client, live: Graph, message: dict[str, Any]) -> None:
    answer = merged(client, message)

    assert (answer.status_code, answer.json()["code"]) == (400, "no_identifier")
    assert nodes(live, "Interaction", "key") == set()


def test_a_merge_may_come_in_a_batch(send: Send, live: Graph) -> None:
    send({"type": "merge", **MERGE, **pairs(("email", "anna@example.org"))})

    assert ("web:u1", "email:anna@example.org") in held(live)


def test_external_ids_become_identifiers(send: Send, live: Graph) -> None:
    ids = (
        ("email", "Anna@Example.org"),
        ("phone", PHONE),
        ("loyalty_card", "L 7"),
        ("ios.idfa", "AB-1"),
        ("ios.id", "i1"),
    )
    send({"type": "track", "event": "Signed Up", "userId": "u1", **external(*ids)})

    assert held(live) == {
        ("web:u1", "user_id:u1"),
        ("web:u1", "email:anna@example.org"),
        ("web:u1", f"phone:{PHONE}"),
        ("web:u1", "loyalty_card:L7"),
        ("web:u1", "advertising_id:ab-1"),
    }
    assert edges(live, "USED") == {("web:u1", "app_installation:i1")}


def test_an_external_user_id_is_one_where_there_is_no_other(send: Send, live: Graph) -> None:
    send({"type": "page", "anonymousId": "a1", **external(("user_id", "7"))}, key=APP_KEY)
    send({"type": "page", "userId": "8", **external(("user_id", "9"))}, key=APP_KEY)

    assert held(live) == {("app:7", "user_id:app/7"), ("app:8", "user_id:app/8"), ("app:8", "user_id:app/9")}
    assert edges(live, "USED") == {("app:7", "anonymous_id:a1")}


def test_a_hashed_email_is_one_and_what_is_of_no_person_is_kept_beside(send: Send, live: Graph) -> None:
    hashed = "5d41402abc4b2a76b9719d911017c592" * 2
    send({"type": "page", "userId": "u1", **external(("email", hashed), encoding="sha256")})
    odd = external(("ga_client_id", "1.2"), ("email", "not read"), collection="accounts")
    send({"type": "page", "userId": "u2", "messageId": "m2", **odd})

    assert ("web:u1", f"hashed_email:{hashed}") in held(live)
    kept = dict(nodes(live, "Interaction", "key", "properties"))["web:m2"]
    assert orjson.loads(kept)["externalIds"] == odd["context"]["externalIds"]


@pytest.mark.parametrize("way", ["/api/s/", "/api/s/s2s/"])
def test_jitsus_clients_have_paths_of_their_own(client: httpx.Client, live: Graph, way: str) -> None:
    key = {"X-Write-Key": KEY}
    page = {"type": "page", "messageId": "m1", "anonymousId": "a1", "context": {"page": {"path": "/a"}}}
    traits = {"email": "anna@example.org"}
    answers = [
        client.post(f"{way}page", json=page, headers=key),
        client.post(f"{way}identify", json={"messageId": "m2", "userId": "u1", "traits": traits}, headers=key),
        client.post(
            f"{way}event", json={"type": "track", "event": "E", "messageId": "m3", "userId": "u1"}, headers=key
        ),
        client.post(f"{way}batch", json={"batch": [page, {**page, "messageId": "m4"}]}, headers=key),
    ]

    assert {(answer.status_code, answer.text) for answer in answers} == {(200, '{"success":true}')}
    assert nodes(live, "Interaction", "key", "type") == {
        ("web:m1", "page"),
        ("web:m2", "identify"),
        ("web:m3", "track"),
        ("web:m4", "page"),
    }
    assert edges(live, "HAS_EMAIL") == {("web:u1", "email:anna@example.org")}
