# Snowplow's trackers: what they send arrives, and what they cannot be helped with is not sent for ever.
import base64
import time
from typing import Any

import httpx
import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from snowplow_tracker.emitter_configuration import EmitterConfiguration
from snowplow_tracker.events.page_view import PageView
from snowplow_tracker.events.self_describing import SelfDescribing
from snowplow_tracker.events.structured_event import StructuredEvent
from snowplow_tracker.self_describing_json import SelfDescribingJson
from snowplow_tracker.snowplow import Snowplow
from snowplow_tracker.subject import Subject

from graph.connection import Graph
from loaders.rejects.selection import Selection
from loaders.rejects.store import DeadLetters
from tests.assertions import edges, everything, nodes
from tests.integration.api.tracking.conftest import APP_KEY, KEY, SHOP, TP2, emptied

VIEW = {"e": "pv", "url": "https://shop.example/a?utm_campaign=may", "page": "Home", "duid": "d1", "aid": SHOP}
SCHEMA = "iglu:com.acme/{}/jsonschema/1-0-0"
DROPPED = {400, 401, 403, 410, 422}


def described(name: str, data: Any) -> dict[str, Any]:
    return {"schema": SCHEMA.format(name), "data": data}


def packed(document: Any) -> str:
    return base64.urlsafe_b64encode(orjson.dumps(document)).decode().rstrip("=")


def sent(client: httpx.Client, *events: Any, **more: Any) -> httpx.Response:
    return client.post(TP2, json={"schema": "iglu:.../payload_data/jsonschema/1-0-4", "data": events}, **more)


def properties(graph: Graph) -> dict[str, dict[str, Any]]:
    return {key: orjson.loads(text) for key, text in nodes(graph, "Interaction", "key", "properties")}


def test_a_page_view_hangs_on_its_device_session_and_campaign(client: httpx.Client, live: Graph) -> None:
    answer = sent(client, {**VIEW, "eid": "1", "sid": "s1", "refr": "https://search.example/"})

    assert (answer.status_code, answer.json()) == (200, {"success": True})
    assert nodes(live, "Interaction", "key", "type", "name", "owner") == {
        ("web:1", "page", "Page Viewed", "anonymous_id:d1")
    }
    assert nodes(live, "Session", "key", "entry_page", "campaign") == {("web:s1", "/a", "may")}
    kept = properties(live)["web:1"]
    assert (kept["title"], kept["referrer"], kept["url"]) == ("Home", "https://search.example/", VIEW["url"])


def test_every_kind_of_event_says_what_happened(client: httpx.Client, live: Graph) -> None:
    shop = "iglu:com.snowplowanalytics.snowplow.ecommerce/{}/jsonschema/1-0-0"
    bought = {"data": {"schema": shop.format("snowplow_ecommerce_action"), "data": {"type": "transaction"}}}
    bill = {"transaction_id": "o2", "revenue": 30, "currency": "EUR"}
    screen = {"data": {"schema": "iglu:com.snowplowanalytics.mobile/screen_view/jsonschema/1-0-0", "data": {"id": "7"}}}
    events = [
        {"e": "pp"},
        {"e": "se", "se_ca": "shop", "se_ac": "add-to-basket", "se_va": "2"},
        {"e": "ue", "ue_pr": orjson.dumps({"data": described("order", {"order_id": "o1"})}).decode()},
        {
            "e": "ue",
            "ue_px": packed(bought),
            "cx": packed({"data": [{"schema": shop.format("transaction"), "data": bill}]}),
        },
        {"e": "ue", "ue_px": packed(screen)},
        {"e": "tr", "tr_id": "o3", "tr_tt": "59.90", "tr_cu": "EUR"},
        {"e": "ti", "ti_id": "o3", "ti_sk": "sku", "ti_pr": "10"},
    ]
    sent(client, *({**event, "eid": str(number), "duid": "d1", "aid": SHOP} for number, event in enumerate(events)))

    assert nodes(live, "Interaction", "key", "type", "name", "amount", "currency") == {
        ("web:0", "track", "Page Pinged", None, None),
        ("web:1", "track", "add-to-basket", None, None),
        ("web:2", "track", "order", None, None),
        ("web:3", "order", "Order Completed", 30.0, "EUR"),
        ("web:4", "screen", "Screen Viewed", None, None),
        ("web:5", "order", "Order Completed", 59.9, "EUR"),
        ("web:6", "track", "Product Ordered", None, None),
    }
    kept = properties(live)
    assert (kept["web:1"]["se_value"], kept["web:2"]["order_id"], kept["web:3"]["order_id"]) == ("2", "o1", "o2")
    assert kept["web:3"]["entities"]["transaction"] == [bill]


def preferences(event_type: str, *scopes: str) -> str:
    chosen = {"eventType": event_type, "consentScopes": scopes, "consentVersion": "2", "basisForProcessing": "consent"}
    return packed({"data": described("consent_preferences", chosen)})


def test_a_selection_of_consents_is_a_fact_for_each_scope(client: httpx.Client, live: Graph) -> None:
    told = [
        ("allow_selected", "analytics", "ads"),
        ("deny_all", "mail"),
        ("expired", "ads"),
        ("implicit_consent", "maps"),
        ("pending", "chat"),
    ]
    common = {"e": "ue", "duid": "d1", "uid": "u1", "aid": SHOP}
    sent(client, *({**common, "eid": str(n), "ue_px": preferences(*each)} for n, each in enumerate(told)))

    device = "anonymous_id:d1"
    found = {(start, key, *rest) for key, *rest, start in of_subjects(live)}
    assert found == {
        (device, "analytics", "granted", "consent", "consent_preferences: allow_selected, version 2"),
        (device, "ads", "granted", "consent", "consent_preferences: allow_selected, version 2"),
        *((who, "mail", "denied", "consent", "consent_preferences: deny_all, version 2") for who in (device, "web:u1")),
        *(
            (who, "ads", "withdrawn", "consent", "consent_preferences: expired, version 2")
            for who in (device, "web:u1")
        ),
    }
    assert len(nodes(live, "Interaction", "key")) == len(told)


def of_subjects(graph: Graph) -> set[tuple[Any, ...]]:
    facts = {key: rest for key, *rest in nodes(graph, "ConsentFact", "key", "purpose", "state", "basis", "evidence")}
    return {(*facts[fact], subject) for fact, subject in edges(graph, "STATED_FOR")}


def test_an_app_tells_of_the_documents_that_were_agreed_to(client: httpx.Client, live: Graph) -> None:
    document = packed({"data": [described("consent_document", {"id": "17", "version": "3", "name": "newsletter"})]})
    common = {"e": "ue", "duid": "d1", "aid": SHOP, "cx": document}
    given, taken = ({"data": described(f"consent_{what}", {})} for what in ("granted", "withdrawn"))
    sent(client, {**common, "eid": "1", "ue_px": packed(given)}, {**common, "eid": "2", "ue_px": packed(taken)})

    assert nodes(live, "ConsentFact", "purpose", "state", "evidence") == {
        ("newsletter", "granted", "consent_granted, version 3"),
        ("newsletter", "withdrawn", "consent_withdrawn, version 3"),
    }


def test_a_user_id_is_proof_of_whose_device_it_is_and_a_user_entity_tells_of_them(
    client: httpx.Client, live: Graph
) -> None:
    told = packed({"data": [described("user", {"email": "anna@example.org", "first_name": "Anna"})]})
    sent(client, {**VIEW, "uid": "u1", "cx": told})

    assert edges(live, "USED") == {("web:u1", "anonymous_id:d1")}
    assert edges(live, "HAS_IDENTIFIER") == {("web:u1", "user_id:u1")}
    assert edges(live, "HAS_EMAIL") == {("web:u1", "email:anna@example.org")}
    assert nodes(live, "Customer", "given_name") == {("Anna",)}


def test_who_is_tracked_without_a_cookie_is_known_by_what_there_is(client: httpx.Client, live: Graph) -> None:
    in_app = packed({"data": [described("client_session", {"userId": "i1", "sessionId": "s2"})]})
    bare = {"e": "pv", "aid": SHOP}
    sent(client, {**bare, "nuid": "n1"}, {**bare, "sid": "s1"}, {**bare, "cx": in_app})

    assert nodes(live, "Device", "key") == {("anonymous_id:n1",), ("anonymous_id:s1",), ("app_installation:i1",)}
    assert ("web:s2",) in nodes(live, "Session", "key")


def test_a_wrong_clock_is_corrected_and_a_true_time_is_true(client: httpx.Client, live: Graph) -> None:
    minute, wrong = 60_000, 86_400_000 * 400
    now = int(time.time() * 1000)
    sent(
        client,
        {**VIEW, "eid": "wrong", "dtm": str(now - wrong - minute), "stm": str(now - wrong)},
        {**VIEW, "eid": "true", "dtm": str(now - wrong), "stm": str(now - wrong), "ttm": str(now - wrong)},
    )

    happened = {key: at.to_native().timestamp() * 1000 for key, at in nodes(live, "Interaction", "key", "at")}
    assert abs(happened["web:wrong"] - (now - minute)) < minute / 2
    assert happened["web:true"] == now - wrong


def test_the_visitors_address_is_kept_shortened_unless_they_are_anonymous(client: httpx.Client, live: Graph) -> None:
    browser = {"User-Agent": "Mozilla/5.0", "Origin": "https://shop.example"}
    seen = sent(client, {**VIEW, "eid": "1"}, headers=browser)
    sent(client, {**VIEW, "eid": "2"}, headers={**browser, "SP-Anonymous": "*"})
    asked = {**browser, "Access-Control-Request-Headers": "content-type,sp-anonymous"}
    allowed = client.options(TP2, headers=asked).headers

    assert {key: kept.get("ip") for key, kept in properties(live).items()} == {"web:1": "127.0.0.0", "web:2": None}
    assert "sp-anonymous" in allowed["access-control-allow-headers"]
    assert seen.headers["access-control-allow-origin"] == "https://shop.example"
    assert seen.headers["access-control-allow-credentials"] == "true"


def test_an_event_in_an_address_is_answered_with_a_picture(client: httpx.Client, live: Graph) -> None:
    answer = client.get("/i", params={**VIEW, "eid": "1"})
    refused = client.get("/i", params={"e": "pv", "aid": SHOP})

    assert (answer.status_code, answer.content[:6]) == (200, b"GIF89a")
    assert (refused.status_code, refused.json()["code"]) == (400, "no_identifier")
    assert nodes(live, "Interaction", "key") == {("web:1",)}


@pytest.mark.usefixtures("data")
def test_events_that_cannot_be_used_are_set_aside_with_a_code(client: httpx.Client, live: Graph) -> None:
    bad = {
        "unknown_type": {"e": "xx"},
        "no_event": {"e": "se"},
        "no_identifier": {"e": "pv", "duid": "null"},
        "id_too_long": {"e": "pv", "duid": "d" * 201},
        "invalid_json": {"e": "ue", "ue_px": "%%%"},
        "too_large": {"e": "pv", "x": "x" * 40_000},
        "unknown_name": {"e": "pv", "aid": "somebody"},
    }
    answer = sent(client, {**VIEW, "eid": "1"}, *({**VIEW, **event, "tag": "bad"} for event in bad.values()), 7)

    assert answer.status_code == 200
    assert [found["code"] for found in answer.json()["rejected"]] == [*bad, "not_an_object"]
    assert nodes(live, "Interaction", "key") == {("web:1",)}
    with DeadLetters() as letters:
        kept = [one.letter for page in letters.pages(Selection(source="web")) for one in page]
    assert {letter.reason.code for letter in kept if letter.connector == "snowplow"} >= set(bad)


def test_events_of_several_apps_in_one_request_go_to_their_sources(client: httpx.Client, live: Graph) -> None:
    sent(client, {**VIEW, "eid": "1"}, {**VIEW, "eid": "2", "aid": APP_KEY}, {**VIEW, "eid": "3"})

    assert nodes(live, "Interaction", "key") == {("web:1",), ("app:2",), ("web:3",)}


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"data": [{**VIEW, "aid": "nobody"}]}, "unknown_name"),
        ({"data": [{"e": "pv", "duid": "d1"}]}, "no_write_key"),
        ({"data": []}, "no_events"),
        ({}, "no_events"),
        ([], "no_events"),
        ({"data": [VIEW] * 2_501}, "too_many_messages"),
        ({"data": ["x" * 5_000_000]}, "too_large"),
    ],
)
def test_what_is_never_taken_is_answered_so_that_a_tracker_does_not_repeat_it(
    client: httpx.Client, live: Graph, body: Any, code: str
) -> None:
    answer = client.post(TP2, json=body)

    assert answer.json()["code"] == code
    assert answer.status_code in DROPPED
    assert nodes(live, "Interaction", "key") == set()


def test_a_key_counts_where_no_name_is_open(client: httpx.Client, live: Graph) -> None:
    sent(client, {**VIEW, "aid": "nobody", "eid": "1"}, params={"writeKey": KEY})

    assert nodes(live, "Interaction", "key") == {("web:1",)}


events = st.fixed_dictionaries(
    {
        "e": st.sampled_from(["pv", "pp"]),
        "eid": st.sampled_from("abcd"),
        "duid": st.sampled_from(["d1", "d2"]),
        "sid": st.sampled_from(["s1", "s2"]),
        "uid": st.sampled_from(["u1", ""]),
    }
)


@settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(events, min_size=1, max_size=5, unique_by=lambda event: event["eid"]), st.data())
def test_any_order_and_any_repetition_make_one_graph(
    client: httpx.Client, live: Graph, known: list[dict[str, str]], data: st.DataObject
) -> None:
    # With the true time nothing depends on when a request came.
    timed = [{**event, "ttm": str(1_777_636_800_000 + ord(event["eid"]) * 60_000), "aid": SHOP} for event in known]
    shuffled = data.draw(st.permutations(timed + data.draw(st.lists(st.sampled_from(timed), max_size=4))))

    def told(*batches: list[dict[str, str]]) -> Any:
        emptied(live)
        for batch in batches:
            sent(client, *batch)
        return {kind: edges(live, kind) for kind in ("USED", "IN_SESSION", "LOGGED_IN", "ON_DEVICE")}, nodes(
            live, "Session", "key", "started_at", "ended_at"
        )

    assert told(*([event] for event in shuffled)) == told(timed)


@pytest.mark.parametrize("method", ["get", "post"])
def test_what_the_python_tracker_says_is_in_the_graph(live: Graph, url: str, method: Any) -> None:
    subject = Subject().set_user_id("u1").set_domain_user_id("d1")
    emitter = EmitterConfiguration(batch_size=1 if method == "get" else 3)
    tracker = Snowplow.create_tracker(
        f"test-{method}", url, app_id=SHOP, subject=subject, method=method, emitter_config=emitter
    )
    tracker.track(PageView("https://shop.example/", page_title="Home"))
    tracker.track(StructuredEvent("shop", "add-to-basket"))
    tracker.track(SelfDescribing(SelfDescribingJson(SCHEMA.format("order"), {"order_id": "o1"})))
    tracker.flush()
    before = everything(live)
    tracker.flush()

    assert nodes(live, "Interaction", "name", "owner") == {
        (name, "web:u1") for name in ("Page Viewed", "add-to-basket", "order")
    }
    assert edges(live, "USED") == {("web:u1", "anonymous_id:d1")}
    assert everything(live) == before


def test_what_is_packed_too_deep_is_set_aside_and_the_rest_is_written(client: httpx.Client, live: Graph) -> None:
    deep = '{"data":{"schema":"iglu:com.acme/order/jsonschema/1-0-0","data":' + '{"a":' * 300 + "1" + "}" * 302
    event = {"e": "ue", "eid": "1", "duid": "d1", "aid": SHOP}
    plain = {"data": {"schema": SCHEMA.format("order"), "data": orjson.loads('{"a":' * 90 + "1" + "}" * 90)}}
    answer = sent(
        client,
        event | {"ue_pr": deep},
        event | {"eid": "2", "ue_pr": orjson.dumps(plain).decode()},
        {**VIEW, "eid": "3"},
    )

    assert answer.status_code == 200
    assert nodes(live, "Interaction", "key") == {("web:2",), ("web:3",)}
    with DeadLetters() as letters:
        kept = [one.letter for page in letters.pages(Selection(source="web")) for one in page]
    assert "too_deep" in {letter.reason.code for letter in kept}
