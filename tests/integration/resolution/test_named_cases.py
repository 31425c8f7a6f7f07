"""The cases by which customer data platforms are known to go wrong, each by its name."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from faker import Faker

from graph.clusters import read_clusters
from graph.confidence import read_levels
from graph.connection import AsyncGraph, Graph
from graph.customers import fetch_customers
from graph.guards import current_guards, read_guards
from graph.recognition import RecognitionLevel, recognise_session
from graph.records import CustomerRecord
from graph.settings import cdp_settings
from graph.writing import write_batch
from loaders.delivery_writer import writing_into
from loaders.mappings.reading import read_mappings
from loaders.pipeline import LoadPlan, load
from loaders.settings import load_settings
from resolution.models.fitting import Teaching, fit
from resolution.models.model import Model
from resolution.models.model_store import ModelStore
from resolution.pipeline import ResolutionReport, ResolutionRequest, resolve
from resolution.progress import Clock
from resolution.scores.rules import rule_links
from resolution.settings import ResolutionSettings
from tests.assertions import edges, nodes
from tests.factories import batch, customer, days, device, identifier, session, shop

SETTINGS = ResolutionSettings.model_validate({})
PEOPLE = 80


@pytest.fixture(scope="module")
def everybody() -> list[CustomerRecord]:
    """People whom the CRM and the shop know, some with slips, so that a model has something to learn from."""
    faker = Faker("de_DE")
    faker.seed_instance(11)
    return [record for number in range(PEOPLE) for record in _twice(faker, number)]


def _twice(faker: Faker, number: int) -> list[CustomerRecord]:
    known = _person(
        given_name=faker.first_name(),
        family_name=faker.last_name(),
        birth_date=faker.date_of_birth(minimum_age=18, maximum_age=80).isoformat(),
        street=faker.street_address(),
        postcode=faker.postcode(),
        email=faker.unique.email(),
        phone=faker.unique.numerify("+4917########"),
    )
    slipped = known | {"street": None} if number % 3 else known | {"given_name": known["given_name"][:-1] + "x"}
    return [customer("crm", f"p{number}", **known), customer("shop", f"p{number}", **slipped)]


def _person(email: str | None = None, phone: str | None = None, **fields: Any) -> dict[str, Any]:
    values = (("email", email), ("phone", phone))
    return {**fields, "identifiers": tuple(identifier(kind, value) for kind, value in values if value)}


@pytest.fixture(scope="module")
def model(connected_graph: Graph, everybody: list[CustomerRecord]) -> Model:
    """Trained once: what a case is about is what the guards and the clusters make of it."""
    connected_graph.run_alone("erase_everything")
    write_all(connected_graph, everybody)
    customers = fetch_customers(connected_graph, read_guards().counted_kinds)
    return fit(customers, Teaching(SETTINGS, read_guards()), Clock()).model


OTTO = {"given_name": "Otto", "family_name": "Weidenhammer", "street": "Am Anger 7", "postcode": "99084"}


@dataclass(frozen=True, slots=True)
class World:
    """Everybody, in a graph that is resolved with the guards in force."""

    graph: Graph
    store: ModelStore
    model: Model

    def resolve_with(self, *records: CustomerRecord) -> ResolutionReport:
        write_all(self.graph, records)
        known = replace(self.model, guards=current_guards())
        self.store.save(known)
        return resolve(self.graph, SETTINGS, self.store, ResolutionRequest(version=known.version))


@pytest.fixture
def world(graph: Graph, tmp_path: Path, model: Model, everybody: list[CustomerRecord]) -> World:
    write_all(graph, everybody)
    return World(graph, ModelStore(tmp_path / "models"), model)


def write_all(graph: Graph, records: Sequence[CustomerRecord]) -> None:
    for source in ("crm", "shop"):
        of_source = tuple(record for record in records if record.source == source)
        write_batch(graph, batch(source, customers=of_source))


def together(graph: Graph, *customers: str) -> set[frozenset[str]]:
    """How the default level groups some customers."""
    found = read_clusters(graph, read_levels(graph).default)
    return {frozenset(key for key in customers if found[key] == group) for group in {found[key] for key in customers}}


def apart(*customers: str) -> set[frozenset[str]]:
    return {frozenset({key}) for key in customers}


def test_a_couple_with_one_email_is_two_people(graph: Graph, world: World) -> None:
    mail = "weidenhammers@posteo.example"
    otto = customer("crm", "otto", **_person(mail, **OTTO, birth_date="1961-02-03", gender="male"))
    eva = {**OTTO, "given_name": "Eva", "birth_date": "1964-11-09", "gender": "female"}

    world.resolve_with(otto, customer("shop", "eva", **_person(mail, **eva)))

    assert together(graph, "crm:otto", "shop:eva") == apart("crm:otto", "shop:eva")


def test_father_and_son_of_one_name_at_one_address_are_two_people(graph: Graph, world: World) -> None:
    landline = "+493615551234"
    father = customer("crm", "father", **_person(None, landline, **OTTO, birth_date="1948-02-03"))
    son = customer("shop", "son", **_person(None, landline, **OTTO, birth_date="1977-10-21"))
    again = customer("shop", "father", **_person(None, landline, **OTTO, birth_date="1948-02-03"))

    world.resolve_with(father, son, again)

    groups = together(graph, "crm:father", "shop:son", "shop:father")
    assert groups == {frozenset({"crm:father", "shop:father"}), frozenset({"shop:son"})}


def test_a_recycled_phone_number_does_not_join_its_owners(graph: Graph, world: World) -> None:
    number = "+4915112345678"
    before = customer("crm", "before", **_person(None, number, **OTTO, birth_date="1961-02-03"))
    lena = {"given_name": "Lena", "family_name": "Okafor", "postcode": "20095", "birth_date": "1994-07-07"}

    world.resolve_with(before, customer("shop", "after", **_person(None, number, **lena)))

    assert together(graph, "crm:before", "shop:after") == apart("crm:before", "shop:after")


def test_the_mailbox_of_a_role_links_nobody_and_stays_to_be_written_to(graph: Graph, world: World) -> None:
    staff = [
        customer("crm" if n % 2 else "shop", f"staff{n}", **_person("info@acme.example", given_name=name))
        for n, name in enumerate(["Ada", "Bo", "Cy", "Di"])
    ]

    world.resolve_with(*staff)

    keys = [f"{record.source}:{record.external_id}" for record in staff]
    assert together(graph, *keys) == apart(*keys)
    assert ("email:info@acme.example", "role") in nodes(graph, "Hub", "key", "guard")


@pytest.fixture
def guards_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    file = tmp_path / "own.yaml"
    monkeypatch.setenv("CDP_GUARDS_FILE", str(file))
    file.write_text("unique: {sources: [crm]}\n")
    cdp_settings.cache_clear()
    return file


@pytest.mark.usefixtures("guards_file")
def test_where_the_crm_knows_nobody_twice_no_profile_holds_two_of_its_customers(graph: Graph, world: World) -> None:
    known = _person("otto@weidenhammer.example", **OTTO, birth_date="1961-02-03")
    twins = [customer("crm", "1", **known), customer("crm", "2", **known), customer("shop", "1", **known)]

    report = world.resolve_with(*twins)

    clusters = read_clusters(graph, read_levels(graph).values["loose"])
    of_crm = [clusters[key] for key in clusters if key.startswith("crm:")]
    assert len(of_crm) == len(set(of_crm))
    assert report.run.counts["merges_refused_by_unique"] >= 1
    assert "unique:crm" in {guard for *_, guard in edges(graph, "SAME_AS", "guard")}


def test_ten_thousand_rows_with_the_user_id_null_link_nobody(graph: Graph, tmp_path: Path) -> None:
    (tmp_path / "crm.yaml").write_text(
        "source: {name: crm, kind: crm}\n"
        "inputs:\n"
        "  - files: '*.csv'\n"
        "    customer:\n"
        "      external_id: id\n"
        "      identifiers: [{kind: user_id, value: user_id}]\n"
    )
    words = ["null", "NULL", "0000", "undefined", "None"]
    rows = (f"{number},{words[number % len(words)]}" for number in range(10_000))
    (tmp_path / "users.csv").write_text("id,user_id\n" + "\n".join(rows))

    plan = LoadPlan(read_mappings([str(tmp_path / "crm.yaml")]), tmp_path, tmp_path / "rejects", load_settings())
    load(plan, writing_into(graph))

    customers = fetch_customers(graph)
    assert customers.num_rows == 10_000
    assert nodes(graph, "Identifier", "key") == set()
    assert rule_links(customers) == []


async def test_an_ipad_in_the_shop_joins_nobody_and_recognises_nobody(
    graph: Graph, async_graph: AsyncGraph, world: World
) -> None:
    world.resolve_with()
    before = edges(graph, "SAME_AS", "confidence")
    logins = [
        session(f"s{n}", started_at=days(n / 50), device=device("ipad"), customer=shop(f"p{n}")) for n in range(30)
    ]
    later = session("later", started_at=days(90), device=device("ipad"))

    write_batch(graph, batch("web", sessions=(*logins, later)))
    world.resolve_with()

    assert edges(graph, "SAME_AS", "confidence") == before
    found = await recognise_session(async_graph, "web:later", 0.8)
    assert found is not None
    assert (found.recognition.level, found.recognition.customer) == (RecognitionLevel.UNKNOWN, None)


async def test_an_anonymous_id_that_outlives_a_logout_leaves_each_login_where_it_was(
    graph: Graph, async_graph: AsyncGraph, world: World
) -> None:
    world.resolve_with()
    first = session("first", started_at=days(0), device=device("home"), customer=shop("p1"))
    second = session("second", started_at=days(1), device=device("home"), customer=shop("p2"))

    write_batch(graph, batch("web", sessions=(first, second)))
    world.resolve_with()

    owners = {}
    for key in ("web:first", "web:second"):
        found = await recognise_session(async_graph, key, 0.8)
        assert found is not None
        owners[key] = (found.recognition.level, found.recognition.customer)
    assert owners == {
        "web:first": (RecognitionLevel.AUTHENTICATED, "shop:p1"),
        "web:second": (RecognitionLevel.AUTHENTICATED, "shop:p2"),
    }
    assert together(graph, "shop:p1", "shop:p2") == apart("shop:p1", "shop:p2")


def test_cards_beyond_the_limit_of_a_year_are_held_back_for_review(
    graph: Graph, world: World, guards_file: Path
) -> None:
    guards_file.write_text("limits: {loyalty_card: {most: 2, days: 365}}\n")
    known = {**OTTO, "birth_date": "1961-02-03"}
    cards = [
        customer("shop", f"card{n}", **known, identifiers=(identifier("loyalty_card", f"A{n}"),)) for n in range(4)
    ]

    world.resolve_with(*cards)

    keys = [f"shop:card{n}" for n in range(4)]
    assert max(map(len, together(graph, *keys))) == 2
    held_back = [pair[:2] for pair in edges(graph, "SAME_AS", "guard") if pair[2] == "limit:loyalty_card"]
    assert held_back
    assert set(held_back) <= set(combinations(sorted(keys), 2))
