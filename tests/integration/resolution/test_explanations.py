"""Why customers are one person, why not and how: answers as they come out of a real resolution."""

from dataclasses import asdict

import pytest

from graph.connection import Graph
from graph.errors import UnknownCustomerError
from graph.links import claims_of
from resolution.explanation.telling import tell_how, tell_why
from resolution.explanation.why_not import Guarded, HeldApart, NeverCompared, ScoredTooLow, Together
from tests.integration.resolution.company import Company, told


@pytest.fixture(scope="module")
def company(connected_graph: Graph, tmp_path_factory: pytest.TempPathFactory) -> Company:
    """Only read here: made once for all the tests of this file."""
    return Company.of_eight(connected_graph, tmp_path_factory.mktemp("models"))


# --- why not ---------------------------------------------------------------------------------------------------------


def test_one_person_after_all_is_pointed_to_why(company: Company) -> None:
    found = company.why_not("crm:0", "shop:0")

    assert isinstance(found.reason, Together)
    assert found.reason.together_at >= company.level("default")
    assert "See why: cdp why crm:0 shop:0" in told(found)


def test_a_rule_that_was_refused_is_a_guard(company: Company) -> None:
    found = company.why_not("shop:21", "shop:22")

    assert isinstance(found.reason, Guarded)
    assert (found.reason.guard, found.reason.pair) == ("rule_refused", ("shop:21", "shop:22"))
    assert "the rule was refused because they contradict" in told(found)
    assert "given name: different" in told(found)


def test_a_pair_that_speaks_against_one_person_shows_its_waterfall(company: Company) -> None:
    found = company.why_not("shop:23", "shop:24")

    assert isinstance(found.reason, ScoredTooLow)
    score = found.reason.score
    weights = [part.match_weight + part.term_frequency_weight for part in score.findings]
    assert found.reason.kept
    assert score.total < 0
    assert score.prior + sum(weights) == pytest.approx(score.total, abs=0.01)
    assert "family name: different" in told(found)


def test_a_pair_that_was_too_low_to_keep_is_scored_again(company: Company) -> None:
    found = company.why_not("crm:1", "shop:21")

    assert isinstance(found.reason, ScoredTooLow)
    assert not found.reason.kept
    assert found.reason.score.total < found.reason.keep_above
    assert "given name: equal" in told(found)
    assert "Pairs below -10.0 bits are not kept." in told(found)


def test_a_pair_that_shares_nothing_was_never_compared(company: Company) -> None:
    found = company.why_not("crm:1", "shop:25")

    assert isinstance(found.reason, NeverCompared)
    assert found.reason.shared == ()
    assert "family name:petersen" in found.reason.left_only
    assert "family name:vogel" in found.reason.right_only
    assert "only crm:1 has given name otto, family name petersen" in told(found)


def test_groups_that_are_linked_are_held_apart_by_their_average(company: Company) -> None:
    found = company.why_not("crm:0", "shop:26")

    assert isinstance(found.reason, HeldApart)
    gap = found.reason.gap
    links, compared = claims_of(company.graph, ["shop:26"])
    weights = {
        key: claim.match_weight
        for claim in (*links, *compared)
        for key in (claim.left, claim.right)
        if key in {"crm:0", "email:0", "shop:0"}
    }
    assert (gap.left_group, gap.right_group) == (("crm:0", "email:0", "shop:0"), ("shop:26",))
    assert (gap.pairs, gap.scored, gap.strongest) == (3, 3, ("email:0", "shop:26"))
    assert gap.mean_weight == pytest.approx(sum(weights.values()) / 3)
    assert gap.needed is not None
    assert gap.cohesion < gap.needed
    assert gap.together_at is not None
    assert company.level("loose") <= gap.together_at < company.level("default")
    assert "3 pairs across, 3 of them scored" in told(found)


def test_a_confidence_that_is_too_high_says_which_would_do(company: Company) -> None:
    found = company.why_not("crm:0", "shop:0", "exact")

    assert isinstance(found.reason, HeldApart)
    assert found.reason.gap.needed is None
    assert found.reason.gap.together_at == company.why("crm:0", "shop:0").links[0].reason.link.confidence
    assert "which only rules and stewards reach" in told(found)
    assert isinstance(company.why_not("crm:0", "shop:0").reason, Together)


def test_every_pair_has_one_reason_that_can_be_told(company: Company) -> None:
    keys = ["crm:0", "shop:0", "email:1", "crm:7", *(f"shop:{number}" for number in range(21, 26))]
    for left in keys:
        for right in keys:
            if left < right:
                found = company.why_not(left, right)
                assert told(found)
                assert asdict(found)["reason"]["kind"] == found.reason.kind


# --- why -------------------------------------------------------------------------------------------------------------


def test_the_path_is_told_weakest_link_first_with_its_weights(company: Company) -> None:
    found = company.why("email:1", "shop:1")

    cohesions = [link.reason.link.cohesion or 0.0 for link in found.links]
    assert cohesions == sorted(cohesions)
    assert {link.place for link in found.links} == set(range(1, len(found.links) + 1))
    for link in found.links:
        evidence = link.reason.link.evidence
        assert {"given_name", "family_name", "birth_date", "email"} <= {part.comparison for part in evidence}
    words = "\n".join(tell_why(found))
    assert "family name: equal, +" in words
    assert "for a rare name)" in words


def test_a_link_is_a_bridge_where_nothing_would_take_its_place(company: Company) -> None:
    """Three records of one person hold each other; a fourth hangs on one of them only."""
    among_three = company.why("crm:1", "shop:1", "loose")
    assert among_three.bridges == ()
    assert all((link.confidence_without or 0) >= company.level("loose") for link in among_three.links)
    assert "other pairs still join them" in "\n".join(tell_why(among_three))

    alone = company.why("email:0", "shop:26", "loose")
    assert [(link.place, link.confidence_without) for link in alone.bridges] == [(1, None)]
    assert "they part, at every confidence" in "\n".join(tell_why(alone))


def test_without_a_pair_is_what_would_be_had_it_never_been_compared(company: Company) -> None:
    """Nothing left out gives the stored forest again, so what is left out alone makes the difference."""
    for key in ("crm:0", "crm:1", "crm:2"):
        steps = company.how(key, "loose").steps
        for step in steps:
            link = step.reason.link
            found = company.why(link.left, link.right, "loose")
            assert [x.reason.link.confidence for x in found.links] == [step.confidence]


def test_two_people_have_no_why(company: Company) -> None:
    with pytest.raises(UnknownCustomerError, match="cdp why-not crm:0 crm:1"):
        company.why("crm:0", "crm:1")
    with pytest.raises(UnknownCustomerError, match="one customer"):
        company.why("crm:0", "crm:0")
    with pytest.raises(UnknownCustomerError, match="'crm:99'"):
        company.why_not("crm:0", "crm:99")


# --- how -------------------------------------------------------------------------------------------------------------


def test_whoever_stands_alone_is_said_so(company: Company) -> None:
    found = company.how("shop:24")

    assert (found.members, found.steps) == (("shop:24",), ())
    assert list(tell_how(found)) == ["shop:24 stands alone at confidence 0.5."]
