# What a client may rely on at the door: paths, keys, answers, CORS, settings.
import base64
import gzip
from typing import Any

import httpx
import orjson
import pytest

from graph.connection import Graph
from loaders.rejects.selection import Selection
from loaders.rejects.store import DeadLetters
from tests.assertions import edges, nodes
from tests.integration.api.tracking.conftest import APP_KEY, KEY, Send

TRACK: dict[str, Any] = {"event": "Product Viewed", "anonymousId": "a1", "messageId": "m1"}
BODIES: dict[str, dict[str, Any]] = {
    "identify": {"userId": "u1", "traits": {"email": "anna@example.org"}},
    "track": {"userId": "u1", "event": "Signed Up"},
    "page": {"anonymousId": "a1", "name": "Home"},
    "screen": {"anonymousId": "a1", "name": "Home"},
    "group": {"userId": "u1", "groupId": "g1"},
    "alias": {"userId": "u1", "previousId": "u0"},
}


@pytest.mark.parametrize("call", BODIES)
def test_every_call_has_its_path_and_a_short_one(client: httpx.Client, live: Graph, call: str) -> None:
    long = client.post(f"/v1/{call}", json={**BODIES[call], "messageId": "m1"}, auth=(KEY, ""))
    short = client.post(f"/v1/{call[0]}", json={**BODIES[call], "messageId": "m2"}, auth=(KEY, ""))

    assert (long.status_code, long.json(), short.status_code) == (200, {"success": True}, 200)
    assert nodes(live, "Interaction", "key", "type") == {("web:m1", call), ("web:m2", call)}


@pytest.mark.parametrize(
    ("query", "headers", "in_body"),
    [
        ("", {"X-Write-Key": KEY}, {}),
        ("", {"Authorization": f"Bearer {KEY}"}, {}),
        (f"?writeKey={KEY}", {}, {}),
        ("", {}, {"writeKey": KEY}),
        ("", {"Authorization": "Basic !!"}, {"writeKey": KEY}),
    ],
    ids=["header", "bearer", "query", "body", "broken basic"],
)
def test_the_key_is_found_where_clients_put_it(
    client: httpx.Client, live: Graph, query: str, headers: dict[str, str], in_body: dict[str, str]
) -> None:
    answer = client.post(
        f"/beacon/v1/batch{query}", json={"batch": [{**TRACK, "type": "track"}], **in_body}, headers=headers
    )

    assert answer.status_code == 200
    assert nodes(live, "Interaction", "key") == {("web:m1",)}


@pytest.mark.parametrize(
    "content_type", ["application/json", "text/plain;charset=UTF-8", "application/x-www-form-urlencoded"]
)
def test_the_content_type_says_nothing(client: httpx.Client, live: Graph, content_type: str) -> None:
    packed = gzip.compress(orjson.dumps(TRACK))
    answer = client.post("/v1/t", content=packed, headers={"Content-Type": content_type}, auth=(KEY, ""))

    assert answer.status_code == 200
    assert nodes(live, "Interaction", "key") == {("web:m1",)}


@pytest.mark.parametrize(
    ("path", "content", "key", "answered"),
    [
        ("/v1/track", b"{", KEY, (400, "invalid_json")),
        ("/v1/batch", b"{}", KEY, (400, "no_batch")),
        ("/v1/track", b'{"event": "A"}', KEY, (400, "no_identifier")),
        ("/v1/track", b"{}", "", (401, "no_write_key")),
        ("/v1/track", b"{}", "another-key", (401, "unknown_write_key")),
        ("/v1/track", b"[" + b" " * 5_000_000, KEY, (413, "too_large")),
        ("/v1/batch", b'{"batch":[' + b"1," * 2_600 + b"1]}", KEY, (413, "too_many_messages")),
    ],
)
def test_what_is_not_taken_is_told_with_a_code(
    client: httpx.Client, path: str, content: bytes, key: str, answered: tuple[int, str]
) -> None:
    answer = client.post(path, content=content, headers={"X-Write-Key": key} if key else {})

    assert (answer.status_code, answer.json()["code"]) == answered
    assert set(answer.json()) >= {"code", "message"}


def test_bad_messages_of_a_good_batch_are_listed_and_set_aside(send: Send, live: Graph, data: Any) -> None:
    good = {**TRACK, "type": "track"}
    answer = send(good, {"type": "track", "event": "Lost"}, 7, {**good, "messageId": "m2"})

    assert answer.status_code == 200
    assert [(found["index"], found["code"]) for found in answer.json()["rejected"]] == [
        (1, "no_identifier"),
        (2, "not_an_object"),
    ]
    assert nodes(live, "Interaction", "key") == {("web:m1",), ("web:m2",)}
    del data  # where the letters are
    with DeadLetters() as letters:
        raws = [kept.letter.raw for page in letters.pages(Selection(source="web")) for kept in page]
    assert "Lost" in [raw["event"] for raw in raws if isinstance(raw, dict)]


def test_one_id_from_two_sources_is_two_messages(send: Send, live: Graph) -> None:
    send({**TRACK, "type": "track"})
    send({**TRACK, "type": "track"}, key=APP_KEY)

    assert nodes(live, "Interaction", "key", "channel") == {("web:m1", "web"), ("app:m1", "app")}


def test_a_message_that_is_sent_again_is_there_once(send: Send, live: Graph) -> None:
    answers = {send({**TRACK, "type": "track"}).text for _ in range(3)}

    assert answers == {'{"success":true}'}
    assert nodes(live, "Interaction", "key") == {("web:m1",)}


def test_a_picture_in_a_mail_tells_that_it_was_opened(client: httpx.Client, live: Graph) -> None:
    query = {"writeKey": KEY, "userId": "u1", "event": "Email Opened", "properties.email_id": "7", "messageId": "m1"}
    answer = client.get("/pixel/v1/track", params=query)

    assert (answer.status_code, answer.headers["content-type"], answer.content[:6]) == (200, "image/gif", b"GIF89a")
    ((properties,),) = nodes(live, "Interaction", "properties")
    assert orjson.loads(properties)["email_id"] == "7"
    assert nodes(live, "Interaction", "key", "type", "owner") == {("web:m1", "email", "web:u1")}


@pytest.mark.usefixtures("live")
def test_a_picture_may_carry_its_message_in_base64(client: httpx.Client, live: Graph) -> None:
    message = orjson.dumps({"writeKey": KEY, "userId": "u1", "event": "Email Opened?", "messageId": "m1"})
    answer = client.get("/v1/pixel/track", params={"data": base64.urlsafe_b64encode(message).decode().rstrip("=")})
    broken = client.get("/v1/pixel/track", params={"data": "%%", "writeKey": KEY})

    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/gif")
    assert nodes(live, "Interaction", "key", "owner", "name") == {("web:m1", "web:u1", "Email Opened?")}
    assert (broken.status_code, broken.json()["code"]) == (400, "invalid_json")


def test_a_page_may_ask_and_send(client: httpx.Client) -> None:
    asked = {"Origin": "https://shop.example", "Access-Control-Request-Headers": "authorization,x-new"}
    allowed = client.options("/v1/p", headers=asked)
    sent = client.post("/v1/p", json={"anonymousId": "a1"}, auth=(KEY, ""), headers={"Origin": "https://shop.example"})
    refused = client.post("/v1/p", json={}, headers={"Origin": "https://shop.example"})

    assert allowed.status_code == 204
    assert "x-new" in allowed.headers["access-control-allow-headers"]
    for answer in (allowed, sent, refused):
        assert answer.headers["access-control-allow-origin"] == "https://shop.example"
        assert answer.headers["access-control-allow-credentials"] == "true"
    assert (sent.status_code, refused.status_code) == (200, 401)


def test_a_wrong_method_is_told(client: httpx.Client) -> None:
    answer = client.get("/v1/track")

    assert (answer.status_code, answer.headers["allow"]) == (405, "POST, OPTIONS")


def test_browser_clients_start_with_what_they_ask_for(client: httpx.Client, url: str) -> None:
    segment = client.get(f"/v1/projects/{KEY}/settings").json()
    rudder = client.get("/sourceConfig/", params={"p": "npm", "writeKey": KEY}, auth=(KEY, "")).json()
    unknown = client.get("/v1/projects/another-key/settings")

    here = segment["integrations"]["Segment.io"]
    assert f"{here['protocol']}://{here['apiHost']}" == f"{url}/v1"
    assert (rudder["source"]["enabled"], rudder["source"]["destinations"]) == (True, [])
    assert unknown.status_code == 401


def test_a_browsers_own_words_are_kept_and_its_address_is_shortened(client: httpx.Client, live: Graph) -> None:
    agent = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
    browser = {"User-Agent": agent, "Sec-GPC": "1"}
    client.post("/v1/p", json={"anonymousId": "a1", "userId": "u1", "messageId": "m1"}, auth=(KEY, ""), headers=browser)

    ((properties,),) = nodes(live, "Interaction", "properties")
    assert orjson.loads(properties)["userAgent"] == agent
    assert orjson.loads(properties)["agent"] == {"browser": "Firefox 140", "os": "Linux", "device": "desktop"}
    assert orjson.loads(properties)["ip"] == "127.0.0.0"
    assert nodes(live, "ConsentFact", "purpose", "state", "evidence") == {("sale", "denied", "Sec-GPC: 1")}
    assert {subject for _, subject in edges(live, "STATED_FOR")} == {"anonymous_id:a1", "web:u1"}


def test_a_server_is_not_the_visitor(client: httpx.Client, live: Graph) -> None:
    client.post("/v1/p", json={"anonymousId": "a1"}, auth=(KEY, ""), headers={"User-Agent": "analytics-python/2.4.0"})

    ((properties,),) = nodes(live, "Interaction", "properties")
    assert not {"ip", "userAgent"} & orjson.loads(properties).keys()
