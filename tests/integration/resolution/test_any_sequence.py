"""Whatever happens, and in whatever order: what is left is what a fresh build from the remaining evidence gives."""

import random
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from faker import Faker

from graph.connection import AsyncGraph, Graph
from graph.decisions import Decision, list_decisions, write_decisions
from graph.errors import ConflictingDecisionError, UnknownCustomerError
from graph.journeys import JourneyFilter, get_journey, get_journey_owners
from graph.profiles import get_profile
from graph.records import CustomerRecord, CustomerRef
from graph.runs import latest_run
from graph.settings import cdp_settings
from graph.writing import write_batch
from resolution.incremental import IncrementalResolution
from resolution.models.model_store import ModelStore
from resolution.pipeline import ResolutionRequest, resolve
from resolution.settings import ResolutionSettings
from resolution.stewards.stewardship import Steward, Stewardship
from tests.assertions import edges, nodes
from tests.factories import NOON, batch, customer, days, identifier, interaction

SETTINGS = ResolutionSettings.model_validate({"train_after_growth": 1_000})
SEQUENCES, ROUNDS = 1_000, 3
SOURCES = ["crm", "shop"]
LEVEL, SHOWN = 0.5, 100
ADA = Steward("ada", "as she sees it")
CLAIM = ("match_weight", "probability", "evidence", "guard")


class Worlds:
    """Small worlds in one graph: in each a few people, known to two systems under several keys, with many slips."""

    def __init__(self, seed: int) -> None:
        self.dice, self.faker = random.Random(seed), Faker("de_DE")
        self.faker.seed_instance(seed)
        self.people = [[self._person() for _ in range(3)] for _ in range(SEQUENCES)]
        self.loads: dict[str, list[CustomerRecord]] = defaultdict(list)

    def _person(self) -> dict[str, Any]:
        return {
            "given_name": self.faker.first_name(),
            "family_name": self.faker.last_name(),
            "birth_date": self.faker.date_of_birth(minimum_age=18, maximum_age=80).isoformat(),
            "postcode": self.faker.postcode(),
            "street": self.faker.street_address(),
            "identifiers": (
                identifier("email", self.faker.unique.email()),
                identifier("loyalty_card", str(self.faker.unique.random_number(9))),
            ),
        }

    def record(self, world: int, moment: int) -> CustomerRecord:
        """Somebody of a world as a system has them now: some facts missing, some of another of its people."""
        person, other = self.dice.sample(self.people[world], 2)
        found = {name: self._slip(name, person, other) for name in person}
        key = f"{world}-{self.dice.randrange(4)}"
        return customer(self.dice.choice(SOURCES), key, observed_at=days(moment), **found)

    def _slip(self, name: str, person: dict[str, Any], other: dict[str, Any]) -> Any:
        chance = self.dice.random()
        if name == "identifiers":
            return tuple(v for v in (*person[name], *other[name][:1]) if self.dice.random() < 0.6)
        return None if chance < 0.15 else other[name] if chance < 0.25 else person[name]

    def load(self, graph: Graph, moment: int) -> None:
        records = [self.record(world, moment) for world in range(SEQUENCES) for _ in range(2)]
        for record in records:
            self.loads[f"{record.source}:{record.external_id}"].append(record)
        write_records(graph, records)

    def keys(self, world: int) -> list[str]:
        return sorted(key for key in self.loads if key.split(":")[1].startswith(f"{world}-"))

    def forget(self, key: str) -> None:
        del self.loads[key]


def write_records(graph: Graph, records: list[CustomerRecord]) -> None:
    for source in SOURCES:
        of_source = tuple(record for record in records if record.source == source)
        called = tuple(
            interaction(
                f"{r.external_id}-{r.observed_at:%d}", source, customer=CustomerRef(source, r.external_id), at=NOON
            )
            for r in of_source
        )
        write_batch(graph, batch(source, customers=of_source, interactions=called))


def steps(stewards: Stewardship, worlds: Worlds, keys: list[str]) -> Iterator[Callable[[], object]]:
    """What may happen to the customers of one world."""
    one, other = worlds.dice.sample(keys, 2)
    yield lambda: stewards.link_customers([one, other], ADA)
    yield lambda: stewards.unlink_customers([one], ADA, [other])
    yield lambda: stewards.reject_link(min(one, other), max(one, other), ADA)
    yield lambda: stewards.split_cluster([[one], [other]], ADA)

    def delete() -> None:
        stewards.delete_customers([one])
        worlds.forget(one)

    yield delete


def happen(stewards: Stewardship, worlds: Worlds, by_world: dict[int, list[str]]) -> None:
    """One thing in four of ten worlds."""
    for world in range(SEQUENCES):
        keys = by_world[world]
        if len(keys) > 1 and worlds.dice.random() < 0.4:
            step = worlds.dice.choice(list(steps(stewards, worlds, keys)))
            try:
                step()
            except (ConflictingDecisionError, UnknownCustomerError):
                continue  # refused, as it should be; nothing was written


def by_world(worlds: Worlds) -> dict[int, list[str]]:
    found: dict[int, list[str]] = defaultdict(list)
    for key in sorted(worlds.loads):
        found[int(key.split(":")[1].split("-")[0])].append(key)
    return found


def state(graph: Graph) -> dict[str, object]:
    return {
        "hubs": nodes(graph, "Hub", "key", "guard"),
        "links": edges(graph, "SAME_AS", *CLAIM, "method", "rule", "cohesion", "confidence"),
        "compared": edges(graph, "COMPARED", *CLAIM),
        "prepared": nodes(graph, "Customer", "key", "prepared", "blocking_parts"),
        "unresolved": nodes(graph, "Unresolved", "key"),
    }


async def seen(graph: AsyncGraph, customers: list[str]) -> list[object]:
    """Profiles with their journeys, without the runs that wrote their links."""
    found: list[object] = []
    for key in customers:
        profile = await get_profile(graph, key, LEVEL)
        assert profile is not None
        owners = await get_journey_owners(graph, profile.members, LEVEL)
        journey = await get_journey(graph, owners, JourneyFilter(), first=20)
        links = {(link.left, link.right, link.probability, link.confidence) for link in profile.links}
        found.append((profile.id, profile.fields, profile.identifiers, profile.customers, links, journey))
    return found


@pytest.fixture
def narrow_hubs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Emails become hubs and stop being hubs all the time."""
    file = tmp_path / "guards.yaml"
    file.write_text("hubs: {email: 2}\n")
    monkeypatch.setenv("CDP_GUARDS_FILE", str(file))
    cdp_settings.cache_clear()


@pytest.mark.usefixtures("narrow_hubs")
async def test_any_sequence_ends_where_a_fresh_build_ends(
    graph: Graph, async_graph: AsyncGraph, tmp_path: Path
) -> None:
    store, worlds = ModelStore(tmp_path), Worlds(seed=5)
    worlds.load(graph, 0)
    resolve(graph, SETTINGS, store)
    run = latest_run(graph)
    assert run is not None
    model = store.load(run[1].version)
    stewards = Stewardship(graph, IncrementalResolution(model))

    for moment in range(1, ROUNDS):
        happen(stewards, worlds, by_world(worlds))
        withdraw_some(graph, stewards, worlds.dice)
        worlds.load(graph, moment)
        resolve(graph, SETTINGS, store, ResolutionRequest("incremental"))
    after, decisions = state(graph), [d for d in list_decisions(graph) if d.withdrawn_at is None]
    shown = await seen(async_graph, sorted(worlds.loads)[:SHOWN])

    graph.run_alone("erase_everything")
    write_records(graph, [record for records in worlds.loads.values() for record in records])
    keep(graph, decisions)
    resolve(graph, SETTINGS, store, ResolutionRequest("full", model.version))

    fresh = state(graph)
    for part, found in after.items():
        assert found == fresh[part], part
    assert shown == await seen(async_graph, sorted(worlds.loads)[:SHOWN])


def withdraw_some(graph: Graph, stewards: Stewardship, dice: random.Random) -> None:
    for decision in list_decisions(graph):
        if decision.withdrawn_at is None and decision.customers and dice.random() < 0.3:
            stewards.withdraw(decision.key, ADA)


def keep(graph: Graph, decisions: list[Decision]) -> None:
    for decision in decisions:
        graph.write(lambda transaction, decision=decision: write_decisions(transaction, [decision]))
