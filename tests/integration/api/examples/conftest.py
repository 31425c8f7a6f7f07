# An application that a busy machine does not make impatient: an example asks several statements that are planned first.
from collections.abc import AsyncGenerator

import pytest_asyncio
from httpx import AsyncClient

from graph.address import Address
from tests.integration.api.conftest import connected


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def client(neo4j_address: Address) -> AsyncGenerator[AsyncClient]:
    async with connected(neo4j_address, deadline_s=60) as client:
        yield client
