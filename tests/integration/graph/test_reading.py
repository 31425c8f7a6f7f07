from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise
from operator import attrgetter
from typing import Any

import pytest

from graph.claim_ranges import LAST_KEY, stored_ranges
from graph.clusters import get_clusters, read_clusters
from graph.confidence import get_levels
from graph.connection import AsyncGraph, Graph
from graph.customers import fetch_customers
from graph.decisions import Decision, Decisions, list_decisions, read_decisions, withdraw_decision, write_decisions
from graph.errors import ConfigurationError
from graph.identities import AmbiguousIdentity, Identity, IdentityKind, MergedProfile, UnknownIdentity, find_profile
from graph.journeys import JourneyFilter, JourneyPage, JourneyPosition, get_journey, get_journey_owners, get_sessions
from graph.links import ComparedPair, Link
from graph.profiles import Profile, get_profile
from graph.recognition import RecognitionLevel, recognise_device, recognise_session
from graph.resolutions import Resolution, write_resolution
from graph.runs import ScoringModel, ScoringRun, latest_run
from graph.search import find_customers_by_text
from graph.writing import write_batch
from tests.assertions import edges, nodes
from tests.factories import NOON, batch, crm, customer, days, device, identifier, interaction, minutes, session, shop

EMAIL = identifier("email", "anna@example.org")


def link(left: str, right: str, confidence: float | None = 0.9, **changes: Any) -> Link:
    evidence = '[["email","exact",9.5,1.5]]'
    found = Link(left, right, 0.99, 7.0, "splink", evidence=evidence, cohesion=7.0, confidence=confidence)
    return replace(found, **changes)


def resolution(*links: Link, compared: tuple[ComparedPair, ...] = (), run_id: str = "run-1") -> Resolution:
    model = ScoringModel("v1", NOON, "{}", ((-10.0, 0.1), (7.0, 0.9)), {"exact": 1.0, "default": 0.8, "loose": 0.2})
    run, in_order = ScoringRun(run_id, "v1", "full", {}, NOON, NOON, {"links": len(links)}), attrgetter("left", "right")
    return Resolution(sorted(links, key=in_order), sorted(compared, key=in_order), model, run)


@pytest.fixture
def anna(graph: Graph) -> Graph:
    """Anna in the CRM and in the shop, with a web session in which she logged in and a later one without."""
    record = customer(given_name="Anna", family_name="Ilg", created_at=days(-400), identifiers=(EMAIL,))
    account = customer("shop", "7", given_name="Anne", city="Kiel", created_at=days(-10), identifiers=(EMAIL,))
    visits = (
        session("s1", started_at=minutes(0), device=device(), customer=shop("7")),
        session("s2", started_at=days(3), device=device()),
    )
    pages = tuple(
        interaction(f"m{n}", at=minutes(n), device=device(), customer=shop("7") if n > 2 else None, session_id="s1")
        for n in range(5)
    )
    later = interaction("m9", at=days(3), device=device(), session_id="s2", name="Contract Viewed")
    call = interaction("c1", "call_centre", at=days(1), customer=crm("1"), name="Call Started", channel="call")
    write_batch(graph, batch("crm", customers=(record,)))
    write_batch(graph, batch("shop", customers=(account,)))
    write_batch(graph, batch("web", sessions=visits, interactions=(*pages, later)))
    write_batch(graph, batch("call_centre", interactions=(call,)))
    write_resolution(graph, resolution(link("crm:1", "shop:7")))
    return graph


@pytest.mark.usefixtures("anna")
async def test_a_profile_unites_what_the_sources_know(async_graph: AsyncGraph) -> None:
    profile = await get_profile(async_graph, "shop:7", 0.8)

    assert profile is not None
    assert profile.members == ("crm:1", "shop:7")
    assert {field.name: field.value for field in profile.fields} == {
        "given_name": "Anna",
        "family_name": "Ilg",
        "city": "Kiel",
    }
    given = next(field for field in profile.fields if field.name == "given_name")
    assert (given.source, [(lost.value, lost.source) for lost in given.others]) == ("crm", [("Anne", "shop")])
    assert [(found.kind, found.value, found.sources) for found in profile.identifiers] == [
        ("email", "anna@example.org", ("crm", "shop"))
    ]
    assert [(found.key, found.logins) for found in profile.devices] == [("anonymous_id:d1", 1)]
    assert [part.comparison for found in profile.links for part in found.evidence] == ["email"]


@pytest.mark.usefixtures("anna")
async def test_a_higher_confidence_keeps_customers_apart(async_graph: AsyncGraph) -> None:
    profile = await get_profile(async_graph, "shop:7", 0.95)

    assert profile is not None
    assert profile.members == ("shop:7",)


@pytest.mark.usefixtures("anna")
async def test_the_journey_runs_over_all_channels_newest_first(async_graph: AsyncGraph) -> None:
    owners = await get_journey_owners(async_graph, ["crm:1", "shop:7"], 0.8)
    page = await get_journey(async_graph, owners, JourneyFilter(), first=50)

    assert [found.key for found in page.interactions] == [
        "web:m9", "call_centre:c1", "web:m4", "web:m3", "web:m2", "web:m1", "web:m0"
    ]  # fmt: skip
    assert not page.has_more
    sessions = await get_sessions(async_graph, owners, 10)
    assert [(found.session.key, found.logged_in) for found in sessions] == [("web:s2", None), ("web:s1", "shop:7")]


@pytest.mark.usefixtures("anna")
async def test_the_journey_is_filtered_and_paged(async_graph: AsyncGraph) -> None:
    owners = await get_journey_owners(async_graph, ["crm:1", "shop:7"], 0.8)
    calls = await get_journey(async_graph, owners, JourneyFilter(channels=("call",)), first=5)
    assert [found.key for found in calls.interactions] == ["call_centre:c1"]
    window = JourneyFilter(since=minutes(1), until=minutes(3))
    assert [found.key for found in (await get_journey(async_graph, owners, window, 5)).interactions] == [
        "web:m2", "web:m1"
    ]  # fmt: skip

    walked: list[str] = []
    after: JourneyPosition | None = None
    page = JourneyPage((), has_more=True)
    while page.has_more:
        page = await get_journey(async_graph, owners, JourneyFilter(), 2, after)
        walked += [found.key for found in page.interactions]
        after = JourneyPosition(page.interactions[-1].at, page.interactions[-1].key)
    assert walked == ["web:m9", "call_centre:c1", "web:m4", "web:m3", "web:m2", "web:m1", "web:m0"]


async def test_interactions_at_one_moment_are_neither_lost_nor_repeated(graph: Graph, async_graph: AsyncGraph) -> None:
    same_moment = tuple(interaction(f"m{n}", customer=shop("7")) for n in range(7))
    write_batch(graph, batch("web", interactions=same_moment))
    owners = await get_journey_owners(async_graph, ["shop:7"], 1.0)

    keys: list[str] = []
    after: JourneyPosition | None = None
    for _ in range(3):
        page = await get_journey(async_graph, owners, JourneyFilter(), 3, after)
        keys += [found.key for found in page.interactions]
        after = JourneyPosition(page.interactions[-1].at, page.interactions[-1].key)
    assert keys == [f"web:m{n}" for n in reversed(range(7))]


@pytest.mark.usefixtures("anna")
async def test_a_session_with_a_login_is_authenticated(async_graph: AsyncGraph) -> None:
    found = await recognise_session(async_graph, "web:s1", 0.8)

    assert found is not None
    assert (found.recognition.level, found.recognition.customer) == (RecognitionLevel.AUTHENTICATED, "shop:7")


@pytest.mark.usefixtures("anna")
async def test_an_anonymous_session_is_recognised_by_its_device(async_graph: AsyncGraph) -> None:
    found = await recognise_session(async_graph, "web:s2", 0.8)

    assert found is not None
    assert (found.recognition.level, found.recognition.customer) == (RecognitionLevel.RECOGNISED, "shop:7")
    assert found.recognition.reason == (
        "One person logged in on the device once, last at 2026-03-01 12:00 UTC; nobody else ever did."
    )


async def test_a_shared_device_recognises_only_who_used_it_alone_at_that_time(
    graph: Graph, async_graph: AsyncGraph
) -> None:
    logins = [("a1", 0, "1"), ("a2", 10, "1"), ("b1", 20, "2"), ("b2", 30, "2")]
    visits = [session(name, started_at=days(day), device=device(), customer=shop(who)) for name, day, who in logins]
    anonymous = [session(f"x{day}", started_at=days(day), device=device()) for day in (5, 15, 25, 35, 99)]
    write_batch(graph, batch("web", sessions=(*visits, *anonymous)))

    levels = {}
    for day in (5, 15, 25, 35, 99):
        found = await recognise_session(async_graph, f"web:x{day}", 0.8)
        assert found is not None
        levels[day] = (found.recognition.level.value, found.recognition.customer)
    assert levels == {
        5: ("recognised", "shop:1"),
        15: ("probable", "shop:1"),
        25: ("recognised", "shop:2"),
        35: ("probable", "shop:2"),
        99: ("unknown", None),
    }


async def test_a_shared_device_brings_each_only_what_was_theirs(graph: Graph, async_graph: AsyncGraph) -> None:
    logins = [("a1", 0, "1"), ("a2", 10, "1"), ("b1", 20, "2"), ("b2", 30, "2")]
    visits = [session(name, started_at=days(day), device=device(), customer=shop(who)) for name, day, who in logins]
    pages = [interaction(f"m{day}", at=days(day), device=device(), session_id=f"x{day}") for day in (5, 15, 25, 35)]
    before_login = interaction("early", at=days(-0.1), device=device(), session_id="a1")
    write_batch(graph, batch("web", sessions=tuple(visits), interactions=(*pages, before_login)))

    async def journey(who: str) -> list[str]:
        owners = await get_journey_owners(async_graph, [who], 0.8)
        page = await get_journey(async_graph, owners, JourneyFilter(), 50)
        return [found.key for found in page.interactions]

    assert await journey("shop:1") == ["web:m5", "web:early"]
    assert await journey("shop:2") == ["web:m25"]


async def test_a_kiosk_recognises_nobody_but_by_login(graph: Graph, async_graph: AsyncGraph) -> None:
    visits = [session(f"s{n}", started_at=minutes(n), device=device("kiosk"), customer=shop(str(n))) for n in range(60)]
    anonymous = session("x", started_at=days(1), device=device("kiosk"))
    write_batch(graph, batch("web", sessions=(*visits, anonymous)))

    found = await recognise_session(async_graph, "web:x", 0.8)
    assert found is not None
    assert (found.recognition.level, found.recognition.customer) == (RecognitionLevel.UNKNOWN, None)
    by_device = await recognise_device(async_graph, "anonymous_id:kiosk", 0.8)
    assert by_device is not None
    assert by_device.level is RecognitionLevel.UNKNOWN


@pytest.mark.parametrize(
    ("kind", "key"),
    [
        (IdentityKind.CUSTOMER, "crm:1"),
        (IdentityKind.IDENTIFIER, "email:anna@example.org"),
        (IdentityKind.SESSION, "web:s2"),
        (IdentityKind.DEVICE, "anonymous_id:d1"),
    ],
)
@pytest.mark.usefixtures("anna")
async def test_every_way_of_asking_leads_to_the_same_profile(
    async_graph: AsyncGraph, kind: IdentityKind, key: str
) -> None:
    found = await find_profile(async_graph, Identity(kind, key), 0.8)

    assert isinstance(found, Profile)
    assert found.members == ("crm:1", "shop:7")


@pytest.mark.usefixtures("anna")
async def test_the_id_of_a_profile_that_was_joined_leads_to_the_one_that_holds_it(async_graph: AsyncGraph) -> None:
    alone = await get_profile(async_graph, "shop:7", 1.0)
    assert alone is not None
    joined = await find_profile(async_graph, Identity(IdentityKind.PROFILE, alone.id), 0.8)

    assert isinstance(joined, MergedProfile)
    assert (joined.asked_id, joined.profile.members) == (alone.id, ("crm:1", "shop:7"))
    current = await find_profile(async_graph, Identity(IdentityKind.PROFILE, joined.profile.id), 0.8)
    assert isinstance(current, Profile)


@pytest.mark.usefixtures("anna")
async def test_two_people_behind_one_email_are_an_answer(async_graph: AsyncGraph) -> None:
    found = await find_profile(async_graph, Identity(IdentityKind.IDENTIFIER, EMAIL.key), 1.0)

    assert isinstance(found, AmbiguousIdentity)
    assert len(found.profile_ids) == 2


@pytest.mark.parametrize("kind", list(IdentityKind))
@pytest.mark.usefixtures("anna")
async def test_what_nobody_has_is_an_answer(async_graph: AsyncGraph, kind: IdentityKind) -> None:
    assert isinstance(await find_profile(async_graph, Identity(kind, "nothing:here"), 0.8), UnknownIdentity)


@pytest.mark.usefixtures("anna")
async def test_customers_are_found_by_words_and_beginnings(async_graph: AsyncGraph) -> None:
    assert [hit.customer for hit in await find_customers_by_text(async_graph, "anna il", 5)] == ["crm:1"]
    assert await find_customers_by_text(async_graph, 'nobody" OR *:*', 5) == ()


async def test_a_dense_cluster_is_read_once_per_member(graph: Graph, async_graph: AsyncGraph) -> None:
    members = [f"crm:{n:03}" for n in range(60)]
    write_batch(graph, batch(customers=tuple(customer(external_id=f"{n:03}") for n in range(60))))
    dense = [
        link(left, right, 0.9 if right == following else None)
        for position, (left, following) in enumerate(pairwise(members))
        for right in members[position + 1 :]
    ]
    write_resolution(graph, resolution(*dense))

    everybody = tuple(members)
    assert await get_clusters(async_graph, ["crm:030", "crm:000", "crm:none"], 0.9) == {
        "crm:030": everybody,
        "crm:000": everybody,
        "crm:none": ("crm:none",),
    }
    assert set(read_clusters(graph, 0.9).values()) == {"crm:000"}
    assert len(set(read_clusters(graph, 0.95).values())) == 60


async def test_levels_come_from_the_model_that_scored_last(graph: Graph, async_graph: AsyncGraph) -> None:
    assert (await get_levels(async_graph)).default == 1.0
    write_resolution(graph, resolution())
    levels = await get_levels(async_graph)

    assert (levels.confidence_of(None), levels.confidence_of("LOOSE"), levels.confidence_of("0.3")) == (0.8, 0.2, 0.3)
    with pytest.raises(ConfigurationError, match="EXACT, DEFAULT, LOOSE"):
        levels.confidence_of("sure")


def test_customers_come_as_a_table_without_hubs(graph: Graph) -> None:
    hub = identifier("phone", "+490")
    many = [customer(external_id=f"x{n}", given_name=f"N{n}", identifiers=(hub,)) for n in range(21)]
    one = customer("shop", "7", given_name="Anna", identifiers=(EMAIL, hub), attributes={"birth_place": "Ulm"})
    write_batch(graph, batch(customers=tuple(many)))
    write_batch(graph, batch("shop", customers=(one,)))

    table = fetch_customers(graph)
    row = table.to_pylist()[-1]
    assert (row["key"], row["emails"], row["phones"]) == ("shop:7", ["anna@example.org"], [])
    assert row["attribute_birth_place"] == "Ulm"
    assert table.schema.field("street").type == "string"


def test_a_resolution_writes_only_what_changed(graph: Graph) -> None:
    write_batch(graph, batch(customers=tuple(customer(external_id=str(n)) for n in range(4))))
    first = resolution(
        link("crm:0", "crm:1"), link("crm:1", "crm:2"), compared=(ComparedPair("crm:2", "crm:3", 0.1, -3.0),)
    )
    changes = write_resolution(graph, first)
    assert (changes.links_created, changes.compared_written) == (2, 1)
    again = write_resolution(graph, first)
    assert (again.links_created, again.links_changed, again.links_retired, again.links_unchanged) == (0, 0, 0, 2)

    second = resolution(link("crm:0", "crm:1", 0.7), link("crm:2", "crm:3"), run_id="run-2")
    changes = write_resolution(graph, second)
    assert (changes.links_created, changes.links_changed, changes.links_retired, changes.compared_removed) == (
        1,
        1,
        1,
        1,
    )
    assert edges(graph, "SAME_AS", "confidence") == {("crm:0", "crm:1", 0.7), ("crm:2", "crm:3", 0.9)}
    assert edges(graph, "WAS_SAME_AS", "reason") == {
        ("crm:1", "crm:2", "the evidence for it is gone"),
        ("crm:0", "crm:1", "its confidence changed"),
    }
    assert edges(graph, "COMPARED") == set()


@pytest.mark.parametrize("customers", [1, 2, 3, 100])
def test_what_the_graph_has_is_read_in_ranges_of_any_size(graph: Graph, customers: int) -> None:
    # In UTF-16 the last two would be the other way round.
    keys = ["a", "b", "c", "d", "\uffee", "\U0001f600"]
    write_batch(graph, batch(customers=tuple(customer(external_id=key) for key in keys)))
    links = [link("crm:a", "crm:b"), link("crm:a", "crm:c"), link("crm:\uffee", "crm:\U0001f600")]
    compared = (ComparedPair("crm:b", "crm:c", 0.1, -3.0), ComparedPair("crm:c", "crm:\U0001f600", 0.1, -3.0))
    write_resolution(graph, resolution(*links, compared=compared))

    found = list(stored_ranges(graph, customers))

    in_order = attrgetter("left", "right")
    assert sorted((x for part in found for x in part.links), key=in_order) == links
    assert sorted((x for part in found for x in part.compared), key=in_order) == list(compared)
    assert [part.upto for part in found] == [f"crm:{key}" for key in keys[customers - 1 :: customers]] + [LAST_KEY]


def test_the_latest_run_is_read_back(graph: Graph) -> None:
    assert latest_run(graph) is None
    wanted = resolution()
    write_resolution(graph, wanted)

    assert latest_run(graph) == (wanted.run, wanted.model)
    assert nodes(graph, "ScoringRun", "run_id") == {("run-1",)}


def test_decisions_of_stewards_are_read_until_they_are_withdrawn(graph: Graph) -> None:
    write_batch(graph, batch(customers=tuple(customer(external_id=str(n)) for n in range(4))))
    linked = Decision("d-1", "link", "ada", "one person", NOON, (("crm:0", "crm:1", "crm:2"),))
    parted = Decision("d-2", "split", "ada", "two people", NOON, (("crm:0", "crm:1"), ("crm:3",)))
    for decision in (linked, parted):
        graph.write(lambda transaction, decision=decision: write_decisions(transaction, [decision]))

    assert read_decisions(graph) == Decisions(
        same=frozenset({("crm:0", "crm:1"), ("crm:1", "crm:2")}),
        apart=frozenset({("crm:0", "crm:3"), ("crm:1", "crm:3")}),
    )
    graph.write(lambda transaction: withdraw_decision(transaction, "d-1", "bob", "a mistake", days(1)))
    assert not read_decisions(graph).same
    assert [decision.withdrawn_by for decision in list_decisions(graph)] == ["bob", None]


def test_times_keep_their_moment(graph: Graph) -> None:
    write_batch(graph, batch(customers=(customer(created_at=datetime(1969, 7, 20, 20, 17, tzinfo=UTC)),)))

    ((created,),) = nodes(graph, "Customer", "created_at")
    assert created.to_native() == datetime(1969, 7, 20, 20, 17, tzinfo=UTC)
