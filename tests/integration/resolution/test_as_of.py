"""Who was who at any time: what is read of the past is what was read then."""

import random
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from faker import Faker

from graph.clusters import read_clusters
from graph.confidence import read_levels
from graph.connection import Graph, Reader
from graph.decisions import list_decisions
from graph.errors import (
    ConfigurationError,
    ConflictingDecisionError,
    GraphError,
    ResolutionError,
    UnknownCustomerError,
)
from graph.history import clusters_at, customer_states, levels_at
from graph.runs import latest_run
from graph.times import milliseconds, moment
from graph.writing import write_batch
from resolution.explanation.as_of import AsOf, as_of
from resolution.explanation.how import How, how
from resolution.explanation.reasons import LinkReason
from resolution.explanation.why import why_at
from resolution.incremental import IncrementalResolution
from resolution.models.model_store import ModelStore
from resolution.pipeline import ResolutionRequest, Way, resolve
from resolution.settings import ResolutionSettings
from resolution.stewards.stewardship import Steward, Stewardship
from tests.factories import batch, customer, days, identifier
from tests.integration.resolution.people import NAMES, write_person

SETTINGS = ResolutionSettings.model_validate({"train_after_growth": 1_000})
ADA = Steward("ada", "as she sees it")
STEPS, TIMES, PEOPLE = 40, 500, 15
SOURCES = ("crm", "shop", "email")
WAYS: tuple[Way, ...] = ("incremental", "incremental", "full", "train")
Clusters = dict[str, frozenset[str]]


@dataclass(frozen=True)
class Built:
    """The links of a cluster, each with its confidence and the decision that made it."""

    links: frozenset[tuple[str, str, float, str | None]]

    @classmethod
    def of(cls, found: How) -> "Built":
        return cls(frozenset(told(step.reason, step.confidence) for step in found.steps))


def told(reason: LinkReason, confidence: float) -> tuple[str, str, float, str | None]:
    return reason.link.left, reason.link.right, confidence, reason.decision.key if reason.decision else None


@dataclass(frozen=True)
class Snapshot:
    """Clusters of everybody who was resolved: at the default level of that time, and at a fixed one.

    ``built``: how those of the default level came together, by their first member.
    """

    default: float
    clusters: dict[float, Clusters]
    built: dict[str, Built]

    @classmethod
    def of(cls, graph: Graph) -> "Snapshot":
        default = read_levels(graph).default
        found = {level: clusters(graph, level) for level in (default, 0.2)}
        with graph.reading() as reader:
            built = {key: Built.of(how(reader, key, default)) for key in {min(x) for x in found[default].values()}}
        return cls(default, found, built)


def clusters(graph: Graph, confidence: float) -> Clusters:
    home = read_clusters(graph, confidence)
    states = customer_states(graph, list(home))
    return {key: frozenset(other for other in home if home[other] == home[key]) for key in home if states[key].resolved}


class History:
    """A small company to which one thing after another happens."""

    def __init__(self, graph: Graph, store: ModelStore, seed: int) -> None:
        self.graph, self.store, self.dice = graph, store, random.Random(seed)
        faker = Faker("de_DE")
        faker.seed_instance(seed)
        self.people = [self._person(faker) for _ in range(PEOPLE)]
        self.day = 0

    def _person(self, faker: Faker) -> dict[str, Any]:
        return {
            "given_name": faker.first_name(),
            "family_name": faker.last_name(),
            "birth_date": faker.date_of_birth(minimum_age=18, maximum_age=80).isoformat(),
            "postcode": faker.postcode(),
            "identifiers": (
                identifier("email", faker.unique.email()),
                identifier("loyalty_card", str(faker.unique.random_number(9))),
            ),
        }

    def load(self, records: int) -> None:
        """Somebody as a system has them now: some facts missing, some of another person."""
        self.day += 1
        for _ in range(records):
            number = self.dice.randrange(PEOPLE)
            person, other = self.people[number], self.dice.choice(self.people)
            found = {name: self._slip(name, person, other) for name in person}
            source = self.dice.choice(SOURCES)
            record = customer(source, str(number), observed_at=days(self.day), **found)
            write_batch(self.graph, batch(source, customers=(record,)))

    def _slip(self, name: str, person: dict[str, Any], other: dict[str, Any]) -> Any:
        chance = self.dice.random()
        if name == "identifiers":
            return tuple(v for v in (*person[name], *other[name][:1]) if self.dice.random() < 0.6)
        return None if chance < 0.15 else other[name] if chance < 0.25 else person[name]

    def resolve(self, way: Way) -> None:
        resolve(self.graph, SETTINGS, self.store, ResolutionRequest(way))

    def happen(self) -> None:
        step: Callable[[], object] = self.dice.choice([self._resolved, self._decided, self._decided, self._withdrawn])
        try:
            step()
        except (ConflictingDecisionError, UnknownCustomerError):
            return  # refused; nothing was written

    def _resolved(self) -> None:
        self.load(self.dice.randrange(1, 6))
        self.resolve(self.dice.choice(WAYS))

    def _decided(self) -> None:
        one, other = sorted(self.dice.sample(self.keys(), 2))
        mates = [key for key in self.keys() if key.split(":")[1] == one.split(":")[1] and key != one]
        if mates and self.dice.random() < 0.7:
            one, other = sorted((one, self.dice.choice(mates)))
        stewards = self._stewards()
        decide: list[Callable[[], object]] = [
            lambda: stewards.link_customers([one, other], ADA),
            lambda: stewards.unlink_customers([one], ADA, [other]),
            lambda: stewards.reject_link(one, other, ADA),
            lambda: stewards.split_cluster([[one], [other]], ADA),
        ]
        self.dice.choice(decide)()

    def _withdrawn(self) -> None:
        in_force = [d.key for d in list_decisions(self.graph) if d.withdrawn_at is None]
        if in_force:
            self._stewards().withdraw(self.dice.choice(in_force), ADA)

    def _stewards(self) -> Stewardship:
        run = latest_run(self.graph)
        assert run is not None
        return Stewardship(self.graph, IncrementalResolution(self.store.load(run[1].version)))

    def keys(self) -> list[str]:
        return sorted(row["key"] for row in self.graph.read("list_customer_keys"))


def instants(graph: Graph) -> set[int]:
    """Every millisecond at which something took effect."""
    query = """
        MATCH ()-[r:SAME_AS|WAS_SAME_AS]->() UNWIND [r.valid_from, r.valid_to] AS at RETURN at.epochMillis AS at
        UNION MATCH (c:Customer) RETURN c.first_resolved_at.epochMillis AS at
    """
    with graph.driver.session(database=graph.database) as session:
        return {record["at"] for record in session.run(query) if record["at"] is not None}


def finished(graph: Graph) -> int:
    run = latest_run(graph)
    assert run is not None
    return milliseconds(run[0].finished_at)


def test_any_time_is_read_as_it_was(graph: Graph, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("graph.resolutions.ROWS_PER_TRANSACTION", 7)  # a run is not one transaction, but one moment
    history = History(graph, ModelStore(tmp_path), seed=11)
    history.load(40)
    history.resolve("train")
    times, snapshots, seen = [finished(graph)], [Snapshot.of(graph)], instants(graph)
    for _ in range(STEPS):
        before = finished(graph)
        history.happen()
        new, seen = instants(graph) - seen, instants(graph)
        assert len(new) <= 1
        if new or finished(graph) != before:
            times.append(max(new, default=finished(graph)))
            snapshots.append(Snapshot.of(graph))
    assert times == sorted(set(times))
    assert len({str(found.clusters) for found in snapshots}) > STEPS / 4

    dice, keys = history.dice, history.keys()
    spread = [dice.randrange(times[0] - 5, times[-1] + 5) for _ in range(TIMES - 100)]
    for at in (*spread, *(dice.choice(times) + dice.choice((-1, 0, 1)) for _ in range(100))):
        number = bisect_right(times, at) - 1
        assert_read_as(graph, moment(at), snapshots[number] if number >= 0 else None, dice.choice(keys))


def assert_read_as(graph: Graph, at: datetime, expected: Snapshot | None, some: str) -> None:
    with graph.reading() as reader:
        for level, known in expected.clusters.items() if expected else ():
            found = clusters_at(reader, list(known), at, level)
            assert {key: frozenset(members) for key, members in found.items()} == known
        default = expected.clusters[expected.default] if expected else {}
        assert frozenset(as_of(reader, some, at).members) == default.get(some, frozenset())
        assert levels_at(reader, at).default == (expected.default if expected else 1.0)
        if expected and some in default:
            assert_explained(reader, at, expected, default[some])


def assert_explained(reader: Reader, at: datetime, expected: Snapshot, members: frozenset[str]) -> None:
    """How a cluster came together, and why its first and its last member are one person, are told as they were then."""
    first, last = min(members), max(members)
    found = how(reader, first, expected.default, at)
    assert (frozenset(found.members), Built.of(found), found.at) == (members, expected.built[first], at)
    if first == last:
        return
    why = why_at(reader, first, last, expected.default, at)
    path = {told(link.reason, link.reason.link.confidence or 0.0) for link in why.links}
    assert path <= expected.built[first].links
    assert {first, last} <= {key for left, right, *_ in path for key in (left, right)}
    assert not why.bridges


# --- single cases ----------------------------------------------------------------------------------------------------


@pytest.fixture
def settings() -> ResolutionSettings:
    return SETTINGS


def asked(graph: Graph, key: str, at: datetime, confidence: str | float | None = None) -> AsOf:
    with graph.reading() as reader:
        return as_of(reader, key, at, confidence)


def now() -> datetime:
    return datetime.now(UTC)


def stewards(graph: Graph, store: ModelStore) -> Stewardship:
    run = latest_run(graph)
    assert run is not None
    return Stewardship(graph, IncrementalResolution(store.load(run[1].version)))


def test_a_decision_counts_from_its_moment_on(people: Graph, store: ModelStore) -> None:
    before = now()
    stewards(people, store).reject_link("crm:0", "shop:0", ADA)

    then = asked(people, "crm:0", before)

    assert (then.members, then.left_since) == (("crm:0", "shop:0"), ("shop:0",))
    assert asked(people, "crm:0", now()).members == ("crm:0",)
    decided = list_decisions(people)[0].at
    assert asked(people, "crm:0", decided).members == ("crm:0",)
    assert asked(people, "crm:0", decided - timedelta(milliseconds=1)).members == ("crm:0", "shop:0")


def test_a_customer_that_had_not_arrived_was_nobody(people: Graph, store: ModelStore) -> None:
    before = now()
    write_person(people, "email", "0", NAMES[0])
    arrived = now()
    resolve(people, SETTINGS, store)

    for at in (before, arrived):
        then = asked(people, "email:0", at)
        assert (then.known, then.members, then.joined_since) == (False, (), ("crm:0", "shop:0"))
    assert asked(people, "crm:0", before).joined_since == ("email:0",)
    assert asked(people, "email:0", now()).members == ("crm:0", "email:0", "shop:0")


def test_a_named_level_is_that_of_the_model_of_that_time(people: Graph, store: ModelStore) -> None:
    first, before = read_levels(people), now()
    for number in range(4):
        write_person(people, "email", str(number), NAMES[number], birth_date=None)
    resolve(people, SETTINGS, store, ResolutionRequest("train"))

    then, today = asked(people, "crm:0", before, "loose"), asked(people, "crm:0", now(), "loose")

    assert (then.model_version, then.confidence) == (first.model_version, first.values["loose"])
    assert (today.model_version, today.confidence) == (
        read_levels(people).model_version,
        read_levels(people).values["loose"],
    )
    assert then.model_version != today.model_version


def test_what_a_killed_run_left_is_part_of_the_past(
    people: Graph, store: ModelStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_person(people, "email", "0", NAMES[0])

    def killed(*_: object) -> None:
        raise GraphError("The connection was lost.", "Try again.")

    with monkeypatch.context() as broken:
        broken.setattr("graph.resolutions.write_run", killed)
        with pytest.raises(GraphError):
            resolve(people, SETTINGS, store, ResolutionRequest("full"))
    seen, at = clusters(people, read_levels(people).default), now()
    resolve(people, SETTINGS, store)
    stewards(people, store).reject_link("crm:1", "shop:1", ADA)

    assert seen["email:0"] == {"crm:0", "shop:0", "email:0"}
    assert {key: frozenset(asked(people, key, at).members) for key in seen} == seen


def test_a_deleted_customer_is_gone_from_the_past_too(people: Graph, store: ModelStore) -> None:
    before = now()
    stewards(people, store).delete_customers(["shop:0"])

    assert asked(people, "crm:0", before).members == ("crm:0",)
    with pytest.raises(UnknownCustomerError, match="'shop:0'"):
        asked(people, "shop:0", before)


def test_before_the_first_resolution_nobody_was_known(people: Graph) -> None:
    then = asked(people, "crm:0", now() - timedelta(days=1))

    assert (then.known, then.members, then.model_version) == (False, (), None)


def test_what_cannot_be_asked_is_said_so(people: Graph) -> None:
    with pytest.raises(UnknownCustomerError, match="'crm:99'"):
        asked(people, "crm:99", now())
    with pytest.raises(ConfigurationError, match="to come"):
        asked(people, "crm:0", now() + timedelta(days=1))
    with pytest.raises(ConfigurationError, match="confidence"):
        asked(people, "crm:0", now(), "surely")


def test_without_any_resolution_there_is_no_past(graph: Graph) -> None:
    write_person(graph, "crm", "0", NAMES[0])

    with pytest.raises(ResolutionError, match="Nothing has been resolved"):
        asked(graph, "crm:0", now())
