import random
from collections.abc import Iterable
from typing import Any

import orjson
import pytest
from faker import Faker
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from graph.decisions import Decisions
from graph.resolutions import Resolution
from resolution.pipeline import score_and_cluster
from resolution.settings import ResolutionSettings
from tests.unit.resolution.customers import customers

SETTINGS = ResolutionSettings.model_validate({})
NOBODY = Decisions(frozenset(), frozenset())


def people(count: int) -> list[dict[str, Any]]:
    """People as two systems know them; every third is in both, some of them with a slip."""
    faker, dice = Faker("de_DE"), random.Random(11)
    faker.seed_instance(11)
    rows: list[dict[str, Any]] = []
    for number in range(count):
        person = {
            "given_name": faker.first_name(),
            "family_name": faker.last_name(),
            "birth_date": faker.date_of_birth(minimum_age=18, maximum_age=90).isoformat(),
            "street": faker.street_address(),
            "postcode": faker.postcode(),
            "emails": [f"{faker.user_name()}{number}@example.org"],
        }
        rows.append({"key": f"crm:{number:03}", **person})
        if number % 3 == 0:
            changed = dice.choice([{}, {"emails": []}, {"street": None}, {"given_name": person["given_name"][:-1]}])
            rows.append({"key": f"shop:{number:03}", **person, **changed})
    return rows


PEOPLE = people(90)
SAME = {(f"crm:{number:03}", f"shop:{number:03}") for number in range(0, 90, 3)}


def resolved(rows: Iterable[dict[str, Any]], decisions: Decisions = NOBODY) -> Resolution:
    return score_and_cluster(customers(*rows), decisions, SETTINGS)


def joined(resolution: Resolution, level: str = "default") -> set[tuple[str, str]]:
    least = resolution.model.levels[level]
    return {(x.left, x.right) for x in resolution.links if x.confidence is not None and x.confidence >= least}


@pytest.fixture(scope="module")
def resolution() -> Resolution:
    return resolved(PEOPLE)


def test_people_are_found_in_both_systems_and_nobody_else_is_joined(resolution: Resolution) -> None:
    assert joined(resolution) == SAME


@settings(max_examples=4, phases=[Phase.generate])
@given(st.permutations(PEOPLE))
def test_the_order_of_rows_changes_nothing(rows: list[dict[str, Any]]) -> None:
    again, first = resolved(rows), resolved(PEOPLE)

    assert (again.links, again.compared) == (first.links, first.compared)
    assert again.model.version == first.model.version


def test_the_evidence_of_a_link_adds_up_to_its_weight(resolution: Resolution) -> None:
    parameters = orjson.loads(resolution.model.parameters)
    prior = parameters["probability_two_random_records_match"]
    for link in resolution.links:
        assert link.evidence is not None
        found: list[tuple[str, str, float, float]] = orjson.loads(link.evidence)
        total = sum(weight + adjustment for _, _, weight, adjustment in found)
        assert 2**link.match_weight == pytest.approx(2**total * prior / (1 - prior), rel=0.02)
        assert link.probability == pytest.approx(1 / (1 + 2**-link.match_weight))


def test_what_is_likely_is_a_link_and_the_rest_was_compared(resolution: Resolution) -> None:
    assert all(link.match_weight >= 0 or link.cohesion is not None for link in resolution.links)
    assert all(SETTINGS.keep_above <= pair.match_weight < 0 for pair in resolution.compared)
    assert {(x.left, x.right) for x in resolution.links}.isdisjoint((x.left, x.right) for x in resolution.compared)


def test_a_rare_name_says_more_than_a_common_one() -> None:
    # Of two equal pairs, "Müller" is common in the table and "Zyskowski" is not.
    crowd = [{"key": f"x:{n}", "given_name": f"Name{n}", "family_name": "Müller"} for n in range(40)]
    pairs = [
        {"key": f"{source}:{name}", "given_name": "Anna", "family_name": name, "birth_date": "1985-03-02"}
        for name in ("Müller", "Zyskowski")
        for source in ("crm", "shop")
    ]

    weights = {link.left: link.match_weight for link in resolved(crowd + pairs).links if link.right.startswith("shop")}

    assert weights["crm:Zyskowski"] > weights["crm:Müller"]


def test_a_steward_outranks_the_model() -> None:
    apart, same = min(SAME), ("crm:001", "crm:002")

    found = resolved(PEOPLE, Decisions(frozenset([same]), frozenset([apart])))

    assert joined(found, "loose") >= {same} | (SAME - {apart})
    assert apart not in joined(found, "loose")
    assert {(x.left, x.right): (x.method, x.confidence) for x in found.links}[same] == ("steward", 1.0)
    assert joined(found, "exact") == {same}


def test_a_rule_links_exactly() -> None:
    card = {"identifiers": ["loyalty_card:1"]}

    found = resolved([*PEOPLE, {"key": "card:1", **card}, {"key": "card:2", **card}])

    link = found.links[0]
    assert (link.left, link.right, link.method, link.rule) == ("card:1", "card:2", "rule", "same_loyalty_card")
    assert (link.probability, link.confidence) == (1.0, 1.0)


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [{"key": "crm:1", "given_name": "Anna"}],
        [{"key": "crm:1"}, {"key": "crm:2"}],
        [{"key": "crm:1", "given_name": "Anna"}, {"key": "shop:1", "given_name": "Otto"}],
        [{"key": f"crm:{n}", "emails": ["test@example.org"]} for n in range(150)],
    ],
    ids=["nobody", "one", "nothing known", "nothing in common", "a value that all share"],
)
def test_tables_in_which_nobody_is_found_twice(rows: list[dict[str, Any]]) -> None:
    found = resolved(rows)

    assert joined(found) == set()
    assert found.run.counts["clusters"] == len(rows)
    assert list(found.model.levels) == ["exact", "strict", "default", "loose"]


def test_two_equal_records_are_one_person() -> None:
    anna = {
        "given_name": "Anna",
        "family_name": "Ilg",
        "birth_date": "1985-03-02",
        "emails": ["anna.ilg@example.org"],
        "phones": ["+4943112345"],
    }

    assert joined(resolved([{"key": "crm:1", **anna}, {"key": "shop:1", **anna}])) == {("crm:1", "shop:1")}


def test_a_couple_that_shares_everything_but_the_person_stays_two() -> None:
    home = {"family_name": "Ilg", "street": "Hauptstr. 7", "postcode": "24103", "phones": ["+4943112345"]}
    anna = {"key": "crm:anna", "given_name": "Anna", "birth_date": "1985-03-02", **home}
    otto = {"key": "crm:otto", "given_name": "Otto", "birth_date": "1983-11-27", **home}

    assert ("crm:anna", "crm:otto") not in joined(resolved([*PEOPLE, anna, otto]))
