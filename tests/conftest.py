# One database for the whole run, because a server takes six seconds to start: CDP_TEST_NEO4J_URI when it is set, else a
# private embedded server. NEO4J_URI is not looked at: the tests empty the database that they are given. Tests that need
# the embedded server itself carry the marker `embedded` and start their own.
import os
from collections.abc import Generator
from pathlib import Path

import pytest

from graph.address import Address
from graph.embedded.temporary import temporary_server

TESTS = Path(__file__).parent
FOLDER_MARKERS = {"unit", "integration", "end_to_end", "architecture"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        folder = item.path.relative_to(TESTS).parts[0]
        if folder in FOLDER_MARKERS:
            item.add_marker(folder)


@pytest.fixture(scope="session")
def neo4j_address() -> Generator[Address]:
    if "CDP_TEST_NEO4J_URI" in os.environ:
        user, password = os.environ.get("CDP_TEST_NEO4J_USER"), os.environ.get("CDP_TEST_NEO4J_PASSWORD")
        yield Address(os.environ["CDP_TEST_NEO4J_URI"], user, password)
    else:
        with temporary_server() as address:
            yield address
