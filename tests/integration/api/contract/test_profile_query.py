from typing import Any

import pytest

from graph.address import Address
from tests.integration.api.conftest import Ask, asking, connected
from tests.integration.api.operations import WHOLE, profile_by

pytestmark = pytest.mark.usefixtures("anna")


async def test_a_profile_unites_what_the_sources_know_and_says_why(ask: Ask) -> None:
    found = await profile_by(ask, email="anna@example.org")

    assert found["__typename"] == "Profile"
    assert found["confidence"] == 0.8
    assert found["counts"] == {"customers": 2, "identifiers": 2, "devices": 1, "links": 1, "consents": 1}
    given = found["fields"][0]
    assert (given["name"], given["value"], given["source"]) == ("given_name", "Anna", "crm")
    assert given["others"] == [{"value": "Anne", "source": "shop", "customer": "shop:7"}]
    assert (given["chosenBy"], given["group"]) == ("KEY", None)
    assert found["field"] == {"value": "Kiel"}
    assert found["primaryEmail"] == {"value": "anna@example.org", "source": "crm", "chosenBy": "AGREED"}
    assert found["primaryPhone"] == {"value": "+4943155501", "source": "crm", "chosenBy": "AGREED"}
    assert found["traits"] == [{"name": "size", "value": [1, 2], "source": "shop", "chosenBy": "AGREED", "others": []}]
    assert [(part["kind"], part["sources"]) for part in found["identifiers"]] == [
        ("email", ["crm", "shop"]),
        ("phone", ["crm"]),
    ]
    assert [(part["key"], part["logins"]) for part in found["devices"]] == [("anonymous_id:d1", 1)]
    assert [(part["key"], part["traits"]) for part in found["customers"]] == [
        ("crm:1", {}),
        ("shop:7", {"size": [1, 2]}),
    ]
    assert [part["comparison"] for part in found["links"][0]["evidence"]] == ["email", "given_name"]
    assert found["consents"] == [{"purpose": "marketing", "channel": "email", "state": "granted", "subject": "shop:7"}]


async def test_the_journey_holds_the_intention_to_terminate_and_the_anonymous_session(ask: Ask) -> None:
    found = await profile_by(ask, email="anna@example.org")

    nodes = found["journey"]["nodes"]
    assert [node["key"] for node in nodes] == [
        "web:m9", "call_centre:c1", "web:m4", "web:m3", "web:m2", "web:m1", "web:m0"
    ]  # fmt: skip
    assert nodes[1]["properties"] == {"intent": "terminate"}
    assert nodes[1]["at"] == "2026-03-02T12:00:00+00:00"
    assert found["journey"]["pageInfo"]["hasNextPage"] is False
    assert [(part["session"]["key"], part["loggedIn"]) for part in found["sessions"]] == [
        ("web:s2", None),
        ("web:s1", "shop:7"),
    ]


async def test_metrics_tell_the_last_contact_on_each_channel(ask: Ask) -> None:
    found = (await profile_by(ask, email="anna@example.org"))["metrics"]

    assert (found["interactions"], found["sessions"], found["orders"], found["revenue"]) == (7, 2, 0, [])
    assert found["channels"] == [
        {"channel": "call_centre", "interactions": 1, "lastContactAt": "2026-03-02T12:00:00+00:00"},
        {"channel": "web", "interactions": 6, "lastContactAt": "2026-03-04T12:00:00+00:00"},
    ]
    assert found["knownSince"] < found["firstSeenAt"] < found["lastSeenAt"]


@pytest.mark.parametrize(
    "by",
    [
        {"email": " Anna@Example.org "},
        {"phone": "+49 431 55501"},
        {"customer": "crm:1"},
        {"identifier": {"kind": "email", "value": "anna@example.org"}},
        {"session": "web:s2"},
        {"device": "anonymous_id:d1"},
    ],
)
async def test_every_way_of_asking_leads_to_the_same_profile(ask: Ask, by: dict[str, Any]) -> None:
    found = await profile_by(ask, **by)

    assert [part["key"] for part in found["customers"]] == ["crm:1", "shop:7"]


@pytest.mark.parametrize(
    ("confidence", "customers"),
    [(None, 2), (0.5, 2), ("LOOSE", 2), ("strict", 1), ("EXACT", 1), (0.95, 1), ("0.9", 2), (1, 1), (0, 2)],
)
async def test_the_caller_chooses_the_confidence(ask: Ask, confidence: Any, customers: int) -> None:
    found = await profile_by(ask, confidence=confidence, customer="shop:7")

    assert found["counts"]["customers"] == customers


@pytest.mark.parametrize("literal", ["STRICT", '"strict"', "0.95"])
async def test_a_level_is_a_name_or_a_number_in_the_document(ask: Ask, literal: str) -> None:
    query = f'{{ profile(by: {{customer: "crm:1"}}, confidence: {literal}) {{ ... on Profile {{ confidence }} }} }}'

    assert (await ask(query))["data"]["profile"] == {"confidence": 0.95}


@pytest.mark.parametrize("confidence", ["SURE", 1.5, -1, "nan", True, [1], {"a": 1}])
async def test_a_confidence_that_does_not_exist_is_refused_with_those_that_do(ask: Ask, confidence: Any) -> None:
    body = await ask(WHOLE, by={"customer": "crm:1"}, confidence=confidence)

    (error,) = body["errors"]
    assert error["extensions"]["code"] == "BAD_USER_INPUT"
    if isinstance(confidence, str | float):
        assert "EXACT, STRICT, DEFAULT, LOOSE" in error["message"]


async def test_the_former_id_of_a_joined_profile_says_where_it_went(ask: Ask) -> None:
    alone = await profile_by(ask, confidence="EXACT", customer="shop:7")
    merged = await profile_by(ask, id=alone["id"])

    assert merged["__typename"] == "MergedProfile"
    assert merged["askedId"] == alone["id"]
    current = await profile_by(ask, id=merged["profile"]["id"])
    assert current["__typename"] == "Profile"


async def test_an_email_of_two_people_names_both(ask: Ask) -> None:
    found = await profile_by(ask, confidence="EXACT", email="anna@example.org")

    assert found["__typename"] == "AmbiguousIdentity"
    assert len(found["profileIds"]) == 2
    each = [await profile_by(ask, confidence="EXACT", id=one) for one in found["profileIds"]]
    assert {part["customers"][0]["key"] for part in each} == {"crm:1", "shop:7"}


@pytest.mark.parametrize(
    "by",
    [
        {"id": "p_nothing"},
        {"email": "nobody@example.org"},
        {"email": "not an address"},
        {"email": "x" * 2_000 + "@example.org"},
        {"phone": "call me"},
        {"customer": "crm:404"},
        {"customer": "c" * 2_000},
        {"identifier": {"kind": "loyalty_card", "value": "404"}},
        {"session": "web:404"},
        {"device": "cookie:404"},
    ],
)
async def test_what_nobody_has_is_an_answer_with_a_reason(ask: Ask, by: dict[str, Any]) -> None:
    found = await profile_by(ask, **by)

    assert found["__typename"] == "UnknownIdentity"
    assert found["reason"].endswith(".")


async def test_a_kind_of_identifier_that_does_not_exist_is_refused(ask: Ask) -> None:
    body = await ask(WHOLE, by={"identifier": {"kind": "shoe_size", "value": "43"}})

    assert body["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"
    assert "loyalty_card" in body["errors"][0]["message"]


@pytest.mark.parametrize("by", [{}, {"email": "a@example.org", "customer": "crm:1"}, {"email": None}])
async def test_exactly_one_key_is_asked_for(ask: Ask, by: dict[str, Any]) -> None:
    body = await ask(WHOLE, by=by)

    assert body["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"


async def test_lists_are_bounded(ask: Ask) -> None:
    query = (
        'query ($n: Int!) { profile(by: {customer: "crm:1"}) { ... on Profile { identifiers(first: $n) { kind } } } }'
    )

    assert len((await ask(query, n=1))["data"]["profile"]["identifiers"]) == 1
    for wrong in (0, -1, 1_001):
        body = await ask(query, n=wrong)
        assert body["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"


async def test_the_levels_are_those_of_the_model(ask: Ask) -> None:
    levels = await ask("{ confidenceLevels { modelVersion default levels { name confidence } } }")

    assert levels["data"]["confidenceLevels"]["modelVersion"] == "v1"
    assert [level["name"] for level in levels["data"]["confidenceLevels"]["levels"]] == [
        "EXACT", "STRICT", "DEFAULT", "LOOSE"
    ]  # fmt: skip


@pytest.mark.parametrize("extra", [{}, {"asOf": "2026-03-01T12:00:00Z"}])
async def test_a_national_number_without_a_country_is_unknown_for_that_reason(ask: Ask, extra: dict[str, Any]) -> None:
    profile = "profile(by: $by, asOf: $asOf) { ... on UnknownIdentity { reason } }"
    query = f"query ($by: ProfileBy!, $asOf: DateTime) {{ {profile} }}"
    national, whole = [
        (await ask(query, by={"phone": number}, **extra))["data"]["profile"]["reason"]
        for number in ("0431 / 555 99", "+49 431 555 99")
    ]

    assert "CDP_COUNTRY" in national
    assert "+" in national
    assert "CDP_COUNTRY" not in whole


async def test_a_national_number_is_read_in_the_country_of_the_settings(neo4j_address: Address) -> None:
    async with connected(neo4j_address, country="DE") as client:
        found = await profile_by(asking(client), phone="0431 / 555 01")

    assert [part["key"] for part in found["customers"]] == ["crm:1", "shop:7"]
