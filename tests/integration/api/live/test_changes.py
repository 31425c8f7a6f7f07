# What a subscriber is told of a profile: everything that is written, however late, once, wherever it goes on.
import signal
from dataclasses import replace

import pytest

from cypher import statement
from graph.address import Address
from graph.connection import Graph
from graph.deletion import delete_customers
from graph.identity_events import IdentityEvent
from graph.profile_ids import profile_id
from graph.records import CustomerRef
from graph.resolutions import PreparedCustomer, write_resolution
from graph.times import milliseconds
from graph.writing import write_batch
from tests.factories import NOON, batch, crm, customer, days, device, interaction
from tests.integration.api.conftest import link, resolution, write_anna
from tests.integration.api.live.conftest import Line, api_process, following

OLD, NEW = profile_id("crm:1"), profile_id("dwh:0")


@pytest.fixture
def anna_now(graph: Graph) -> Graph:
    """Anna's world, for tests that write."""
    write_anna(graph)
    return graph


def call(graph: Graph, number: int, day: float = 5) -> str:
    told = interaction(f"c{number}", "call_centre", at=days(day), customer=crm("1"), properties={"intent": "terminate"})
    write_batch(graph, batch("call_centre", interactions=(told,)))
    return told.key


def known_before_to_the_dwh(graph: Graph) -> None:
    """A record of Anna that is older than the others gives her profile another id."""
    write_batch(graph, batch("dwh", customers=(customer("dwh", "0", created_at=days(-900)),)))
    merged = IdentityEvent("merged", (OLD, NEW), (NEW,), ("crm:1", "dwh:0", "shop:7"))
    linked = resolution(link("crm:1", "dwh:0"), link("crm:1", "shop:7"))
    named = PreparedCustomer("dwh:0", "{}", (), touched=1, rank=milliseconds(days(-900)))
    write_resolution(graph, replace(linked, run=replace(linked.run, run_id="run-2")), [named], [merged])


async def test_what_is_written_is_told_and_nothing_else(anna_now: Graph, url: str) -> None:
    async with following(url) as line:
        elsewhere = interaction("m1", at=days(5), device=device("another"))
        write_batch(anna_now, batch("web", interactions=(elsewhere,)))
        call(anna_now, 10)
        told = await line.told()
        page = interaction("m10", at=days(6), device=device())
        write_batch(anna_now, batch("web", interactions=(page,)))

        assert (told["__typename"], told["profileId"]) == ("InteractionWritten", OLD)
        assert (told["interaction"]["key"], told["interaction"]["properties"]) == (
            "call_centre:c10",
            {"intent": "terminate"},
        )
        assert await line.interaction() == page.key


async def test_what_happened_long_ago_is_told_when_it_is_written(anna_now: Graph, url: str) -> None:
    async with following(url) as line:
        late = call(anna_now, 10, day=-300)

        assert await line.interaction() == late


async def test_a_transaction_that_commits_after_a_later_one_is_told(anna_now: Graph, url: str) -> None:
    slow = {
        **dict.fromkeys(("session", "amount", "currency", "properties", "channel")),
        "key": "web:slow",
        "source": "web",
        "type": "track",
        "name": "Page Viewed",
        "content_hash": "x",
        "at": milliseconds(NOON),
        "owner": "crm:1",
    }
    async with following(url) as line:
        with anna_now.driver.session(database=anna_now.database) as session, session.begin_transaction() as slowly:
            slowly.run(statement("merge_interactions"), {"rows": [slow], "run_id": "r"}).consume()
            quick = call(anna_now, 10)
            first = await line.interaction()
            slowly.commit()

            assert [first, await line.interaction()] == [quick, "web:slow"]


async def test_what_many_wrote_at_one_moment_is_told_once_each(anna_now: Graph, url: str) -> None:
    many = tuple(interaction(f"many{n:03}", at=days(5), customer=crm("1")) for n in range(450))
    async with following(url) as line:
        write_batch(anna_now, batch("web", interactions=many))
        told = [await line.told() for _ in many]
        last = call(anna_now, 10)

        assert sorted(found["interaction"]["key"] for found in told) == sorted(record.key for record in many)
        assert await line.interaction() == last
    async with following(url, after=told[100]["cursor"]) as line:
        again = {await line.interaction() for _ in range(len(many) - 101 + 1)}

    assert again == {found["interaction"]["key"] for found in told[101:]} | {last}


async def test_a_lost_connection_goes_on_behind_the_last_change(anna_now: Graph, url: str) -> None:
    async with following(url) as line:
        call(anna_now, 10)
        cursor = (await line.told())["cursor"]
        line.socket.transport.abort()
    missed = [call(anna_now, number) for number in (11, 12)]

    async with following(url, after=cursor) as line:
        found = [await line.interaction() for _ in missed]
        latest = call(anna_now, 13)

        assert [*found, await line.interaction()] == [*missed, latest]


async def test_another_process_goes_on_where_a_killed_one_was(
    anna_now: Graph, url: str, neo4j_address: Address
) -> None:
    with api_process(neo4j_address) as killed:
        async with following(killed.url) as there, following(url) as here:
            call(anna_now, 10)
            told = await there.told()
            assert (await here.told())["interaction"] == told["interaction"]
            killed.process.send_signal(signal.SIGKILL)
            call(anna_now, 11)
            assert await here.interaction() == "call_centre:c11"
    call(anna_now, 12)

    async with following(url, after=told["cursor"]) as line:
        assert [await line.interaction(), await line.interaction()] == ["call_centre:c11", "call_centre:c12"]


async def test_a_moment_tells_what_was_written_since(anna_now: Graph, url: str) -> None:
    async with following(url, since="2026-01-01T00:00:00Z") as line:
        written = {await line.interaction() for _ in range(7)}
        latest = call(anna_now, 10)

        assert written == {*(f"web:m{n}" for n in (0, 1, 2, 3, 4, 9)), "call_centre:c1"}
        assert await line.interaction() == latest


async def test_a_merge_is_told_and_the_subscription_goes_on_with_the_new_id(anna_now: Graph, url: str) -> None:
    async with following(url, by={"id": OLD}) as line:
        known_before_to_the_dwh(anna_now)
        merged, moved = await line.told(), await line.told()
        of_the_new = interaction("d1", "dwh", at=days(7), customer=CustomerRef("dwh", "0"))
        write_batch(anna_now, batch("dwh", interactions=(of_the_new,)))
        told = await line.told()

    assert (merged["__typename"], merged["kind"], merged["profilesAfter"]) == ("IdentityChanged", "merged", [NEW])
    assert moved == {"__typename": "ProfileIdChanged", "formerId": OLD, "profileId": NEW, "cursor": moved["cursor"]}
    assert (told["interaction"]["key"], told["profileId"]) == (of_the_new.key, NEW)
    async with following(url, by={"id": OLD}, after=told["cursor"]) as line:
        assert (await line.told())["__typename"] == "ProfileIdChanged"


async def test_a_profile_that_is_erased_ends_its_subscription(anna_now: Graph, url: str) -> None:
    async with following(url) as line:
        call(anna_now, 10)
        await line.told()
        anna_now.write(lambda transaction: delete_customers(transaction, ["crm:1", "shop:7"]))

        assert await _rest(line) == ["ProfileGone"]


async def _rest(line: Line) -> list[str]:
    """Kinds of what is told until the end."""
    found: list[str] = []
    while (message := await line.hear())["type"] == "next":
        found.append(message["payload"]["data"]["profileChanges"]["__typename"])
    assert message["type"] == "complete"
    return found


async def test_who_begins_now_is_told_nothing_of_before_however_much_was_just_written(
    anna_now: Graph, url: str
) -> None:
    many = tuple(interaction(f"many{n:03}", at=days(5), customer=crm("1")) for n in range(450))
    write_batch(anna_now, batch("web", interactions=many))

    async with following(url) as line:
        new = call(anna_now, 10)

        assert await line.interaction() == new
