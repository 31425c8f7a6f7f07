# A first load whose process or importer is killed in the middle leaves nothing behind, and can be done again.
import os
import signal
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from graph.address import Address
from graph.connection import open_graph
from graph.embedded.progress import SilentProgress
from graph.embedded.readiness import USER
from graph.embedded.server import EmbeddedServer
from graph.settings import cdp_settings
from loaders.sample.company import write_sample
from tests.integration.loaders.test_bulk_loading import new_server

pytestmark = pytest.mark.embedded

PATIENCE_S = 120


@pytest.fixture
def server(tmp_path: Path) -> Generator[EmbeddedServer]:
    found = new_server(tmp_path / "data")
    yield found
    found.stop(SilentProgress())


def loading(server: EmbeddedServer, company: Path) -> subprocess.Popen[str]:
    """`cdp load --bulk` in a process of its own."""
    places = {
        "CDP_DATA_DIR": server.home.folder.parent,
        "CDP_CACHE_DIR": cdp_settings().cache_dir,
        "CDP_BOLT_PORT": server.configuration.ports.bolt,
        "CDP_HTTP_PORT": server.configuration.ports.http,
        "CDP_HEAP": "512m",
    }
    command = [sys.executable, "-m", "api.commands", "load", "--bulk", "sample", "--data", str(company)]
    environment = os.environ | {name: str(value) for name, value in places.items()}
    pipe = subprocess.PIPE
    return subprocess.Popen(command, env=environment, stdout=pipe, stderr=pipe, text=True)


def importer_of(load: subprocess.Popen[str], server: EmbeddedServer) -> psutil.Process:
    """Neo4j's importer, as soon as it builds the store."""
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until and load.poll() is None:
        for child in psutil.Process(load.pid).children() if server.home.import_mark.exists() else ():
            with suppress(psutil.Error):  # another child that has just ended
                if "import" in child.cmdline():
                    return child
        time.sleep(0.02)
    raise AssertionError(load.communicate())


def test_a_killed_load_leaves_an_empty_database_and_can_be_done_again(server: EmbeddedServer, tmp_path: Path) -> None:
    company = tmp_path / "company"
    write_sample(100, 7, company)

    with loading(server, company) as load:
        importer_of(load, server).kill()
        _, said = load.communicate(timeout=PATIENCE_S)
    assert load.returncode == 3, said
    assert "importer ended" in said
    assert "The database is empty." in said

    with loading(server, company) as load:
        importer_of(load, server)
        load.kill()
    assert load.returncode == -signal.SIGKILL
    assert server.home.import_mark.exists()

    with loading(server, company) as load:
        _, said = load.communicate(timeout=PATIENCE_S)
    assert load.returncode == 0, said
    assert not server.home.import_mark.exists()
    endpoint, people = server.endpoint(), len((company / "crm" / "customers.csv").read_text("latin-1").splitlines()) - 1
    with open_graph(Address(endpoint.uri, USER, endpoint.password)) as graph:
        known = [row["key"] for row in graph.read("list_customer_keys") if row["key"].startswith("crm:")]
    assert len(known) == people
