"""Explanations after what loads and stewards do."""

from pathlib import Path
from typing import Any

import pytest

from graph.connection import Graph
from graph.decisions import list_decisions
from graph.writing import write_batch
from resolution.clusters.clustering import CERTAIN
from resolution.explanation.telling import tell_how, tell_why
from resolution.explanation.why_not import Guarded, NeverCompared, NotResolved, Parted, Together
from resolution.stewards.stewardship import Steward
from tests.factories import batch, crm, identifier, interaction
from tests.integration.resolution.company import ADA, SETTINGS, Company, told
from tests.integration.resolution.people import NAMES, write_person


@pytest.fixture
def changed(graph: Graph, tmp_path: Path) -> Company:
    """To be changed by one test."""
    return Company.of_eight(graph, tmp_path)


# --- why not ---------------------------------------------------------------------------------------------------------


def test_customers_that_wait_for_a_resolution_are_said_so(changed: Company) -> None:
    write_person(changed.graph, "email", "9", NAMES[0])
    named = interaction("m1", "crm", customer=crm("77"))
    write_batch(changed.graph, batch("crm", interactions=(named,)))

    assert changed.why_not("email:9", "crm:0").reason == NotResolved(("email:9",), ())
    found = changed.why_not("crm:0", "crm:77")
    assert found.reason == NotResolved(("crm:77",), ("crm:77",))
    assert "No record has arrived of crm:77" in told(found)


def test_a_steward_parts_two_customers(changed: Company) -> None:
    decided = changed.stewards.reject_link("crm:0", "shop:0", ADA)

    found = changed.why_not("crm:0", "shop:0")

    assert isinstance(found.reason, Parted)
    assert (found.reason.decision, found.reason.pair) == (list_decisions(changed.graph)[0], ("crm:0", "shop:0"))
    assert told(found).startswith("Parted by a steward: ada rejected their link on ")
    assert f"father and son ({decided.decision})" in told(found)
    assert f"cdp steward withdraw {decided.decision}" in told(found)


def test_a_steward_parts_through_the_decisions_of_others(changed: Company) -> None:
    joined = changed.stewards.link_customers(["crm:6", "crm:7"], Steward("bob", "she married"))
    parted = changed.stewards.unlink_customers(["crm:6"], ADA, ["crm:5"])

    found = changed.why_not("crm:5", "crm:7", "exact")

    assert isinstance(found.reason, Parted)
    assert (found.reason.decision.key, found.reason.pair) == (parted.decision, ("crm:5", "crm:6"))
    assert [decision.key for decision in found.reason.joins] == [joined.decision]
    assert "It is about crm:5 and crm:6" in told(found)
    assert "bob linked them" in told(found)


def test_a_steward_parts_whoever_is_in_the_groups(changed: Company) -> None:
    decided = changed.stewards.reject_link("crm:0", "shop:0", ADA)
    groups = {changed.how(key).members for key in ("crm:0", "shop:0")}
    alone, pair = sorted(groups, key=len)
    assert "email:0" in pair

    found = changed.why_not(alone[0], "email:0")

    assert isinstance(found.reason, Parted)
    assert (found.reason.decision.key, found.reason.pair) == (decided.decision, ("crm:0", "shop:0"))


def test_a_decision_that_is_withdrawn_is_no_reason_any_more(changed: Company) -> None:
    decided = changed.stewards.reject_link("crm:0", "shop:0", ADA)
    changed.stewards.withdraw(decided.decision, ADA)

    assert isinstance(changed.why_not("crm:0", "shop:0").reason, Together)


def test_contradictions_hold_apart_and_are_counted_up(changed: Company) -> None:
    home: dict[str, Any] = {
        "street": "Hauptstr. 3",
        "city": "Kiel",
        "postcode": "24103",
        "company": "Moor",
        "identifiers": (identifier("email", "familie@example.org"), identifier("phone", "+4943112345")),
    }
    write_person(changed.graph, "crm", "31", "Nils Moor", birth_date="1950-01-05", gender="male", **home)
    write_person(changed.graph, "shop", "32", "Ute Moor", birth_date="1990-07-19", gender="female", **home)
    changed.resolve()

    found = changed.why_not("crm:31", "shop:32")

    assert isinstance(found.reason, Guarded)
    assert found.reason.guard == "contradiction"
    assert {"given name: different", "birth date: far apart", "gender: different"} <= {
        line.strip().split(",")[0] for line in told(found).splitlines()
    }


def test_what_too_many_share_selects_nobody(graph: Graph, tmp_path: Path) -> None:
    known: dict[str, Any] = {"birth_date": None, "identifiers": (), "postcode": "24103"}
    write_person(graph, "crm", "1", "Otto Zwick", **known)
    write_person(graph, "crm", "2", "Mia Quast", **known)
    for number in range(SETTINGS.largest_value_block):
        write_person(graph, "shop", str(number), f"Anna{number} Ilg{number}", **known)

    found = Company(graph, tmp_path).why_not("crm:1", "crm:2")

    assert isinstance(found.reason, NeverCompared)
    (key,) = found.reason.shared
    assert (key.parts, key.most, key.selects) == (("postcode:24103",), 60, False)
    assert "both have postcode 24103: shared by more than 60 customers" in told(found)


# --- why -------------------------------------------------------------------------------------------------------------


def test_rules_and_stewards_say_what_they_stand_on(changed: Company) -> None:
    for source in ("crm", "shop", "email"):
        write_person(changed.graph, source, "41", "Rosa Hell", identifiers=(identifier("loyalty_card", "41"),))
    changed.resolve()
    by_rule = changed.why("crm:41", "shop:41", "exact")
    assert {link.reason.identifier for link in by_rule.links} == {"loyalty_card:41"}
    assert "rule same_loyalty_card: both have loyalty card 41" in "\n".join(tell_why(by_rule))
    assert by_rule.bridges == ()

    decided = changed.stewards.link_customers(["crm:6", "crm:7"], Steward("bob", "she married"))
    (link,) = changed.why("crm:6", "crm:7", "exact").links
    assert link.reason.decision is not None
    assert link.reason.decision.key == decided.decision
    assert link.is_bridge
    assert "bob linked them on" in "\n".join(tell_why(changed.why("crm:6", "crm:7")))


# --- how -------------------------------------------------------------------------------------------------------------


def test_a_cluster_is_told_in_the_order_in_which_it_came_together(changed: Company) -> None:
    changed.stewards.link_customers(["crm:1", "crm:7"], ADA)

    found = changed.how("shop:1")

    assert found.members == ("crm:1", "crm:7", "email:1", "shop:1")
    assert [step.number for step in found.steps] == [1, 2, 3]
    assert (found.steps[0].cohesion, found.steps[0].confidence) == (CERTAIN, 1.0)
    heights = [step.cohesion for step in found.steps]
    assert heights == sorted(heights, reverse=True)
    for step in found.steps:
        assert step.reason.link.left in step.left_group
        assert step.reason.link.right in step.right_group
        assert not {*step.left_group} & {*step.right_group}
    last = found.steps[-1]
    assert sorted(last.left_group + last.right_group) == list(found.members)
    words = list(tell_how(found))
    assert words[0] == "One person at confidence 0.5, 4 customers: crm:1, crm:7, email:1, shop:1"
    assert "1. crm:1 ~ crm:7, confidence 1 (certain)" in words
