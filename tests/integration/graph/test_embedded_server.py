# One server in a data folder of its own for all tests here; each test starts it when another one ended it.
import json
import os
import signal
import stat
import subprocess
import sys
from collections.abc import Generator
from dataclasses import replace
from pathlib import Path

import psutil
import pytest
import requests
from neo4j import GraphDatabase

from graph.address import Address
from graph.batches import batched
from graph.connection import open_graph
from graph.embedded.installation import install
from graph.embedded.ports import free_port
from graph.embedded.process import ServerProcess
from graph.embedded.progress import SilentProgress
from graph.embedded.readiness import USER
from graph.embedded.server import EmbeddedServer, ServerStatus, embedded_server
from graph.errors import EmbeddedServerError, PortInUseError, ServerExitedError, StorageError
from graph.settings import CdpSettings, cdp_settings
from graph.surroundings import BlockQuery, find_block_members

pytestmark = pytest.mark.embedded

WITH_PARTS = "UNWIND $keys AS key CREATE (:Customer {key: key, blocking_parts: ['family_name:ilg']})"
ROOT = Path(__file__).parents[3]
SILENT = SilentProgress()


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> CdpSettings:
    return CdpSettings(
        guards_file=None,
        survivorship_file=None,
        data_dir=tmp_path_factory.mktemp("data"),
        cache_dir=cdp_settings().cache_dir,
        bolt_port=free_port(),
        http_port=free_port(),
        heap="512m",
        page_cache="64m",
    )


@pytest.fixture(scope="module")
def server(settings: CdpSettings) -> Generator[EmbeddedServer]:
    lasting = embedded_server(settings)
    server = replace(lasting, configuration=replace(lasting.configuration, quick=True))
    yield server
    server.stop(SILENT)


@pytest.fixture
def running(server: EmbeddedServer) -> ServerStatus:
    return server.start(SILENT)


def run_command(settings: CdpSettings, *arguments: str) -> subprocess.Popen[str]:
    """``cdp neo4j`` in a process of its own."""
    program = "from graph.commands import neo4j_app; neo4j_app()"
    names = {"PATH", "HOME", "LANG"} & os.environ.keys()
    environment = {name: os.environ[name] for name in names} | {
        f"CDP_{name.upper()}": str(value) for name, value in settings.model_dump().items()
    }
    return subprocess.Popen(
        [sys.executable, "-c", program, *arguments],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )


def numbers_in(server: EmbeddedServer, statement: str) -> list[int]:
    endpoint = server.endpoint()
    with GraphDatabase.driver(endpoint.uri, auth=endpoint.credentials) as driver, driver.session() as session:
        return [record[0] for record in session.run(statement)]  # pyright: ignore[reportArgumentType]


def test_a_second_start_finds_the_running_one(server: EmbeddedServer, running: ServerStatus) -> None:
    assert server.start(SILENT) == running


def test_it_listens_on_loopback_only(running: ServerStatus) -> None:
    assert running.pid is not None
    listening = {
        connection.laddr.ip  # pyright: ignore[reportAttributeAccessIssue]
        for connection in psutil.Process(running.pid).net_connections()
        if connection.status == psutil.CONN_LISTEN
    }
    assert {address.removeprefix("::ffff:") for address in listening} == {"127.0.0.1"}


def test_the_password_stands_in_a_file_of_its_owner_and_nowhere_else(running: ServerStatus) -> None:
    assert running.pid is not None
    file = Path(running.password_file)
    password = file.read_text().strip()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert len(password) >= 32
    process = psutil.Process(running.pid)
    assert password not in " ".join(process.cmdline()) + str(process.environ())
    texts = [one for one in Path(running.home).rglob("*") if one.suffix in {".conf", ".log", ".json"}]
    assert texts
    assert not [one for one in texts if password in one.read_text(errors="replace")]


def test_a_wrong_password_is_refused_in_words(server: EmbeddedServer, running: ServerStatus) -> None:
    file = Path(running.password_file)
    password = file.read_text()
    file.write_text("wrong")
    try:
        with pytest.raises(EmbeddedServerError, match="refuses the password"):
            server.start(SILENT)
        assert not server.status().ready
        file.unlink()
        with pytest.raises(StorageError, match="password of the database is gone"):
            server.start(SILENT)
    finally:
        file.write_text(password)
        file.chmod(0o600)


def test_neo4j_browser_is_served_and_kept_from_calling_home(running: ServerStatus) -> None:
    assert running.browser_url is not None
    page = requests.get(running.browser_url, timeout=10)
    assert "Neo4j Browser" in page.text
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "https:" not in policy
    assert page.headers["Access-Control-Allow-Origin"] != "*"


def test_after_a_kill_two_starts_at_once_end_with_one_server_and_all_data(
    settings: CdpSettings, server: EmbeddedServer, running: ServerStatus
) -> None:
    assert running.pid is not None
    numbers_in(server, "MERGE (n:Kept {number: 7}) RETURN n.number")
    os.kill(running.pid, signal.SIGKILL)
    with run_command(settings, "start", "--json") as one, run_command(settings, "start", "--json") as other:
        answers = [json.loads(started.communicate()[0]) for started in (one, other)]
    assert answers[0] == answers[1]
    assert answers[0]["pid"] != running.pid
    assert psutil.Process(answers[0]["pid"]).is_running(), "it outlives the command that started it"
    assert numbers_in(server, "MATCH (n:Kept) RETURN n.number") == [7]


def test_after_a_kill_everybody_is_found_whose_blocking_parts_were_committed(
    server: EmbeddedServer, running: ServerStatus
) -> None:
    endpoint, people = server.endpoint(), [f"crm:{number}" for number in range(2_000)]
    address = Address(endpoint.uri, USER, endpoint.password)
    with open_graph(address) as graph:
        graph.run_alone("create_customer_blocking")
        graph.run_alone("get_indexes_online")
        for some in batched(people, 500):
            graph.driver.execute_query(WITH_PARTS, keys=some)  # pyright: ignore[reportArgumentType]
        assert running.pid is not None
        os.kill(running.pid, signal.SIGKILL)
    server.start(SILENT)

    with open_graph(address) as graph:
        (found,) = find_block_members(graph, [BlockQuery(("family_name:ilg",), len(people) + 1)]).blocks

    assert found == frozenset(people)


def test_a_stop_ends_it_and_a_reset_deletes_its_database_and_nothing_else(
    settings: CdpSettings, server: EmbeddedServer, running: ServerStatus
) -> None:
    assert running.pid is not None
    beside = settings.data_dir / "report.json"
    beside.write_text("{}")
    with run_command(settings, "stop", "--json") as stopping:
        assert json.loads(stopping.communicate()[0]) == {"stopped": True}
    assert not ServerProcess(running.pid, server.home).is_alive()
    assert server.stop(SILENT) is False
    with run_command(settings, "reset", "--yes", "--json") as resetting:
        assert json.loads(resetting.communicate()[0]) == {"deleted": True, "home": running.home}
    assert not server.home.folder.exists()
    assert beside.exists()
    assert server.reset(SILENT) is False


def test_a_used_port_leaves_nothing_half_started(settings: CdpSettings, running: ServerStatus, tmp_path: Path) -> None:
    other = settings.model_copy(update={"data_dir": tmp_path})
    with pytest.raises(PortInUseError, match=f"Port {settings.bolt_port} is in use"):
        embedded_server(other).start(SILENT)
    assert running.ready
    assert not embedded_server(other).status().running


def test_a_server_that_dies_at_start_gives_its_last_words(settings: CdpSettings, tmp_path: Path) -> None:
    free = {"bolt_port": free_port(), "http_port": free_port(), "data_dir": tmp_path}
    server = embedded_server(settings.model_copy(update={**free, "page_cache": "9000000g"}))
    with pytest.raises(ServerExitedError, match="CDP_PAGE_CACHE") as caught:
        server.start(SILENT)
    assert "page cache" in caught.value.problem.lower() or "memory" in caught.value.problem.lower()
    assert not server.status().running
    assert (server.endpoint().password or "") not in str(caught.value)


def test_everything_is_installed_already(settings: CdpSettings) -> None:
    assert install(settings.cache_dir, SILENT, repository_url="http://127.0.0.1:1").missing() == []
