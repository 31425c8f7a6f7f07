from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest

from api.tracking.messages import Message, Refusal
from api.tracking.problems import NO_BATCH, NOT_JSON, Problem, ProblemError
from api.tracking.requests import RequestFacts, shortened_ip
from api.tracking.segment.envelopes import Envelope, read_envelope
from api.tracking.segment.messages import read_messages

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)


def read(raw: Any, kind: str | None = None, context: dict[str, Any] | None = None, **request: Any) -> Message | Refusal:
    envelope = Envelope([raw], kind, context or {})
    return next(read_messages(envelope, RequestFacts(NOW, **request), 32_768))


def message(raw: Any, kind: str | None = None, context: dict[str, Any] | None = None, **request: Any) -> Message:
    found = read({"userId": "u1", "type": "page"} | raw, kind, context, **request)
    assert isinstance(found, Message)
    return found


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ({"type": "track", "event": "A"}, "no_identifier"),
        ({"type": "track", "event": "A", "userId": "null", "anonymousId": "00-0"}, "no_identifier"),
        ({"type": "track", "event": "A", "userId": None, "anonymousId": ""}, "no_identifier"),
        ({"type": "track", "userId": "u1"}, "no_event"),
        ({"type": "buy", "userId": "u1"}, "unknown_type"),
        ({"userId": "u1"}, "unknown_type"),
        ({"type": "alias", "userId": "u1"}, "no_identifier"),
        ({"type": "page", "userId": "u" * 201}, "id_too_long"),
        ({"type": "page", "userId": "u1", "sessionId": "字" * 400}, "id_too_long"),
        ({"type": "page", "userId": "u1", "properties": {"x": "x" * 40_000}}, "too_large"),
        (["page"], "not_an_object"),
    ],
)
def test_what_cannot_be_used_says_why(raw: Any, code: str) -> None:
    found = read(raw)

    assert isinstance(found, Refusal)
    assert (found.code, found.sent) == (code, raw)


def test_clients_write_fields_in_both_casings() -> None:
    found = message(
        {"user_id": 7, "userId": None, "anonymous_id": "a1", "message_id": "m1", "sent_at": NOW.isoformat()}
    )

    assert (found.user_id, found.anonymous_id, found.message_id, found.times.sent_at) == ("7", "a1", "m1", NOW)


def test_the_context_of_the_batch_takes_part_in_each_message() -> None:
    found = message({"context": {"locale": "de"}}, context={"locale": "en", "app": {"name": "Shop"}})

    assert (found.properties["locale"], found.properties["app"]) == ("de", {"name": "Shop"})


def test_traits_are_taken_from_both_places_and_those_of_a_group_are_not_the_users() -> None:
    both = {"traits": {"email": "a@b.example", "phone": None}, "context": {"traits": {"name": "Anna", "email": "old"}}}

    assert message({**both, "type": "identify"}).traits == {"email": "a@b.example", "name": "Anna"}
    assert message({"type": "group", "groupId": "g1", "traits": {"name": "Household"}}).traits == {}


def test_a_wrong_clock_is_corrected_by_what_it_says_of_sending() -> None:
    wrong = timedelta(days=3)
    happened = NOW - timedelta(minutes=5)

    found = message({"originalTimestamp": (happened - wrong).isoformat(), "sentAt": (NOW - wrong).isoformat()})

    assert found.at == happened
    assert found.times.original_at == happened - wrong


def test_a_time_that_the_caller_states_beside_the_clients_own_is_when_it_happened() -> None:
    imported = NOW - timedelta(days=400)
    sent = {
        "originalTimestamp": (NOW - timedelta(hours=1)).isoformat(),
        "sentAt": (NOW - timedelta(hours=1)).isoformat(),
    }

    assert message({**sent, "timestamp": imported.isoformat()}).at == imported
    assert message({**sent, "timestamp": sent["originalTimestamp"]}).at == NOW, "the same clock, which is wrong"


@pytest.mark.parametrize(
    ("times", "at"),
    [
        ({"timestamp": "2026-04-30T12:00:00Z"}, NOW - timedelta(days=1)),
        ({"timestamp": 1_777_550_400}, NOW - timedelta(days=1)),
        ({"timestamp": 1_777_550_400_000}, NOW - timedelta(days=1)),
        ({"timestamp": "1777550400000"}, NOW - timedelta(days=1)),
        ({"timestamp": "1777550400.0"}, NOW - timedelta(days=1)),
        ({"timestamp": "2026-04-30T14:00:00.1234567+02:00"}, NOW - timedelta(days=1, microseconds=-123_456)),
        ({"timestamp": "2026-04-30 12:00:00"}, NOW - timedelta(days=1)),
        ({"timestamp": "0001-01-01T00:00:00Z"}, NOW),
        ({"timestamp": 0, "sentAt": 300}, NOW - timedelta(minutes=5)),
        ({"timestamp": 0}, NOW),
        ({"timestamp": "2027-01-01T00:00:00Z"}, NOW),
        ({"timestamp": "yesterday"}, NOW),
        ({"timestamp": "0001-01-01T00:00:00Z", "sentAt": "9999-12-31T23:59:59Z"}, NOW),
        ({}, NOW),
    ],
    ids=[
        "no sentAt",
        "seconds",
        "milliseconds",
        "a number as text",
        "a fraction as text",
        ".NET's seven digits",
        "no offset",
        "the year 1",
        "a clock that starts at 1970",
        "1970",
        "to come",
        "no time",
        "beyond the calendar",
        "none",
    ],
)
def test_an_event_happens_when_its_client_says_but_never_later_than_now(times: dict[str, Any], at: datetime) -> None:
    assert message(times).at == at


def test_a_message_without_id_has_the_same_one_again_if_it_tells_its_time() -> None:
    timed = {"timestamp": "2026-04-30T12:00:00Z"}

    assert message(timed).message_id == message(timed).message_id
    assert message({}).message_id != message({}).message_id


@pytest.mark.parametrize(
    ("context", "campaign"),
    [
        ({"campaign": {"name": "spring", "source": "newsletter"}}, "spring"),
        ({"campaign": {"source": "newsletter", "medium": "email"}}, "newsletter / email"),
        ({"page": {"url": "https://shop.example/?utm_source=ads&utm_campaign=may"}}, "may"),
        (
            {"page": {"url": "https://shop.example/", "referrer": "https://www.search.example/q"}},
            "referral: www.search.example",
        ),
        ({"page": {"url": "https://shop.example/", "referrer": "https://shop.example/home"}}, None),
        ({"page": {"url": "https://[broken", "referrer": "https://[broken"}}, None),
    ],
)
def test_a_visit_comes_from_a_campaign_or_another_site(context: dict[str, Any], campaign: str | None) -> None:
    assert message({"context": context}).visited.campaign == campaign


def test_consent_comes_with_the_browser_and_with_the_message() -> None:
    preferences = {"consent": {"categoryPreferences": {"Advertising": False, "Analytics": True, "Odd": "yes"}}}

    found = message({"context": preferences}, opted_out=True)

    assert {(consent.purpose, consent.state.value) for consent in found.consents} == {
        ("sale", "denied"),
        ("Advertising", "denied"),
        ("Analytics", "granted"),
    }


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        ("203.0.113.77", "203.0.113.0"),
        ("2001:db8:1234:5678::1", "2001:db8:1234::"),
        ("::ffff:203.0.113.77", "203.0.113.0"),
        ("nowhere", None),
    ],
)
def test_an_ip_address_is_shortened(address: str, kept: str | None) -> None:
    assert shortened_ip(address) == kept


@pytest.mark.parametrize(
    ("body", "kind", "problem"),
    [
        (b"{", "track", NOT_JSON),
        (b"\xff\xfe", "track", NOT_JSON),
        (b"[]", "track", NOT_JSON),
        (b"{}", "batch", NO_BATCH),
        (b'{"batch": []}', "batch", NO_BATCH),
        (b'{"batch": {}}', "batch", NO_BATCH),
        (b"[" * 100_000, "batch", NOT_JSON),
    ],
)
def test_a_body_that_holds_no_messages_is_said_so(body: bytes, kind: str, problem: Problem) -> None:
    with pytest.raises(ProblemError) as caught:
        read_envelope(body, kind)

    assert caught.value.problem is problem


def test_a_byte_order_mark_and_a_bare_list_are_understood() -> None:
    assert read_envelope(b'\xef\xbb\xbf[{"writeKey": "k"}]', "batch") == Envelope(
        [{"writeKey": "k"}], write_keys=("k",)
    )


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        (b'"\\ud83d"', "?"),
        (b'"cut \\uDE00 \\ud83d\\ude00 \xc3\xa4"', "cut ? 😀 ä"),
        (b"NaN", None),
        (b"[-Infinity, 1]", [None, 1]),
    ],
)
def test_what_json_has_no_word_for_costs_no_message(sent: bytes, kept: object) -> None:
    envelope = read_envelope(b'{"batch":[{"type":"page","properties":{"x":' + sent + b'}},{"type":"page"}]}', "batch")

    assert [raw.get("properties") for raw in envelope.messages] == [{"x": kept}, None]


def test_a_message_that_goes_too_deep_is_set_aside_without_its_depths() -> None:
    found = read({"type": "page", "userId": "u1", "properties": orjson.loads("[" * 900 + "]" * 900)})

    assert isinstance(found, Refusal)
    assert (found.code, found.sent) == ("too_deep", {"type": "page", "userId": "u1"})
