# What is read with a profile is what is read after it, whoever else used its devices.
import random

import pytest

from graph.connection import AsyncGraph, Graph
from graph.journey_starts import get_started_owners, get_started_profile, started_page
from graph.journeys import JourneyFilter, get_journey, get_journey_owners
from graph.links import Link
from graph.profiles import get_profile
from graph.resolutions import Resolution, write_resolution
from graph.runs import ScoringModel, ScoringRun
from graph.writing import write_batch
from tests.factories import NOON, batch, customer, days, device, interaction, session, shop

PEOPLE, DEVICES, VISITS, KIOSK_VISITS = 40, 60, 90, 60
CONFIDENCE = 0.8


@pytest.fixture
def town(graph: Graph) -> Graph:
    """People of one or two records each, on devices of their own, of their household and of everybody."""
    dice = random.Random(11)
    write_batch(graph, batch("shop", customers=tuple(customer("shop", f"{n:02}") for n in range(PEOPLE))))
    visits = [
        session(f"s{n}", started_at=days(dice.uniform(0, 50)), device=device(f"d{dice.randrange(DEVICES)}"),
                customer=shop(f"{dice.randrange(PEOPLE):02}") if dice.random() < 0.6 else None)
        for n in range(VISITS)
    ]  # fmt: skip
    kiosk = [
        session(f"k{n}", started_at=days(n / 2), device=device("kiosk"), customer=shop(f"{n % (PEOPLE // 4):02}"))
        for n in range(KIOSK_VISITS)
    ]
    seen = [
        interaction(f"{visit.session_id}-{n}", at=visit.started_at, device=visit.device, session_id=visit.session_id)
        for visit in (*visits, *kiosk)
        for n in range(dice.randrange(4))
    ]
    bought = [interaction(f"b{n}", at=days(n), customer=shop(f"{n:02}")) for n in range(0, PEOPLE, 2)]
    write_batch(graph, batch("web", sessions=(*visits, *kiosk), interactions=(*seen, *bought)))
    links = [
        Link(f"shop:{n:02}", f"shop:{n + 1:02}", 0.99, 7.0, "splink", evidence="[]", cohesion=7.0, confidence=0.9)
        for n in range(0, PEOPLE, 4)
    ]
    model = ScoringModel("v1", NOON, "{}", ((-10.0, 0.1), (7.0, 0.9)), {"exact": 1.0, "default": CONFIDENCE})
    run = ScoringRun("run-1", "v1", "full", {}, NOON, NOON, {"links": len(links)})
    write_resolution(graph, Resolution(links, [], model, run))
    return graph


@pytest.mark.usefixtures("town")
@pytest.mark.parametrize("first", [1, 4, 100])
async def test_a_started_profile_is_the_profile_its_owners_and_the_first_page(
    async_graph: AsyncGraph, first: int
) -> None:
    shared = 0
    for number in range(PEOPLE):
        started = await get_started_profile(async_graph, f"shop:{number:02}", CONFIDENCE, first)
        profile = await get_profile(async_graph, f"shop:{number:02}", CONFIDENCE)
        assert started
        assert profile
        owners = await get_journey_owners(async_graph, profile.members, CONFIDENCE)
        page = await get_journey(async_graph, owners, JourneyFilter(), first)
        begun = started_page(started, owners, first)
        assert (started.profile, await get_started_owners(async_graph, started)) == (profile, owners)
        assert begun == (None if owners.shared_devices else page)
        shared += begun is None

    assert PEOPLE / 4 < shared < PEOPLE


async def test_nobody_has_no_start(async_graph: AsyncGraph) -> None:
    assert await get_started_profile(async_graph, "shop:nobody", CONFIDENCE, 10) is None
