# One database for the whole run, because a server takes six seconds to start: a container when CDP_TEST_SERVER=docker,
# the server of CDP_TEST_NEO4J_URI when that is set, else a private embedded server. NEO4J_URI is not looked at: the
# tests empty the database that they are given. Tests that need the embedded server itself carry the marker `embedded`
# and start their own.
import os
import secrets
from collections.abc import AsyncGenerator, Generator
from pathlib import Path

import pytest
import pytest_asyncio
from hypothesis import HealthCheck, settings

from api.settings import api_settings
from api.tracking.settings import tracking_settings
from graph.address import Address
from graph.connection import AsyncGraph, Graph, open_async_graph, open_graph
from graph.constraints import install_schema
from graph.embedded.temporary import temporary_server
from graph.settings import cdp_settings, neo4j_settings
from loaders.settings import load_settings

# A busy machine is no reason to fail: examples may take as long as they take. Those that share a fixture, as the
# database, empty it themselves.
ALLOWED = (HealthCheck.too_slow, HealthCheck.function_scoped_fixture)
settings.register_profile("patient", deadline=None, suppress_health_check=ALLOWED)
settings.load_profile("patient")

TESTS = Path(__file__).parent
FOLDER_MARKERS = {"unit", "integration", "end_to_end", "architecture"}
# Each is read once per process; a test, however, has the environment that it makes, whatever ran before it.
SETTINGS = (neo4j_settings, cdp_settings, load_settings, api_settings, tracking_settings)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        folder = item.path.relative_to(TESTS).parts[0]
        if folder in FOLDER_MARKERS:
            item.add_marker(folder)


@pytest.fixture(autouse=True)
def settings_of_this_test() -> Generator[None]:
    """No settings that an earlier test has read; what this one has read is forgotten after its environment is."""
    forget_settings()
    yield
    forget_settings()


def forget_settings() -> None:
    for read in SETTINGS:
        read.cache_clear()


@pytest.fixture(scope="session")
def neo4j_address() -> Generator[Address]:
    if os.environ.get("CDP_TEST_SERVER") == "docker":
        yield from container_address()
    elif "CDP_TEST_NEO4J_URI" in os.environ:
        user, password = os.environ.get("CDP_TEST_NEO4J_USER"), os.environ.get("CDP_TEST_NEO4J_PASSWORD")
        yield Address(os.environ["CDP_TEST_NEO4J_URI"], user, password)
    else:
        with temporary_server() as address:
            yield address


def container_address() -> Generator[Address]:
    # Imported here: most runs have no Docker, and the module asks for it.
    from testcontainers.community.neo4j import Neo4jContainer

    image = os.environ.get("CDP_NEO4J_IMAGE") or "neo4j:5.26-community"
    with Neo4jContainer(image, username="neo4j", password=secrets.token_hex(16)) as container:
        yield Address(container.get_connection_url(), container.username, container.password)


@pytest.fixture(scope="session")
def connected_graph(neo4j_address: Address) -> Generator[Graph]:
    with open_graph(neo4j_address) as graph:
        install_schema(graph)
        yield graph


@pytest.fixture
def graph(connected_graph: Graph) -> Graph:
    """An empty database with its constraints."""
    connected_graph.run_alone("erase_everything")
    return connected_graph


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def async_graph(neo4j_address: Address) -> AsyncGenerator[AsyncGraph]:
    """For reads; take ``graph`` as well for an empty database to begin with."""
    async with open_async_graph(neo4j_address) as graph:
        yield graph


@pytest.fixture
def command_environment(neo4j_address: Address, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """The environment of a command as a shell would set it; settings are read once per process."""
    monkeypatch.setenv("NEO4J_URI", neo4j_address.uri)
    if neo4j_address.user and neo4j_address.password:
        monkeypatch.setenv("NEO4J_USER", neo4j_address.user)
        monkeypatch.setenv("NEO4J_PASSWORD", neo4j_address.password)
    monkeypatch.setenv("CDP_DATA_DIR", str(tmp_path / "cdp"))
    forget_settings()
    return monkeypatch
