# A small company with a model of its own, where the application looks for it. Made once for each module: those that
# only read share it, those that decide and resolve tell one story each.
from collections.abc import AsyncGenerator, Generator

import pytest
import pytest_asyncio

from graph.address import Address
from graph.connection import Graph
from graph.settings import cdp_settings
from tests.integration.api.conftest import Ask, asking, connected
from tests.integration.resolution.company import Company


@pytest.fixture(scope="module")
def company(connected_graph: Graph, tmp_path_factory: pytest.TempPathFactory) -> Generator[Company]:
    folder = tmp_path_factory.mktemp("cdp")
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("CDP_DATA_DIR", str(folder))
        cdp_settings.cache_clear()
        yield Company.of_eight(connected_graph, folder / "models")
    cdp_settings.cache_clear()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def ask_company(company: Company, neo4j_address: Address) -> AsyncGenerator[Ask]:
    """Ask an application that knows the company's model, and that a busy machine does not make impatient."""
    del company
    async with connected(neo4j_address, deadline_s=60) as client:
        yield asking(client)
