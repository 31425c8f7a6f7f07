from collections import Counter
from dataclasses import dataclass
from typing import Any

import pytest

from graph import metrics
from graph.connection import AsyncGraph, Graph
from graph.journeys import JourneyFilter, get_journey, get_journey_owners
from graph.metrics import ProfileMetrics, list_metrics
from graph.orders import Revenue
from graph.profiles import get_profile
from graph.writing import write_batch
from tests.factories import NOON, batch, crm, customer, days, device, interaction, minutes, session, shop


@dataclass(frozen=True)
class Known:
    metrics: ProfileMetrics
    journey: list[Any]


async def known(graph: AsyncGraph, key: str) -> Known:
    profile = await get_profile(graph, key, 1.0)
    assert profile is not None
    owners = await get_journey_owners(graph, profile.members, 1.0)
    page = await get_journey(graph, owners, JourneyFilter(), 100)
    return Known((await list_metrics(graph, [(owners, profile.customers)]))[0], list(page.interactions))


def order(message: str, at: float, amount: float, source: str = "shop") -> Any:
    properties = {"order_id": message.partition(".")[0]}
    return interaction(
        message, source, at=days(at), customer=shop("7"), name="Order Completed", channel=source, amount=amount,
        currency="EUR", properties=properties,
    )  # fmt: skip


def write_shopper(graph: Graph) -> None:
    """Somebody with orders, a call, sessions of her own, and sessions on a device that another used as well."""
    write_batch(graph, batch("shop", customers=(customer("shop", "7", created_at=days(-90)), customer("shop", "8"))))
    logins = [("a1", 0, "7"), ("a2", 10, "7"), ("b1", 20, "8")]
    shared = [session(name, started_at=days(day), device=device("s"), customer=shop(who)) for name, day, who in logins]
    own = [session(f"o{day}", started_at=days(day), device=device("o")) for day in (1, 2)]
    login = session("o3", started_at=days(3), device=device("o"), customer=shop("7"))
    pages = [
        interaction("early", at=days(-0.1), device=device("s"), session_id="a1"),
        interaction("mine", at=days(5), device=device("s")),
        interaction("hers", at=days(20), device=device("s"), session_id="b1"),
        interaction("own", at=days(1), device=device("o"), session_id="o1"),
    ]
    write_batch(graph, batch("web", sessions=(*shared, *own, login), interactions=tuple(pages)))
    write_batch(graph, batch("web", interactions=(order("A.web", 4, 30.0, "web"),)))
    write_batch(graph, batch("shop", interactions=(order("A", 4, 30.0), order("B", 8, 0.1))))


async def test_metrics_count_exactly_what_the_journey_shows(graph: Graph, async_graph: AsyncGraph) -> None:
    write_shopper(graph)
    found = await known(async_graph, "shop:7")

    shown = Counter(each.channel for each in found.journey)
    assert {each.channel: each.interactions for each in found.metrics.channels} == shown
    assert found.metrics.interactions == len(found.journey) == 6
    assert (found.metrics.first_seen_at, found.metrics.last_seen_at) == (found.journey[-1].at, found.journey[0].at)
    for each in found.metrics.channels:
        assert each.last_contact_at == max(one.at for one in found.journey if one.channel == each.channel)
        assert each.first_contact_at == min(one.at for one in found.journey if one.channel == each.channel)
    assert (found.metrics.orders, found.metrics.revenue) == (2, (Revenue("EUR", 2, 30.1, 0.0),))
    assert found.metrics.sessions == 5
    assert (found.metrics.known_since, found.metrics.cut) == (days(-90), False)


async def test_somebody_who_did_nothing_has_metrics(graph: Graph, async_graph: AsyncGraph) -> None:
    write_batch(graph, batch(customers=(customer(),)))

    assert (await known(async_graph, "crm:1")).metrics == ProfileMetrics(None, None, None, 0, 0, 0, (), (), cut=False)


async def test_a_long_history_is_cut_and_keeps_its_beginning(
    graph: Graph, async_graph: AsyncGraph, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(metrics, "MOST_INTERACTIONS", 5)
    visits = tuple(interaction(f"m{n}", at=minutes(n), customer=crm("1")) for n in range(20))
    write_batch(graph, batch(customers=(customer(),)))
    write_batch(graph, batch("web", interactions=visits))
    found = (await known(async_graph, "crm:1")).metrics

    assert (found.interactions, found.cut) == (5, True)
    assert (found.first_seen_at, found.last_seen_at) == (NOON, minutes(19))


async def test_many_owners_that_do_little_are_not_cut(
    graph: Graph, async_graph: AsyncGraph, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As of a profile with a device: each has less than the most, and all together more."""
    monkeypatch.setattr(metrics, "MOST_INTERACTIONS", 5)
    write_batch(graph, batch("shop", customers=(customer("shop", "7"),)))
    login = session("s1", started_at=NOON, device=device(), customer=shop("7"))
    visits = [interaction(f"v{n}", at=minutes(n), device=device(), session_id="s1", channel="web") for n in range(4)]
    calls = [interaction(f"c{n}", at=minutes(9 + n), customer=shop("7"), channel="web") for n in range(4)]
    write_batch(graph, batch("web", sessions=(login,), interactions=(*visits, *calls)))
    found = (await known(async_graph, "shop:7")).metrics

    assert (found.interactions, found.cut) == (8, False)
    assert [(each.channel, each.interactions, each.first_contact_at) for each in found.channels] == [("web", 8, NOON)]
