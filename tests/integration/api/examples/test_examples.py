# Each example, as a front end sends it, in Anna's world.
from typing import Any

import pytest

from api.examples.reading import example
from tests.integration.api.conftest import Ask

pytestmark = pytest.mark.usefixtures("anna")


async def answer_of(ask: Ask, name: str, **variables: Any) -> dict[str, Any]:
    body = await ask(example(name).document, **variables)
    assert "errors" not in body, body
    return body["data"]


async def test_the_agent_sees_who_calls_what_they_allow_and_that_they_wanted_to_leave(ask: Ask) -> None:
    found = (await answer_of(ask, "agent_screen", phone="+49 431 55501"))["profile"]

    assert (found["givenName"], found["familyName"], found["city"]) == (
        {"value": "Anna"}, {"value": "Ilg"}, {"value": "Kiel"}
    )  # fmt: skip
    assert [(part["purpose"], part["channel"], part["state"]) for part in found["consents"]] == [
        ("marketing", "email", "granted")
    ]
    newest, call = found["journey"]["nodes"][:2]
    assert (newest["name"], call["name"], call["properties"]) == (
        "Contract Viewed", "Call Started", {"intent": "terminate"}
    )  # fmt: skip


async def test_the_agent_is_told_when_nobody_has_the_number(ask: Ask) -> None:
    found = (await answer_of(ask, "agent_screen", phone="+49 431 999"))["profile"]

    assert found["__typename"] == "UnknownIdentity"


async def test_my_data_are_those_of_nobody_who_is_only_probably_me(ask: Ask) -> None:
    found = (await answer_of(ask, "my_data", customer="shop:7"))["profile"]

    assert [(part["source"], part["externalId"]) for part in found["customers"]] == [("shop", "7")]
    assert found["customers"][0]["traits"] == {"size": [1, 2]}
    assert {field["name"]: field["source"] for field in found["fields"]} == {"given_name": "shop", "city": "shop"}
    assert "Call Started" not in {node["name"] for node in found["journey"]["nodes"]}


async def test_the_recommender_knows_a_visitor_who_did_not_log_in(ask: Ask) -> None:
    found = (await answer_of(ask, "recommender", session="web:s2", since="2026-03-04T00:00:00Z"))["session"]

    assert found["level"] == "RECOGNISED"
    assert [node["name"] for node in found["visitor"]["visits"]] == ["Contract Viewed"]
    assert (found["visitor"]["orders"], [call["intent"] for call in found["visitor"]["calls"]]) == ([], ["terminate"])


async def test_the_marketer_finds_somebody_by_words_with_what_may_be_sent_to_them(ask: Ask) -> None:
    (hit,) = (await answer_of(ask, "marketer_lookup", text="ilg"))["search"]

    assert [match["customer"] for match in hit["matches"]] == ["crm:1"]
    assert hit["profile"]["familyName"] == {"value": "Ilg"}
    assert [part["state"] for part in hit["profile"]["consents"]] == ["granted"]


async def test_the_analyst_sees_on_what_a_link_rests(ask: Ask) -> None:
    found = await answer_of(ask, "identity_analyst", customer="crm:1", confidence="LOOSE")

    assert found["confidenceLevels"]["modelVersion"] == "v1"
    (link,) = found["profile"]["links"]
    assert (link["left"], link["right"], link["method"]) == ("crm:1", "shop:7", "splink")
    assert [(part["comparison"], part["matchWeight"]) for part in link["evidence"]] == [
        ("email", 9.5), ("given_name", 2.0)
    ]  # fmt: skip
