"""Explanations after what loads and stewards do."""

from collections.abc import Callable
from datetime import UTC, datetime
from itertools import combinations
from pathlib import Path
from time import sleep
from typing import Any

import pytest

from graph.connection import Graph
from graph.decisions import list_decisions
from graph.writing import write_batch
from resolution.clusters.clustering import CERTAIN
from resolution.explanation.telling import tell_how, tell_why
from resolution.explanation.why_not import (
    Guarded,
    HeldApart,
    HeldApartThen,
    NeverCompared,
    NotLinkedThen,
    NotResolved,
    Parted,
    Reason,
    Together,
)
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


def test_who_would_come_in_where_a_link_is_missing_is_thought_of(changed: Company) -> None:
    """Mia's shop record is somebody else's as well, whose third record a decision keeps away from her."""
    write_person(changed.graph, "email", "5", NAMES[5], postcode=None, birth_date=None)
    changed.resolve()
    changed.stewards.unlink_customers(["email:5"], ADA, ["crm:2"])
    changed.stewards.link_customers(["crm:5", "shop:2"], ADA)

    (link,) = changed.why("email:2", "shop:2").links

    assert "email:5" not in changed.how("shop:2", "loose").members
    assert (link.confidence_without, link.is_bridge) == (None, True)


# --- why not, at a time ----------------------------------------------------------------------------------------------

ASKED = tuple(combinations(("crm:0", "shop:0", "email:0", "crm:5", "shop:24", "shop:26"), 2))


def all_why_not(company: Company, at: datetime | None = None) -> dict[tuple[str, str, str], Reason]:
    return {
        (left, right, level): (
            company.why_not_at(left, right, at, level) if at else company.why_not(left, right, level)
        ).reason
        for left, right in ASKED
        for level in ("default", "exact")
    }


def test_why_they_were_two_people_is_told_as_it_was(changed: Company) -> None:
    def rescore() -> None:
        write_person(changed.graph, "shop", "26", NAMES[0], birth_date="1970-05-18", gender="female")
        changed.resolve()

    decided: list[str] = []
    steps: tuple[Callable[[], object], ...] = (
        lambda: decided.append(changed.stewards.reject_link("crm:0", "shop:0", ADA).decision),
        lambda: changed.stewards.link_customers(["crm:5", "shop:24"], ADA),
        rescore,
        lambda: changed.stewards.withdraw(decided[0], ADA),
    )
    times, then = [moment()], [all_why_not(changed)]
    for step in steps:
        step()
        times.append(moment())
        then.append(all_why_not(changed))

    assert len({str(reasons) for reasons in then}) == len(then)
    for at, reasons in zip(times, then, strict=True):
        for asked, found in all_why_not(changed, at).items():
            assert_as_it_was(found, reasons[asked])


def moment() -> datetime:
    """One that nothing that follows shares a millisecond with."""
    at = datetime.now(UTC)
    sleep(0.002)
    return at


def assert_as_it_was(found: Reason, then: Reason) -> None:
    match then:
        case Parted():
            assert isinstance(found, Parted)
            assert (found.decision.key, found.pair) == (then.decision.key, then.pair)
        case Together():
            assert found == then
        case HeldApart(gap):
            assert isinstance(found, HeldApartThen)
            assert (found.left_group, found.right_group) == (gap.left_group, gap.right_group)
            assert found.together_at == gap.together_at
        case NeverCompared():
            assert isinstance(found, NotLinkedThen)
        case _:
            assert isinstance(found, HeldApartThen | NotLinkedThen)


def test_a_past_time_is_told_in_words(changed: Company) -> None:
    before = datetime(2020, 1, 1, tzinfo=UTC)
    decided = changed.stewards.reject_link("crm:0", "shop:0", ADA)
    rejected = moment()
    changed.stewards.withdraw(decided.decision, ADA)
    again = moment()

    def told_of(left: str, right: str, at: datetime, level: str = "default") -> str:
        return told(changed.why_not_at(left, right, at, level))

    assert told_of("crm:0", "shop:0", before) == "Not resolved by 2020-01-01 00:00:00 UTC: crm:0, shop:0."
    assert told_of("crm:0", "shop:0", rejected).startswith("Parted by a steward: ada rejected their link")
    assert "cdp steward withdraw" not in told_of("crm:0", "shop:0", rejected)
    assert f"cdp why crm:0 shop:0 --confidence 0.5 --as-of {again.isoformat()}" in told_of("crm:0", "shop:0", again)
    assert told_of("crm:1", "shop:25", again).startswith("Not linked at ")
    apart = told_of("crm:0", "shop:0", again, "exact")
    assert apart.startswith("Held apart at ")
    assert "The strongest is " in apart
    assert "birth date: equal" in apart


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
