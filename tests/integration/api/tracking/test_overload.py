# More arrives than can be written: clients are told when to come again, memory stays flat, nothing is lost.
import asyncio
import threading
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

import httpx
import psutil
import pytest

from api.tracking.grouped_writer import Bounds, GroupedWriter
from api.tracking.problems import BUSY, TOO_SLOW, UNAVAILABLE, ProblemError
from graph.address import Address
from graph.connection import Graph
from graph.errors import GraphError, GraphUnavailableError
from graph.kinds import SourceKind
from graph.messages import MessagesWritten
from graph.records import InteractionRecord, MessageRecords
from graph.sources import NewSource, add_source
from tests.assertions import nodes
from tests.integration.api.tracking.conftest import KEY, data_folder, limited_server

NOTHING = MessagesWritten(0, frozenset())
BOUNDS = Bounds(group=10, waiting=20, deadline_s=5)
CLIENTS, REQUESTS = 24, 6


def message(message_id: str = "m1") -> MessageRecords:
    return MessageRecords(InteractionRecord("web", message_id, "track", "Product Viewed", datetime.now(UTC)))


def ids(messages: Sequence[MessageRecords]) -> list[str]:
    return [message.interaction.message_id for message in messages]


class Database:
    """Notes what is written; refuses poison, and stands still while the gate is shut."""

    def __init__(self) -> None:
        self.groups: list[list[str]] = []
        self.gate = threading.Event()
        self.gate.set()
        self.is_away = False

    def __call__(self, messages: Sequence[MessageRecords]) -> MessagesWritten:
        self.gate.wait(10)
        if self.is_away:
            raise GraphUnavailableError("Neo4j does not answer.", "")
        if "poison" in ids(messages):
            raise GraphError("Neo4j refused a statement.", "")
        self.groups.append(ids(messages))
        return NOTHING


def writer(database: Callable[[Sequence[MessageRecords]], MessagesWritten], bounds: Bounds = BOUNDS) -> GroupedWriter:
    return GroupedWriter(database, lambda _: None, bounds)


async def test_requests_of_one_moment_are_written_together() -> None:
    database = Database()
    async with writer(database) as writing:
        await asyncio.gather(*(writing.write([message(f"m{number}")]) for number in range(8)))

    assert database.groups == [[f"m{number}" for number in range(8)]]


async def test_one_message_that_the_database_refuses_is_no_harm_to_the_others() -> None:
    database = Database()
    async with writer(database) as writing:
        answers = await asyncio.gather(
            writing.write([message("a"), message("b")]),
            writing.write([message("c"), message("poison"), message("d")]),
            writing.write([message("e")]),
        )

    assert answers == [[], [1], []]
    assert sorted(one for group in database.groups for one in group) == ["a", "b", "c", "d", "e"]


async def test_what_waits_is_bounded_and_what_was_taken_is_written() -> None:
    database = Database()
    database.gate.clear()
    async with writer(database) as writing:
        taken = [asyncio.create_task(writing.write([message()] * 10))]
        await asyncio.sleep(0.1)  # the first group is being written
        taken += [asyncio.create_task(writing.write([message()] * 10)) for _ in range(2)]
        await asyncio.sleep(0.01)
        with pytest.raises(ProblemError) as caught:
            await writing.write([message()])
        database.gate.set()
        await asyncio.gather(*taken)

    assert caught.value.problem is BUSY
    assert sum(map(len, database.groups)) == 30


async def test_a_database_that_is_away_is_told_to_all_who_wait_at_once() -> None:
    database = Database()
    database.is_away = True
    async with writer(database) as writing:
        found = await asyncio.gather(*(writing.write([message()] * 8) for _ in range(2)), return_exceptions=True)
        database.is_away = False
        again = await writing.write([message()])

    assert [error.problem for error in found if isinstance(error, ProblemError)] == [UNAVAILABLE] * 2
    assert again == []


async def test_a_database_that_is_slow_is_not_waited_for_without_end() -> None:
    database = Database()
    database.gate.clear()
    async with writer(database, Bounds(group=10, waiting=20, deadline_s=0.1)) as writing:
        first = asyncio.create_task(writing.write([message("first")]))
        await asyncio.sleep(0.05)
        with pytest.raises(ProblemError) as caught:
            await writing.write([message("second")])
        await asyncio.gather(first, return_exceptions=True)
        database.gate.set()

    assert caught.value.problem is TOO_SLOW
    assert ["second"] not in database.groups, "nobody waits for it any more"


def flood(url: str, client_number: int, outcome: list[tuple[int, str, list[str]]]) -> None:
    with httpx.Client(base_url=url, timeout=60) as client:
        for number in range(REQUESTS):
            batch: list[dict[str, Any]] = [
                {"type": "page", "anonymousId": f"a{client_number}", "messageId": f"{client_number}-{number}-{part}"}
                | {"properties": {"filler": "x" * 20_000}}
                for part in range(20)
            ]
            answer = client.post("/v1/batch", json={"batch": batch}, auth=(KEY, ""))
            sent = [message["messageId"] for message in batch]
            outcome.append((answer.status_code, answer.headers.get("retry-after", ""), sent))


def test_a_flood_is_told_to_come_again_and_takes_no_memory(
    neo4j_address: Address, graph: Graph, tmp_path_factory: pytest.TempPathFactory
) -> None:
    add_source(graph, NewSource("web", SourceKind.WEB, "web"), KEY)
    outcome: list[tuple[int, str, list[str]]] = []
    with (
        data_folder(tmp_path_factory.mktemp("cdp")),
        limited_server(neo4j_address, waiting_messages=100, group_messages=50) as url,
    ):
        threads = [threading.Thread(target=flood, args=(url, number, outcome)) for number in range(CLIENTS)]
        before = psutil.Process().memory_info().rss
        most = before
        for thread in threads:
            thread.start()
        while any(thread.is_alive() for thread in threads):
            most = max(most, psutil.Process().memory_info().rss)
            time.sleep(0.02)

    statuses = {(status, retry) for status, retry, _ in outcome}
    taken = {f"web:{one}" for status, _, sent in outcome if status == 200 for one in sent}
    assert statuses == {(200, ""), (429, "1")}
    assert taken == {key for (key,) in nodes(graph, "Interaction", "key")}
    assert most - before < 150_000_000, "58 MB were sent"
