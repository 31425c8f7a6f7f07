# The extended sample company, whole: every kind of system is loaded with one command and resolved, and what a user
# wants of each of them is there.
import hashlib
import json
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from graph.address import Address
from graph.confidence import get_levels
from graph.connection import AsyncGraph, Graph
from graph.journeys import JourneyFilter, JourneyInteraction, get_journey, get_journey_owners
from graph.profiles import Profile, get_profile
from graph.settings import cdp_settings, neo4j_settings
from loaders.commands import load_command
from loaders.sample.company import write_sample
from loaders.sample.manifest import Hero, read_manifest
from resolution.models.model_store import ModelStore
from resolution.pipeline import resolve
from resolution.settings import ResolutionSettings
from tests.assertions import edges, nodes

PEOPLE, SEED = 60, 7
SIX = {"crm", "call_centre", "shop", "web", "app", "email"}
SYSTEMS = SIX | {"social", "campaign", "cdp", "dwh", "data_mart", "dmp", "cmp", "loyalty"}
# In whatever order the tests run.
pytestmark = pytest.mark.usefixtures("company")
APP = typer.Typer()
APP.command("load")(load_command)


@dataclass(frozen=True)
class Company:
    """The extended sample in the graph, and what the command that loaded it said."""

    folder: Path
    hero: Hero
    told: dict[str, Any]


@pytest.fixture(scope="module")
def company(
    connected_graph: Graph, neo4j_address: Address, tmp_path_factory: pytest.TempPathFactory
) -> Generator[Company]:
    connected_graph.run_alone("erase_everything")
    folder = tmp_path_factory.mktemp("company")
    write_sample(PEOPLE, SEED, folder, all_systems=True)
    with pytest.MonkeyPatch.context() as environment:
        told = _load_all(environment, neo4j_address, folder)
    neo4j_settings.cache_clear()
    cdp_settings.cache_clear()
    resolve(connected_graph, ResolutionSettings.model_validate({}), ModelStore(folder / "models"))
    hero = read_manifest(folder).hero
    assert hero is not None
    yield Company(folder, hero, told)
    connected_graph.run_alone("erase_everything")


def _load_all(environment: pytest.MonkeyPatch, address: Address, folder: Path) -> dict[str, Any]:
    environment.setenv("NEO4J_URI", address.uri)
    if address.user and address.password:
        environment.setenv("NEO4J_USER", address.user)
        environment.setenv("NEO4J_PASSWORD", address.password)
    environment.setenv("CDP_DATA_DIR", str(folder / "cdp-data"))
    neo4j_settings.cache_clear()
    cdp_settings.cache_clear()
    result = CliRunner().invoke(APP, ["--all", "--data", str(folder), "--json"])
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


@pytest.fixture
async def profile(company: Company, async_graph: AsyncGraph) -> Profile:
    """Of somebody whom every system knows."""
    levels = await get_levels(async_graph)
    found = await get_profile(async_graph, company.hero.customers["crm"], levels.default)
    assert found is not None
    return found


@pytest.fixture
async def journey(profile: Profile, async_graph: AsyncGraph) -> tuple[JourneyInteraction, ...]:
    owners = await get_journey_owners(async_graph, profile.members, profile.confidence)
    return (await get_journey(async_graph, owners, JourneyFilter(), 500)).interactions


def traits(profile: Profile, source: str) -> dict[str, Any]:
    return next(customer.traits for customer in profile.customers if customer.source == source)


def named(journey: tuple[JourneyInteraction, ...], name: str) -> list[dict[str, Any]]:
    return [found.properties for found in journey if found.name == name]


def test_every_kind_of_system_is_loaded_and_what_is_not_there_is_said(company: Company, connected_graph: Graph) -> None:
    assert company.told["problems"] == []
    assert {part["source"] for part in company.told["deliveries"]} == SYSTEMS
    assert "northwind" in company.told["absent"]
    assert {name for (name,) in nodes(connected_graph, "Source", "name")} == SYSTEMS


def test_a_profile_unites_all_systems_that_know_customers(profile: Profile) -> None:
    sources = {customer.source for customer in profile.customers}
    assert sources >= {"crm", "call_centre", "shop", "email", "social", "cdp", "dwh", "data_mart", "loyalty"}


def test_scores_and_segments_of_the_data_mart_are_traits(profile: Profile) -> None:
    scores = traits(profile, "data_mart")
    assert scores["churn_probability"] >= 0.7
    assert "at risk" in scores["segments"]


def test_another_platform_brings_its_traits_and_its_ids(profile: Profile) -> None:
    assert {"audiences", "churn_risk", "lifetime_value"} & traits(profile, "cdp").keys()
    assert any("cdp" in identifier.sources and len(identifier.sources) > 1 for identifier in profile.identifiers)


def test_the_youngest_snapshot_of_the_warehouse_counts(profile: Profile) -> None:
    known = next(customer for customer in profile.customers if customer.source == "dwh")
    assert known.updated_at is not None
    assert known.updated_at.date().isoformat() == "2025-12-31"
    assert known.fields["given_name"][1:].islower()


def test_purchases_in_stores_come_from_the_warehouse_and_none_twice(connected_graph: Graph) -> None:
    orders = nodes(connected_graph, "Interaction", "name", "source", "channel", "key")
    completed = {(source, channel) for name, source, channel, _ in orders if name == "Order Completed"}
    assert ("dwh", "store") in completed
    assert {channel for source, channel in completed if source == "dwh"} == {"store"}


def test_a_card_and_its_points_are_the_customers(profile: Profile, journey: tuple[JourneyInteraction, ...]) -> None:
    assert "loyalty_card" in {identifier.kind for identifier in profile.identifiers}
    assert traits(profile, "loyalty")["tier"] in {"bronze", "silver", "gold"}
    assert named(journey, "Points Earned")


def test_campaign_contacts_are_in_the_journey_with_what_the_campaign_is(
    journey: tuple[JourneyInteraction, ...],
) -> None:
    contacts = {found["campaign_code"]: found for found in named(journey, "Campaign Contacted")}
    assert contacts["RT-STAY"]["campaign_name"] == "Stay with us"
    assert contacts["RT-STAY"]["channel"] == "outbound_call"


def test_control_groups_were_not_contacted(company: Company, connected_graph: Graph) -> None:
    rows = (company.folder / "campaign" / "contacts.csv").read_text().splitlines()[1:]
    control = {f"campaign:{row.split(';')[0]}" for row in rows if ";control;" in row}
    assert control
    assert not control & {key for (key,) in nodes(connected_graph, "Interaction", "key")}


def test_messages_in_social_networks_tell_what_somebody_wants(
    profile: Profile, journey: tuple[JourneyInteraction, ...]
) -> None:
    assert "terminate" in {found["topic"] for found in named(journey, "Social Message")}
    assert any(identifier.kind == "social_handle" for identifier in profile.identifiers)


def test_mails_are_sent_before_they_are_opened(journey: tuple[JourneyInteraction, ...]) -> None:
    first = {name: min(found.at for found in journey if found.name == name) for name in ("Email Sent", "Email Opened")}
    assert first["Email Sent"] < first["Email Opened"]


def test_consents_of_the_crm_are_on_its_customers_by_purpose_and_channel(profile: Profile) -> None:
    stated = {(fact.purpose, fact.channel) for fact in profile.consents if fact.source == "crm"}
    assert stated >= {("marketing", "email"), ("marketing", "phone"), ("marketing", "letter"), ("profiling", None)}


def test_a_consent_by_cookie_is_on_the_device_that_the_website_tracks(
    company: Company, connected_graph: Graph, profile: Profile
) -> None:
    facts = [fact for fact in profile.consents if fact.source == "cmp" and fact.subject == company.hero.device]
    assert {fact.purpose for fact in facts} == {"analytics", "marketing", "personalisation"}
    assert all(fact.evidence and "." in fact.evidence for fact in facts)
    tracked = {device for session, device in edges(connected_graph, "ON_DEVICE") if session.startswith("web:")}
    stated = {on for fact, on in edges(connected_graph, "STATED_FOR") if fact.startswith("cmp:")}
    assert stated <= tracked


def test_push_tokens_are_devices_of_who_logged_in(connected_graph: Graph) -> None:
    used = {device for customer, device in edges(connected_graph, "USED") if customer.startswith("shop:")}
    assert any(device.startswith("push_token:") for device in used)
    permitted = {on for fact, on in edges(connected_graph, "STATED_FOR") if fact.startswith("app:")}
    assert permitted
    assert all(on.startswith("push_token:") for on in permitted)


def test_a_cookie_of_the_dmp_has_the_hash_of_an_address_that_the_shop_knows(connected_graph: Graph) -> None:
    emails = {value for (value,) in nodes(connected_graph, "Email", "value")}
    hashes = {f"hashed_email:{hashlib.sha256(value.encode()).hexdigest()}" for value in emails}
    held = {(customer, key) for customer, key in edges(connected_graph, "HAS_IDENTIFIER") if key.startswith("hashed_")}
    of_dmp = {(customer, key) for customer, key in held if customer.startswith("dmp:")}
    assert of_dmp
    assert {key for _, key in of_dmp} <= hashes
    cookies = {customer: device for customer, device in edges(connected_graph, "USED") if customer.startswith("dmp:")}
    assert {customer for customer, _ in of_dmp} == cookies.keys()
    assert all(device.startswith("cookie:") for device in cookies.values())
    segments = [json.loads(found)["segments"] for key, found in nodes(connected_graph, "Customer", "key", "traits")
                if key.startswith("dmp:") and "segments" in json.loads(found)]  # fmt: skip
    assert all(isinstance(found, list) for found in segments)
