# What was acknowledged is there, exactly once, whoever is killed: the API or Neo4j itself, each three times under load.
import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Generator
from pathlib import Path
from typing import Any, Self

import httpx
import pytest

from graph.address import Address
from graph.connection import Graph, open_graph
from graph.constraints import install_schema
from graph.embedded.configuration import Home, Ports, ServerConfiguration
from graph.embedded.ports import free_port
from graph.embedded.progress import SilentProgress
from graph.embedded.readiness import USER
from graph.embedded.server import EmbeddedServer
from graph.kinds import SourceKind
from graph.settings import cdp_settings
from graph.sources import NewSource, add_source
from tests.assertions import nodes
from tests.integration.api.tracking.conftest import KEY

pytestmark = pytest.mark.embedded

SENDERS, KILLS = 4, 3
SILENT = SilentProgress()
SERVER = """
import sys
from api.operation.serving import serve
from api.settings import ApiSettings
from graph.address import Address
port, *address = sys.argv[1:]
serve(Address(*address), ApiSettings(_env_file=None, api_port=port), on_ready=lambda url: print(url, flush=True))
"""


class Api:
    """An API process that can be killed and started again at its port."""

    def __init__(self, address: Address, folder: Path) -> None:
        self.port = free_port()
        known = [part for part in (address.uri, address.user, address.password) if part]
        self._command = [sys.executable, "-c", SERVER, str(self.port), *known]
        self._environment = {**os.environ, "CDP_DATA_DIR": str(folder), "CDP_TRACKING_DEADLINE_S": "20"}
        self._process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        self._process = subprocess.Popen(self._command, stdout=subprocess.PIPE, text=True, env=self._environment)
        assert self._process.stdout is not None
        self._process.stdout.readline()

    def kill(self) -> None:
        assert self._process is not None
        self._process.kill()
        self._process.wait()
        assert self._process.stdout is not None
        self._process.stdout.close()


class Load:
    """Clients that send what they have until it is acknowledged, as SDKs do."""

    def __init__(self, port: int, name: str) -> None:
        self._url, self._name = f"http://127.0.0.1:{port}", name
        self.acknowledged = set[str]()
        self.odd = set[int]()
        self._is_over = threading.Event()
        self._threads = [threading.Thread(target=self._send, args=(number,)) for number in range(SENDERS)]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_over.set()
        for thread in self._threads:
            thread.join()

    def wait_for_more(self, count: int = 20) -> None:
        wanted, until = len(self.acknowledged) + count, time.monotonic() + 120
        while len(self.acknowledged) < wanted and time.monotonic() < until:
            time.sleep(0.05)
        assert len(self.acknowledged) >= wanted, "nothing was acknowledged any more"

    def _send(self, sender: int) -> None:
        number = 0
        with httpx.Client(base_url=self._url, timeout=40) as client:
            while not self._is_over.is_set():
                batch = [_message(f"{self._name}-{sender}-{number}-{part}", sender, part) for part in range(5)]
                if self._is_acknowledged(client, batch):
                    self.acknowledged |= {message["messageId"] for message in batch}
                    number += 1

    def _is_acknowledged(self, client: httpx.Client, batch: list[dict[str, Any]]) -> bool:
        try:
            answer = client.post("/v1/batch", json={"batch": batch}, auth=(KEY, ""))
        except httpx.TransportError:
            time.sleep(0.1)
            return False
        if answer.status_code != 200:
            if answer.status_code not in {429, 503} or not answer.headers.get("retry-after", "").isdigit():
                self.odd.add(answer.status_code)
            time.sleep(0.1)
        return answer.status_code == 200


def _message(message_id: str, sender: int, part: int) -> dict[str, Any]:
    user = {"userId": f"u{sender}"} if part else {}
    return {"type": "page", "messageId": message_id, "anonymousId": f"a{sender}", **user}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Generator[EmbeddedServer]:
    """A Neo4j to be killed, which keeps its data; started where another test ended it."""
    configuration = ServerConfiguration(Ports(free_port(), None), "512m", "64m", quick=True)
    server = EmbeddedServer(Home(tmp_path_factory.mktemp("neo4j") / "home"), configuration, cdp_settings().cache_dir)
    server.start(SILENT)
    yield server
    server.stop(SILENT)


@pytest.fixture(scope="module")
def api(server: EmbeddedServer, tmp_path_factory: pytest.TempPathFactory) -> Generator[Api]:
    with open_graph(address_of(server)) as graph:
        install_schema(graph)
        add_source(graph, NewSource("web", SourceKind.WEB, "web"), KEY)
    api = Api(address_of(server), tmp_path_factory.mktemp("cdp"))
    api.start()
    yield api
    api.kill()


def address_of(server: EmbeddedServer) -> Address:
    endpoint = server.endpoint()
    return Address(endpoint.uri, USER, endpoint.password)


def assert_all_are_there_once(load: Load, server: EmbeddedServer, name: str) -> None:
    with open_graph(address_of(server)) as graph:
        found = {key.removeprefix("web:") for (key,) in nodes(graph, "Interaction", "key")}
        hung = Counter(key for key, _ in _pairs(graph))

    assert load.acknowledged <= found
    assert {count for key, count in hung.items() if key.startswith(f"web:{name}")} == {1}
    assert load.odd == set()


def _pairs(graph: Graph) -> list[tuple[str, str]]:
    """Every interaction with its session, as often as it hangs there: a set would hide what is there twice."""
    with graph.driver.session(database=graph.database) as session:
        found = session.run("MATCH (i:Interaction)-[:IN_SESSION]->(s) RETURN i.key, s.key")
        return [(record[0], record[1]) for record in found]


def test_whoever_kills_the_api_loses_nothing_that_was_acknowledged(api: Api, server: EmbeddedServer) -> None:
    with Load(api.port, "api") as load:
        for _ in range(KILLS):
            load.wait_for_more()
            api.kill()
            api.start()
        load.wait_for_more()

    assert_all_are_there_once(load, server, "api")


def test_whoever_kills_the_database_loses_nothing_that_was_acknowledged(api: Api, server: EmbeddedServer) -> None:
    with Load(api.port, "neo4j") as load:
        for _ in range(KILLS):
            load.wait_for_more()
            pid = server.status().pid
            assert pid is not None
            os.kill(pid, signal.SIGKILL)
            while server.status().running:
                time.sleep(0.05)
            server.start(SILENT)
        load.wait_for_more()

    assert_all_are_there_once(load, server, "neo4j")
