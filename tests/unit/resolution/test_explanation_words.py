from datetime import UTC, datetime

import pytest

from graph.decisions import Decision
from graph.evidence import ComparisonEvidence, LinkEvidence
from graph.surroundings import StoredLink
from resolution.explanation.forests import group_of, path_between, together_at
from resolution.explanation.reasons import LinkReason
from resolution.explanation.waterfall import Waterfall
from resolution.explanation.words import (
    decision_in_words,
    finding_in_words,
    guard_in_words,
    link_in_words,
    listed,
    parts_in_words,
    sure,
    telling_parts,
    waterfall_in_words,
)

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
DECISION = Decision("decision-1", "reject", "ada", "father and son", NOON, (("crm:1",), ("shop:2",)))


def link(method: str, rule: str | None = None) -> LinkEvidence:
    return LinkEvidence("crm:1", "shop:2", 0.99974, 11.9, method, rule, (), 11.9, 0.97, "run-1", "splink-1", NOON)


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (("family_name", "equal", 7.1, 2.0), "family name: equal, +9.1 bits (of them +2.0 for a rare name)"),
        (("address", "same city", 3.0, -1.2), "address: same city, +1.8 bits (of them -1.2 for a common place)"),
        (("birth_date", "far apart", -4.1, 0.0), "birth date: far apart, -4.1 bits"),
        (("attribute_shoe_size", "equal", 1.0, 0.01), "shoe size: equal, +1.0 bits"),
        (("company", "equal", 4.0, 1.0), "company: equal, +5.0 bits (of them +1.0 for a rare value)"),
    ],
)
def test_a_finding_tells_its_weight_and_what_of_it_is_rarity(found: tuple[str, str, float, float], words: str) -> None:
    assert finding_in_words(ComparisonEvidence(*found)) == words


@pytest.mark.parametrize(
    ("guard", "words"),
    [
        ("contradiction", "contradict"),
        ("rule_refused", "rule was refused"),
        ("cluster_size", "more customers than one profile may hold"),
        ("weak_bridge", "waits for review"),
        ("limit:email", "more values of email"),
        ("unique:customer_number", "different values of customer number"),
        ("some_new_guard", "'some_new_guard'"),
        ("new:kind", "'new:kind'"),
    ],
)
def test_every_guard_has_words(guard: str, words: str) -> None:
    assert words in guard_in_words(guard)


def test_a_link_tells_who_claims_it() -> None:
    assert link_in_words(LinkReason(link("splink"), None, None)) == "model splink-1: probability 0.9997, +11.9 bits"
    by_rule = LinkReason(link("rule", "same_loyalty_card"), None, "loyalty_card:77")
    assert link_in_words(by_rule) == "rule same_loyalty_card: both have loyalty card 77"
    assert link_in_words(LinkReason(link("rule", "same_user_id"), None, None)) == "rule same_user_id"
    assert "ada rejected their link" in link_in_words(LinkReason(link("steward"), DECISION, None))


def test_a_decision_tells_who_when_why_and_its_key() -> None:
    words = "ada rejected their link on 2026-03-01 12:00 UTC: father and son (decision-1)"
    assert decision_in_words(DECISION) == words


def test_a_waterfall_goes_from_anybody_to_the_total_the_strongest_first() -> None:
    findings = (ComparisonEvidence("gender", "equal", 1.0, 0.0), ComparisonEvidence("email", "different", -3.0, 0.0))

    told = waterfall_in_words(Waterfall(-10.0, findings, -12.0, 0.00024))

    assert told == [
        "any two customers: -10.0 bits",
        "email: different, -3.0 bits",
        "gender: equal, +1.0 bits",
        "total: -12.0 bits, probability 0.00024",
    ]


def test_what_is_nearly_certain_does_not_look_certain() -> None:
    assert (sure(0.9999), sure(1.0), sure(None), sure(0.239092)) == ("0.9999", "1", "0", "0.2391")


def test_many_customers_are_counted() -> None:
    assert listed(["a", "b"]) == "a, b"
    assert listed([str(number) for number in range(9)]) == "0, 1, 2, 3, 4 and 4 more"


def test_blocking_parts_are_told_without_pieces_of_others() -> None:
    parts = ["family name:kern", "family sound:krn", "birth year:1950", "emails:a@b.org", "identifiers:user_id:7"]

    assert parts_in_words(telling_parts(parts)) == "family name kern, email a@b.org, user id 7"


def test_the_path_of_a_forest_is_found_from_either_end() -> None:
    links = [StoredLink("a", "b", 9.0, 0.9), StoredLink("b", "c", 1.0, 0.4), StoredLink("c", "d", 5.0, 0.7)]

    assert path_between(links, "a", "d") == links
    assert path_between(links, "d", "a") == links[::-1]
    assert path_between(links, "a", "x") == []
    assert (together_at(links, "a", "d"), together_at(links, "c", "d"), together_at(links, "a", "x")) == (
        0.4,
        0.7,
        None,
    )
    assert group_of(links, "a", 0.5) == ("a", "b")
    assert group_of(links, "x", 0.5) == ("x",)
