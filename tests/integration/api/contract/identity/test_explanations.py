"""Why, why not, how and as of over HTTP: what the functions say, typed, and without a value of a customer."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from resolution.explanation.as_of import as_of
from resolution.explanation.why_not import (
    Guarded,
    HeldApart,
    NeverCompared,
    Reason,
    ScoredTooLow,
    Together,
)
from resolution.explanation.words import finding_in_words
from tests.integration.api.conftest import Ask
from tests.integration.api.contract.identity.operations import AS_OF, HOW, WHY, WHY_NOT, data
from tests.integration.resolution.company import Company


async def why_not(ask: Ask, left: str, right: str, **variables: Any) -> Any:
    return (await data(ask, WHY_NOT, left=left, right=right, **variables))["because"]


def told(findings: Any) -> list[dict[str, Any]]:
    return [
        {
            "comparison": part.comparison,
            "level": part.level,
            "matchWeight": part.match_weight,
            "termFrequencyWeight": part.term_frequency_weight,
            "words": finding_in_words(part),
        }
        for part in findings
    ]


# --- why -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("left", "right"), [("email:1", "shop:1"), ("email:0", "shop:26"), ("crm:0", "shop:0")])
async def test_why_is_the_path_of_links_weakest_first(
    company: Company, ask_company: Ask, left: str, right: str
) -> None:
    expected = company.why(left, right, "loose")
    found = await data(ask_company, WHY, left=left, right=right, confidence="LOOSE")

    assert (found["left"], found["right"], found["members"]) == (left, right, expected.members)
    assert len(found["links"]) == len(expected.links) > 0
    for step, link in zip(found["links"], expected.links, strict=True):
        stored = link.reason.link
        assert (step["place"], step["tried"], step["isBridge"]) == (link.place, link.tried, link.is_bridge)
        assert step["confidenceWithout"] == link.confidence_without
        assert step["reason"]["link"]["left"] == stored.left
        assert step["reason"]["link"]["confidence"] == stored.confidence
        assert step["reason"]["findings"] == told(stored.evidence)
    assert [bridge["place"] for bridge in found["bridges"]] == [link.place for link in expected.bridges]


async def test_what_has_no_why_says_so(company: Company, ask_company: Ask) -> None:
    del company
    apart = await data(ask_company, WHY, left="crm:0", right="crm:1")
    unknown = await data(ask_company, WHY, left="crm:0", right="crm:nobody@example.org")
    same = await ask_company(WHY, left="crm:0", right="crm:0")

    assert (apart["__typename"], apart["code"]) == ("NotTogether", "NOT_TOGETHER")
    assert (unknown["__typename"], unknown["code"]) == ("UnknownCustomer", "UNKNOWN_CUSTOMER")
    assert "nobody" not in unknown["reason"]
    assert same["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"


# --- why not ---------------------------------------------------------------------------------------------------------

CASES = [
    ("crm:0", "shop:0", "Together"),
    ("shop:21", "shop:22", "Vetoed"),
    ("shop:23", "shop:24", "ScoredTooLow"),
    ("crm:1", "shop:21", "ScoredTooLow"),
    ("crm:1", "shop:25", "NeverCompared"),
    ("crm:0", "shop:26", "HeldApart"),
]


@pytest.mark.parametrize(("left", "right", "name"), CASES)
async def test_each_reason_is_the_one_that_the_function_finds(
    company: Company, ask_company: Ask, left: str, right: str, name: str
) -> None:
    expected = company.why_not(left, right).reason
    found = await why_not(ask_company, left, right)

    assert found["__typename"] == name
    assert found["words"]
    assert_same(found, expected)


def assert_same(found: dict[str, Any], expected: Reason) -> None:
    match expected:
        case Together():
            assert (found["code"], found["togetherAt"]) == ("TOGETHER", expected.together_at)
        case Guarded():
            assert (found["guard"], found["pair"]) == (expected.guard, list(expected.pair))
            assert_waterfall(found["score"], expected.score)
        case ScoredTooLow():
            assert (found["kept"], found["keepAbove"]) == (expected.kept, expected.keep_above)
            assert_waterfall(found["score"], expected.score)
        case NeverCompared():
            assert [key["customers"] for key in found["shared"]] == [key.customers for key in expected.shared]
            assert set(found["leftOnly"]) >= {"given name", "family name"}
            assert not any(":" in part for part in found["leftOnly"] + found["rightOnly"])
        case HeldApart(gap, score):
            assert (found["leftGroup"], found["rightGroup"]) == (list(gap.left_group), list(gap.right_group))
            assert (found["cohesion"], found["needed"]) == (gap.cohesion, gap.needed)
            assert (found["pairs"], found["scored"], found["togetherAt"]) == (
                gap.pairs,
                gap.scored,
                gap.together_at,
            )
            assert_waterfall(found["score"], score)
        case _:
            raise AssertionError(expected)


def assert_waterfall(found: Any, expected: Any) -> None:
    if expected is None:
        assert found is None
        return
    assert (found["prior"], found["total"]) == (expected.prior, expected.total)
    assert found["findings"] == told(expected.findings)


async def test_no_value_of_a_customer_is_told(company: Company, ask_company: Ask) -> None:
    del company
    bodies = [str(await ask_company(WHY_NOT, left=left, right=right)).lower() for left, right, _ in CASES]

    for value in ("ilg", "otto", "petersen", "example.org", "1920-01-05"):
        assert not any(value in body for body in bodies)


async def test_a_confidence_that_is_too_high_says_which_would_do(company: Company, ask_company: Ask) -> None:
    found = await why_not(ask_company, "crm:0", "shop:0", confidence="EXACT")

    assert (found["__typename"], found["needed"]) == ("HeldApart", None)
    assert found["togetherAt"] == company.why("crm:0", "shop:0").links[0].reason.link.confidence


# --- how and as of ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("customer", ["crm:0", "shop:24"])
async def test_how_a_cluster_came_together(company: Company, ask_company: Ask, customer: str) -> None:
    expected = company.how(customer, "loose")
    found = await data(ask_company, HOW, by={"customer": customer}, confidence="LOOSE")

    assert (found["members"], found["cut"]) == (list(expected.members), False)
    assert [(step["leftGroup"], step["rightGroup"], step["cohesion"]) for step in found["steps"]] == [
        (list(step.left_group), list(step.right_group), step.cohesion) for step in expected.steps
    ]


async def test_how_is_asked_by_anything_that_points_at_a_profile(company: Company, ask_company: Ask) -> None:
    del company
    by_email = await data(ask_company, HOW, by={"email": "otto.petersen@example.org"})
    shared = await data(ask_company, HOW, by={"email": "anna.ilg@example.org"}, confidence="EXACT")
    nobody = await data(ask_company, HOW, by={"customer": "crm:99"})

    assert by_email["members"] == ["crm:1", "email:1", "shop:1"]
    assert shared["__typename"] == "AmbiguousIdentity"
    assert nobody["__typename"] == "UnknownIdentity"


async def test_who_a_customer_was(company: Company, ask_company: Ask) -> None:
    at = datetime.now(UTC)
    with company.graph.reading() as reader:
        expected = as_of(reader, "crm:0", at)
    found = await data(ask_company, AS_OF, customer="crm:0", at=at.isoformat())
    before = await data(ask_company, AS_OF, customer="crm:0", at=(at - timedelta(days=1)).isoformat())
    unknown = await data(ask_company, AS_OF, customer="crm:99", at=at.isoformat())
    to_come = await ask_company(AS_OF, customer="crm:0", at=(at + timedelta(days=1)).isoformat())

    assert (found["members"], found["known"]) == (list(expected.members), True)
    assert found["confidence"] == expected.confidence
    assert (before["members"], before["known"], before["joinedSince"]) == ([], False, ["email:0", "shop:0"])
    assert unknown["code"] == "UNKNOWN_CUSTOMER"
    assert to_come["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"
