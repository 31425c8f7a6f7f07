# What somebody did while logged in on a shared device is nobody else's, wherever it is shown or counted.
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import groupby

import pytest

from graph.changes import ChangesAfter, list_changes
from graph.connection import AsyncGraph, Graph
from graph.guards import DEVICE, current_guards
from graph.journey_starts import get_started_owners, get_started_profile
from graph.journeys import (
    JourneyFilter,
    JourneyInteraction,
    JourneyOwners,
    JourneyPosition,
    get_journey,
    get_journey_owners,
    get_sessions,
    list_journeys,
)
from graph.messages import write_messages
from graph.metrics import list_metrics
from graph.recognition import RecognitionLevel, recognise_session
from graph.records import CustomerRef, MessageRecords, SessionRecord
from graph.resolutions import write_resolution
from graph.rows import cut_of
from graph.times import milliseconds
from graph.writing import write_batch
from tests.factories import batch, crm, customer, days, device, interaction, minutes, session, shop
from tests.integration.graph.test_reading import link, resolution

ANNA, BERT = crm("A"), shop("B")


def write_visits(graph: Graph, *visits: tuple[str, float, CustomerRef | None]) -> None:
    """Sessions of ten minutes, with something done at the start, a minute later and at the end of each."""
    for name, day, who in visits:
        start, end = days(day), days(day) + timedelta(minutes=10)
        pages = [
            interaction(f"{name}.{number}", at=at, device=device(), session_id=name)
            for number, at in enumerate((start, start + timedelta(minutes=1), end))
        ]
        visit = session(name, started_at=start, ended_at=end, device=device(), customer=who)
        write_batch(graph, batch("web", sessions=(visit,), interactions=tuple(pages)))


async def shown(graph: AsyncGraph, *members: str) -> list[str]:
    """The sessions of a cluster's journey, oldest first, however it is read; of each all that was done."""
    owners = await get_journey_owners(graph, members, 0.8)
    found = (await get_journey(graph, owners, JourneyFilter(), 100)).interactions
    together = await list_journeys(graph, [owners, owners], JourneyFilter(), 100)
    assert [page.interactions for page in together] == [found, found]
    assert await page_by_page(graph, owners) == list(found)
    metrics = (await list_metrics(graph, [(owners, ())]))[0]
    assert metrics.interactions == len(found)
    assert metrics.first_seen_at == min((each.at for each in found), default=None)
    changes = (await list_changes(graph, [ChangesAfter("", owners, (0, b""))], 100))[""].changes
    assert {change.key for change in changes} <= {each.key for each in found}
    visits = {name: len(list(done)) for name, done in groupby(each.session or "" for each in reversed(found))}
    assert set(visits.values()) <= {3}
    return [name.removeprefix("web:") for name in visits]


async def page_by_page(graph: AsyncGraph, owners: JourneyOwners) -> list[JourneyInteraction]:
    walked: list[JourneyInteraction] = []
    has_more = True
    while has_more:
        after = JourneyPosition(walked[-1].at, walked[-1].key) if walked else None
        page = await get_journey(graph, owners, JourneyFilter(), 1, after)
        walked += page.interactions
        has_more = page.has_more
    return walked


async def test_one_login_of_another_between_two_is_not_in_the_journey(graph: Graph, async_graph: AsyncGraph) -> None:
    write_visits(graph, ("a1", 0, ANNA), ("b1", 5, BERT), ("a2", 10, ANNA))

    assert await shown(async_graph, "crm:A") == ["a1", "a2"]
    assert await shown(async_graph, "shop:B") == ["b1"]
    owners = await get_journey_owners(async_graph, ["crm:A"], 0.8)
    assert [each.session.key for each in await get_sessions(async_graph, owners, 9)] == ["web:a2", "web:a1"]


async def test_two_who_log_in_by_turns_have_each_their_own(graph: Graph, async_graph: AsyncGraph) -> None:
    write_visits(graph, ("a1", 0, ANNA), ("b1", 5, BERT), ("a2", 10, ANNA), ("b2", 15, BERT))

    assert await shown(async_graph, "crm:A") == ["a1", "a2"]
    assert await shown(async_graph, "shop:B") == ["b1", "b2"]


@pytest.mark.parametrize("day", [-0.001, 0.001, 9.999, 10.001])
async def test_a_login_of_another_at_the_edge_of_a_use_is_not_in_the_journey(
    graph: Graph, async_graph: AsyncGraph, day: float
) -> None:
    write_visits(graph, ("a1", 0, ANNA), ("a2", 10, ANNA), ("b1", day, BERT))

    assert await shown(async_graph, "crm:A") == ["a1", "a2"]
    assert await shown(async_graph, "shop:B") == ["b1"]


async def test_sessions_without_a_login_stay_whose_the_device_was(graph: Graph, async_graph: AsyncGraph) -> None:
    write_visits(graph, ("a1", 0, ANNA), ("x4", 4, None), ("b1", 5, BERT), ("x6", 6, None), ("a2", 10, ANNA))
    write_visits(graph, ("x11", 11, None))

    assert await shown(async_graph, "crm:A") == ["a1", "x4", "x6", "a2"]
    assert await shown(async_graph, "shop:B") == ["b1"]


async def test_a_cluster_has_the_logins_of_all_its_customers(graph: Graph, async_graph: AsyncGraph) -> None:
    write_batch(graph, batch("crm", customers=(customer(external_id="A"),)))
    write_batch(graph, batch("shop", customers=(customer("shop", "B"), customer("shop", "C"))))
    write_resolution(graph, resolution(link("crm:A", "shop:B")))
    write_visits(graph, ("a1", 0, ANNA), ("b1", 2, BERT), ("c1", 5, shop("C")), ("b2", 8, BERT), ("a2", 10, ANNA))

    assert await shown(async_graph, "crm:A", "shop:B") == ["a1", "b1", "b2", "a2"]
    assert await shown(async_graph, "shop:C") == ["c1"]


async def test_what_is_written_of_another_is_not_told_live(graph: Graph, async_graph: AsyncGraph) -> None:
    write_visits(graph, ("a1", 0, ANNA), ("b1", 5, BERT), ("x6", 6, None), ("a2", 10, ANNA))
    owners = await get_journey_owners(async_graph, ["crm:A"], 0.8)

    told = (await list_changes(async_graph, [ChangesAfter("", owners, (0, b""))], 100))[""].changes

    assert {change.key.partition(".")[0] for change in told} == {"web:a1", "web:x6", "web:a2"}


async def test_a_session_in_which_two_log_in_is_divided_by_their_logins(graph: Graph, async_graph: AsyncGraph) -> None:
    visits = [
        session("s", started_at=days(0) + timedelta(minutes=start), device=device(), customer=who)
        for start, who in ((2, ANNA), (5, BERT))
    ]
    pages = [
        interaction(f"m{n}", at=days(0) + timedelta(minutes=n), device=device(), session_id="s") for n in range(10)
    ]
    write_batch(graph, batch("web", sessions=tuple(visits), interactions=tuple(pages)))

    assert await done(async_graph, "crm:A") == ["m0", "m1", "m2", "m3", "m4"]
    assert await done(async_graph, "shop:B") == ["m5", "m6", "m7", "m8", "m9"]


async def test_what_is_done_after_two_logins_at_one_moment_is_nobodys(graph: Graph, async_graph: AsyncGraph) -> None:
    visits = [session("s", started_at=days(0), device=device(), customer=who) for who in (ANNA, BERT)]
    page = interaction("m1", at=days(0), device=device(), session_id="s")
    write_batch(graph, batch("web", sessions=tuple(visits), interactions=(page,)))

    assert await done(async_graph, "crm:A") == await done(async_graph, "shop:B") == []


@pytest.mark.parametrize("late", [False, True])
async def test_a_login_in_a_session_of_two_devices_is_proof_of_the_one_that_it_names(
    graph: Graph, async_graph: AsyncGraph, *, late: bool
) -> None:
    signs = [
        session("1772366400", started_at=days(0), device=device("annas")),
        session("1772366400", started_at=days(0), device=device("berts"), customer=BERT),
    ]
    page = interaction("m1", at=days(-1), device=device("annas"), session_id="earlier")
    for sign in reversed(signs) if late else signs:
        write_batch(graph, batch("web", sessions=(sign,), interactions=(page,)))

    visit = await recognise_session(async_graph, "web:1772366400", 0.8)
    earlier = await recognise_session(async_graph, "web:earlier", 0.8)

    assert await done(async_graph, "shop:B") == []
    assert visit is not None
    assert earlier is not None
    assert (visit.recognition.level, earlier.recognition.level) == (RecognitionLevel.UNKNOWN, RecognitionLevel.UNKNOWN)
    past = await recognise_session(async_graph, "web:earlier", 0.8, days(3))
    assert past is not None
    assert past.recognition == earlier.recognition


async def test_of_two_who_log_in_at_one_moment_nobody_is_recognised(graph: Graph, async_graph: AsyncGraph) -> None:
    at_once = [session(name, device=device(), customer=who) for name, who in (("a", ANNA), ("b", BERT))]
    both = [session("both", device=device("d2"), customer=who) for who in (ANNA, BERT)]
    write_batch(graph, batch("web", sessions=(*at_once, *both, session("x", started_at=days(1), device=device()))))

    found = [await recognise_session(async_graph, f"web:{name}", 0.8) for name in ("x", "both")]

    assert [each and each.recognition.customer for each in found] == [None, None]


async def test_a_login_that_is_yet_to_come_shows_nothing(graph: Graph, async_graph: AsyncGraph) -> None:
    """A device whose clock is wrong."""
    far = datetime.now(UTC) + timedelta(days=900)
    write_visits(graph, ("b1", -5, BERT), ("a1", 0, ANNA), ("x", 20, None))
    write_batch(graph, batch("web", sessions=(session("b2", started_at=far, device=device(), customer=BERT),)))

    visit = await recognise_session(async_graph, "web:x", 0.8)

    assert visit is not None
    assert (visit.recognition.level, visit.recognition.customer) == (RecognitionLevel.PROBABLE, "crm:A")


async def done(graph: AsyncGraph, *members: str) -> list[str]:
    """What a cluster's journey holds, oldest first, however it is read and counted."""
    owners = await get_journey_owners(graph, members, 0.8)
    found = (await get_journey(graph, owners, JourneyFilter(), 100)).interactions
    together = await list_journeys(graph, [owners, owners], JourneyFilter(), 100)
    assert [page.interactions for page in together] == [found, found]
    assert (await list_metrics(graph, [(owners, ())]))[0].interactions == len(found)
    return [each.key.removeprefix("web:") for each in reversed(found)]


VISIT = ((0, None), (1, ANNA), (2, ANNA), (4, BERT), (5, BERT), (7, ANNA), (9, ANNA))


def logins_of_one_visit(*signs: tuple[float, CustomerRef | None]) -> tuple[SessionRecord, ...]:
    return tuple(session("s", started_at=minutes(at), device=device(), customer=who) for at, who in signs)


@pytest.mark.parametrize("order", [(0, 1, 2, 3, 4, 5, 6), (6, 5, 4, 3, 2, 1, 0), (3, 0, 6, 5, 1, 4, 2)])
async def test_whoever_logs_in_again_was_the_last(graph: Graph, async_graph: AsyncGraph, order: Sequence[int]) -> None:
    signs = logins_of_one_visit(*(VISIT[number] for number in order))
    pages = [interaction(f"m{n}", at=minutes(n), device=device(), session_id="s") for n in range(11)]
    later = session("x", started_at=days(1), device=device())
    for sign in signs:
        write_batch(graph, batch("web", sessions=(sign,)))
    write_batch(graph, batch("web", sessions=(later,), interactions=tuple(pages)))

    visits = [await recognise_session(async_graph, f"web:{name}", 0.8) for name in ("s", "x")]

    assert [each and each.recognition.customer for each in visits] == ["crm:A", "crm:A"]
    # While they take turns, only the first and the last login of each are known.
    assert await done(async_graph, "crm:A") == ["m0", "m1", "m2", "m3", "m9", "m10"]
    assert await done(async_graph, "shop:B") == []


async def test_whose_a_session_was_is_told_by_what_had_been_done_by_then(graph: Graph, async_graph: AsyncGraph) -> None:
    signs = logins_of_one_visit(*VISIT)
    pages = [interaction(f"m{at}", at=minutes(at), customer=who, session_id="s") for at, who in VISIT if who]
    write_batch(graph, batch("web", sessions=signs, interactions=tuple(pages)))

    found = [await recognise_session(async_graph, "web:s", 0.8, minutes(at)) for at in range(11)]

    whose = [None, *["crm:A"] * 3, *["shop:B"] * 3, *["crm:A"] * 4]
    assert [each and each.recognition.customer for each in found] == whose


async def test_logins_of_a_visit_that_was_cut_anew_are_kept(graph: Graph, async_graph: AsyncGraph) -> None:
    """A late message joins two visits: who logged in in both was the last in the second."""

    def message(at: float, who: CustomerRef | None) -> MessageRecords:
        sign = session("", started_at=minutes(at), device=device(), customer=who, is_cut=True)
        page = interaction(f"m{at}", at=minutes(at), device=device(), customer=who, is_cut=True)
        return MessageRecords(page, session=sign)

    for sign in (message(0, ANNA), message(5, BERT), message(50, ANNA), message(27, None)):
        write_messages(graph, [sign], "live")

    (key,) = (row["key"] for row in graph.read("list_cut_sessions", rows=[whole_time()]))
    visit = await recognise_session(async_graph, key, 0.8)
    assert visit is not None
    assert visit.recognition.customer == "crm:A"


def whole_time() -> dict[str, object]:
    return {"cut_of": cut_of("web", device().key), "since": 0, "until": milliseconds(days(9))}


async def test_a_login_that_is_yet_to_come_widens_no_use(graph: Graph, async_graph: AsyncGraph) -> None:
    far = datetime.now(UTC) + timedelta(days=900)
    write_batch(graph, batch("crm", customers=(customer(external_id="A"),)))
    write_batch(graph, batch("shop", customers=(customer("shop", "B"),)))
    write_visits(graph, ("b1", -5, BERT), ("a1", 0, ANNA), ("x", 1, None), ("a2", 2, ANNA), ("y", 20, None))
    write_batch(graph, batch("web", sessions=(session("b2", started_at=far, device=device(), customer=BERT),)))

    assert await shown(async_graph, "crm:A") == ["a1", "x", "a2"]
    assert await shown(async_graph, "shop:B") == ["b1"]
    for key, visits in (("crm:A", {"web:a1", "web:x", "web:a2"}), ("shop:B", {"web:b1"})):
        started = await get_started_profile(async_graph, key, 0.8, 5)
        assert started is not None
        owners = await get_started_owners(async_graph, started)
        page = await get_journey(async_graph, owners, JourneyFilter(), 99)
        assert {each.session for each in page.interactions} == visits


def test_hubs_follow_logins_that_name_no_device(graph: Graph) -> None:
    """They are on the device of their session, as long as it has one."""
    names = [f"s{n}" for n in range(current_guards().hub_above(DEVICE) + 1)]
    write_batch(graph, batch("web", sessions=tuple(session(name, device=device("till")) for name in names)))

    write_batch(graph, batch("web", sessions=tuple(session(name, customer=shop(name)) for name in names)))
    assert is_hub(graph)

    write_batch(graph, batch("web", sessions=(session("s0", device=device("other")),)))
    assert not is_hub(graph)


def is_hub(graph: Graph) -> bool:
    return graph.read("get_device", key=device("till").key)[0]["is_hub"]


TWO = ("d1", "d2")


@pytest.mark.parametrize("order", [1, -1])
@pytest.mark.parametrize(
    ("logins", "whose"),
    [
        ([("d1", ANNA), ("d2", ANNA)], "crm:A"),
        ([("d1", ANNA), ("d2", None)], None),
        ([("d1", ANNA), ("d2", BERT)], None),
        ([("d1", ANNA), ("d2", ANNA), ("d2", BERT)], None),
        ([("d1", None), ("d2", None), (None, ANNA)], None),
    ],
)
async def test_a_session_that_goes_on_on_another_device_is_whose_logins_are_on_both(
    graph: Graph,
    async_graph: AsyncGraph,
    logins: Sequence[tuple[str | None, CustomerRef | None]],
    whose: str | None,
    order: int,
) -> None:
    for minute, (place, who) in list(enumerate(logins))[::order]:
        on = device(place) if place else None
        write_batch(graph, batch("web", sessions=(session("s", started_at=minutes(minute), device=on, customer=who),)))

    found = await recognise_session(async_graph, "web:s", 0.8)

    assert found is not None
    assert found.recognition.customer == whose


async def test_a_device_stays_whose_it_was_where_the_session_goes_on_on_another(
    graph: Graph, async_graph: AsyncGraph
) -> None:
    """As where the tracker gives the device a new id when somebody logs out, but the visit goes on."""
    signs = (
        session("s", device=device("d1"), customer=ANNA),
        session("s", started_at=minutes(5), device=device("d2")),
        session("x", started_at=days(1), device=device("d1")),
        session("y", started_at=days(1), device=device("d2")),
    )
    write_batch(graph, batch("web", sessions=signs))

    for at in (None, days(2)):
        found = [await recognise_session(async_graph, f"web:{name}", 0.8, at) for name in "xy"]
        assert [each and each.recognition.customer for each in found] == ["crm:A", None]


async def test_what_another_did_in_a_session_of_two_devices_is_not_in_the_journey(
    graph: Graph, async_graph: AsyncGraph
) -> None:
    """Bert logs in on Anna's device and on his own, in one session."""
    signs = (
        session("a", started_at=days(-1), device=device("d1"), customer=ANNA),
        *(session("b", started_at=minutes(n), device=device(name), customer=BERT) for n, name in enumerate(TWO)),
    )
    pages = [
        interaction("m1", at=days(-1), device=device("d1"), session_id="a"),
        *(interaction(f"m{name}", at=minutes(3), device=device(name), session_id="b") for name in TWO),
    ]
    write_batch(graph, batch("web", sessions=signs, interactions=tuple(pages)))

    assert await done(async_graph, "crm:A") == ["m1"]
    assert await done(async_graph, "shop:B") == ["md1", "md2"]


async def test_a_login_on_one_device_says_nothing_of_what_was_done_on_another(
    graph: Graph, async_graph: AsyncGraph
) -> None:
    """Two visits may have one number; whose the other was is not known."""
    signs = (
        session("a", started_at=days(-2), device=device("d1"), customer=ANNA),
        session("b", started_at=days(-1), device=device("d1"), customer=BERT),
        session("both", device=device("d2"), customer=ANNA),
    )
    page = interaction("m1", at=minutes(3), device=device("d1"), session_id="both")
    write_batch(graph, batch("web", sessions=signs, interactions=(page,)))

    assert await done(async_graph, "crm:A") == await done(async_graph, "shop:B") == []


@pytest.mark.parametrize("places", [("d1", "d2"), ("d2", "d1")])
async def test_a_session_of_two_devices_is_shown_on_the_one_that_is_theirs(
    graph: Graph, async_graph: AsyncGraph, places: tuple[str, str]
) -> None:
    mine, other = places
    signs = (session("s", device=device(mine), customer=ANNA), session("s", device=device(other)))
    write_batch(graph, batch("web", sessions=signs))

    owners = await get_journey_owners(async_graph, ["crm:A"], 0.8)
    (shown_session,) = await get_sessions(async_graph, owners, 9)

    assert shown_session.session.device == device(mine).key
