# Whoever goes leaves nothing behind: no task, no reading, no connection. The server runs in the loop of the test, so
# that its tasks can be counted.
import asyncio
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

import pytest
import uvicorn

from api.access import keys
from api.app import create_app
from api.live import feed as feeds
from api.live import following as followed
from api.live.feed import ChangeFeed
from graph.address import Address
from graph.api_keys import NewKey, add_api_key, revoke_api_key
from graph.connection import Graph
from tests.asking import keyed_settings
from tests.integration.api.live.conftest import ANNA, Line, connected_line, following, until
from tests.integration.api.live.test_transports import streamed
from tests.server_process import free_port

pytestmark = pytest.mark.usefixtures("anna")
MANY = 200


@dataclass(frozen=True)
class Served:
    url: str
    server: uvicorn.Server
    feed: ChangeFeed

    @property
    def connections(self) -> int:
        return len(self.server.server_state.connections)


@asynccontextmanager
async def served_here(address: Address) -> AsyncGenerator[Served]:
    """An API in the loop of the test."""
    app, port = create_app(keyed_settings(), address), free_port()
    server = uvicorn.Server(uvicorn.Config(app, port=port, ws="websockets-sansio", log_config=None))
    running = asyncio.create_task(server.serve())
    await until(lambda: server.started)
    try:
        yield Served(f"http://127.0.0.1:{port}", server, app.state.backend.feed)
    finally:
        server.should_exit = True
        await running


def _tasks() -> int:
    return len(asyncio.all_tasks())


async def test_two_hundred_who_are_gone_leave_nothing(neo4j_address: Address) -> None:
    async with served_here(neo4j_address) as served:
        async with following(served.url):  # whatever is made once is made
            pass
        await asyncio.sleep(feeds.POLL_S)
        tasks = _tasks()
        async with AsyncExitStack() as stack:
            lines = [await stack.enter_async_context(connected_line(served.url)) for _ in range(MANY)]
            for line in lines:
                await line.subscribe(by=ANNA)
            await asyncio.gather(*(line.told() for line in lines))
            assert (served.feed.subscribers, served.feed.profiles) == (MANY, 1)
            for number, line in enumerate(lines):
                await _drop(line, politely=number % 2 == 0)

        await until(lambda: not (served.feed.subscribers or served.feed.profiles or served.connections))
        await until(lambda: _tasks() <= tasks)


async def test_streams_and_ended_subscriptions_leave_nothing(neo4j_address: Address) -> None:
    async with served_here(neo4j_address) as served, following(served.url) as line:
        tasks = _tasks()
        await line.subscribe(number="2", by={"customer": "shop:7"})
        assert (await line.told())["__typename"] == "FollowingBegan"
        await line.say("complete", id="2")
        for _ in range(5):
            async with streamed(served.url, by=ANNA) as (_, event):
                await event()
        await until(lambda: served.feed.subscribers == 1)
        await until(lambda: _tasks() <= tasks)


async def test_too_many_subscriptions_are_refused_and_those_that_are_there_go_on(
    neo4j_address: Address, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feeds, "MOST_OF_ONE_VIEWER", 2)
    async with served_here(neo4j_address) as served, following(served.url) as line:
        await line.subscribe(number="2", by=ANNA)
        assert (await line.told())["__typename"] == "FollowingBegan"
        await line.subscribe(number="3", by=ANNA)
        assert (await line.refusal())[0] == "UNAVAILABLE"
        await line.say("complete", id="2")
        await until(lambda: served.feed.subscribers == 1)
        await line.subscribe(number="4", by=ANNA)
        assert (await line.told())["__typename"] == "FollowingBegan"


async def test_who_may_no_longer_ask_is_told_nothing_more(
    anna: Graph, neo4j_address: Address, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keys, "KEPT_S", 0.1)
    monkeypatch.setattr(followed, "RENEWED_S", 0.1)
    add_api_key(anna, NewKey("agent", ("profile:read", "events:read"), None), "cdp_agent")
    async with served_here(neo4j_address) as served:
        payload = {"authorization": "Bearer cdp_agent"}
        async with connected_line(served.url, payload) as line:
            await line.subscribe(by=ANNA)
            assert (await line.told())["__typename"] == "FollowingBegan"
            revoke_api_key(anna, "agent")

            assert (await line.refusal())[0] == "UNAUTHENTICATED"
            assert served.feed.subscribers == 0


async def test_who_may_not_see_profiles_may_not_follow_them(anna: Graph, neo4j_address: Address) -> None:
    add_api_key(anna, NewKey("shop", ("events:read",), None), "cdp_shop")
    async with (
        served_here(neo4j_address) as served,
        connected_line(served.url, {"authorization": "Bearer cdp_shop"}) as line,
    ):
        await line.subscribe(by=ANNA)

        assert (await line.refusal())[0] == "FORBIDDEN"


async def _drop(line: Line, *, politely: bool) -> None:
    if politely:
        await line.socket.close()
    else:
        line.socket.transport.abort()
