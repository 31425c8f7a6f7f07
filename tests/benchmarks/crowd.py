"""A crowd of any size: customers of two systems, made from lists of names, the same for the same numbers."""

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, cast

from faker.providers.address.de_DE import Provider as Places
from faker.providers.person.de_DE import Provider as People

from graph.batches import batched
from graph.kinds import SourceKind
from graph.records import Batch, CustomerRecord, IdentifierValue, SourceRecord

DELIVERED = datetime(2026, 1, 1, tzinfo=UTC)
_BATCH = 5_000
_TWICE = 0.3
_GIVEN, _FAMILY = sorted(set(People.first_names)), sorted(set(People.last_names))
_STREETS, _CITIES = sorted(set(People.last_names)), sorted(set(Places.cities))
_BORN = date(1940, 1, 1)


def crowd(customers: int, start: int = 0) -> list[CustomerRecord]:
    """So many customers, every third of whom is known to both systems, with a slip now and then."""
    found: list[CustomerRecord] = []
    number = start
    while len(found) < customers:
        found += _known(number, random.Random(number))
        number += 1
    return found[:customers]


def _known(number: int, dice: random.Random) -> Iterator[CustomerRecord]:
    """One person as the systems know them."""
    facts = {
        "given_name": dice.choice(_GIVEN),
        "family_name": dice.choice(_FAMILY),
        "birth_date": (_BORN + timedelta(days=dice.randrange(25_000))).isoformat(),
        "street": f"{dice.choice(_STREETS)}weg {dice.randrange(1, 200)}",
        "postcode": f"{dice.randrange(1_000, 99_999):05}",
        "city": dice.choice(_CITIES),
    }
    yield record("crm", number, facts)
    if dice.random() < _TWICE:
        lost = dice.choice([*facts, "nothing"])
        yield record("shop", number, {name: value for name, value in facts.items() if name != lost})


def record(source: str, number: int, facts: dict[str, str]) -> CustomerRecord:
    """One system's record, with an email of the person's own."""
    email = f"mail{number}@example.org"
    held = IdentifierValue("email", email, email, email)
    known = CustomerRecord(source, str(number), DELIVERED, identifiers=(held,), created_at=DELIVERED)
    return replace(known, **cast("dict[str, Any]", facts))


def batches(records: list[CustomerRecord]) -> Iterator[Batch]:
    """The same, ready to be written."""
    for source, kind in (("crm", SourceKind.CRM), ("shop", SourceKind.SHOP)):
        for part in batched([found for found in records if found.source == source], _BATCH):
            yield Batch(SourceRecord(source, kind, source), "bench", customers=tuple(part))
