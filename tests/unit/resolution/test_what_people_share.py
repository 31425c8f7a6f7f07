"""Telephones, mailboxes and employers: whose they are decides what they say."""

import random
from collections.abc import Iterator
from typing import Any

import pytest
from faker import Faker

from graph.decisions import Decisions
from resolution.pipeline import score_and_cluster
from resolution.quality.evaluation import ClusterMetrics, measure
from resolution.settings import ResolutionSettings
from tests.unit.resolution.customers import customers

Row = dict[str, Any]
SETTINGS = ResolutionSettings.model_validate({})


def quality(rows: list[Row]) -> ClusterMetrics:
    """Of the default clusters; ``person`` of a row is the truth, and nothing that is compared."""
    truth = {row["key"]: str(row["person"]) for row in rows}
    table = customers(*({name: value for name, value in row.items() if name != "person"} for row in rows))
    found = score_and_cluster(table, Decisions(frozenset(), frozenset()), SETTINGS)
    least = found.model.levels["default"]
    home = {key: key for key in truth}
    for link in found.links:
        if link.confidence is not None and link.confidence >= least:
            left, right = home[link.left], home[link.right]
            home |= {key: left for key, root in home.items() if root == right}
    return measure(home, truth)


class Crowd:
    """Draws people; some names are common, most are rare."""

    def __init__(self, seed: int) -> None:
        self.dice, self.faker = random.Random(seed), Faker("de_DE")
        self.faker.seed_instance(seed)
        self.given = sorted({self.faker.first_name() for _ in range(400)})
        self.family = sorted({self.faker.last_name() for _ in range(600)})

    def named(self) -> Row:
        return {"given_name": self._often(self.given), "family_name": self._often(self.family)}

    def _often(self, names: list[str]) -> str:
        return self.dice.choices(names, [place**-0.8 for place in range(1, len(names) + 1)])[0]

    def phone(self) -> str:
        return f"+4915{self.dice.randrange(10**8, 10**9)}"

    def email(self, person: Row) -> str:
        provider = self.dice.choice(["gmx.de", "web.de", "example.org"])
        names = person["given_name"], person["given_name"][0] + person["family_name"], self.faker.user_name()
        return f"{self.dice.choice(names)}{self.dice.randrange(100)}@{provider}".lower()

    def is_so(self, share: float) -> bool:
        return self.dice.random() < share


@pytest.fixture
def crowd() -> Crowd:
    return Crowd(5)


def contacts(crowd: Crowd) -> Iterator[Row]:
    """People with names, an email and a telephone, of which some are missing or have changed."""
    for number in range(1500):
        person = crowd.named()
        emails, phones = [crowd.email(person)], [crowd.phone()]
        for copy in range(crowd.dice.choice([1, 2, 2, 3])):
            row = {"key": f"crm:{number}-{copy}", "person": number, **person}
            row["emails"] = [] if crowd.is_so(0.15) else [crowd.email(person)] if crowd.is_so(0.15) else emails
            row["phones"] = [] if crowd.is_so(0.15) else [crowd.phone()] if crowd.is_so(0.15) else phones
            yield row | {name: None for name in ("given_name", "family_name") if crowd.is_so(0.15)}


def colleagues(crowd: Crowd) -> Iterator[Row]:
    """The contacts of companies: one address, for many one telephone and one mailbox."""
    for company in range(130):
        name, phone = crowd.faker.company(), crowd.phone()
        place = {"street": f"{crowd.faker.street_name()} {company}", "postcode": crowd.faker.postcode()}
        for seat in range(crowd.dice.choice([1, 3, 5, 8])):
            person = crowd.named()
            emails = [f"buero@company{company}.de" if crowd.is_so(0.5) else f"{crowd.email(person)}"]
            phones = [phone if crowd.is_so(0.6) else phone[:-2] + str(10 + seat)]
            for copy in range(crowd.dice.choice([1, 2])):
                row = {"key": f"crm:{company}-{seat}-{copy}", "person": f"{company}-{seat}", **person, **place}
                row |= {"company": name, "emails": emails, "phones": phones}
                yield row | {field: None for field in ("given_name", "street") if crowd.is_so(0.1)}


def test_a_telephone_of_ones_own_speaks_for_one_person(crowd: Crowd) -> None:
    found = quality(list(contacts(crowd)))
    assert found.pairwise_precision > 0.97
    assert found.pairwise_recall > 0.8


def test_colleagues_are_not_one_person(crowd: Crowd) -> None:
    found = quality(list(colleagues(crowd)))
    assert found.pairwise_precision > 0.95
    assert found.pairwise_recall > 0.9
