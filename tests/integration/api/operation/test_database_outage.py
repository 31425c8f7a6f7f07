import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import pytest

from graph.address import Address
from tests.integration.api.conftest import connected

LEVELS = {"query": "{ confidenceLevels { default } }"}


class Line:
    """A line to the database that can be cut and mended."""

    def __init__(self, port: int) -> None:
        self._port, self._ends = port, set[asyncio.StreamWriter]()
        self.is_cut = False

    def cut(self) -> None:
        self.is_cut = True
        for end in self._ends:
            end.close()
        self._ends.clear()

    async def carry(self, reading: asyncio.StreamReader, writing: asyncio.StreamWriter) -> None:
        if self.is_cut:
            writing.close()
            return
        there_reading, there_writing = await asyncio.open_connection("127.0.0.1", self._port)
        self._ends |= {writing, there_writing}
        await asyncio.gather(_pump(reading, there_writing), _pump(there_reading, writing))


async def _pump(reading: asyncio.StreamReader, writing: asyncio.StreamWriter) -> None:
    try:
        while data := await reading.read(65_536):
            writing.write(data)
            await writing.drain()
    except OSError:
        pass
    finally:
        writing.close()


@asynccontextmanager
async def line_to(address: Address) -> AsyncGenerator[tuple[Line, Address]]:
    line = Line(urlsplit(address.uri).port or 7687)
    server = await asyncio.start_server(line.carry, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    try:
        yield line, Address(f"bolt://127.0.0.1:{port}", address.user, address.password, address.database)
    finally:
        line.cut()
        server.close()


@pytest.mark.usefixtures("connected_graph")
async def test_an_outage_is_told_and_passes(neo4j_address: Address) -> None:
    async with line_to(neo4j_address) as (line, address), connected(address) as client:
        assert (await client.get("/readyz")).status_code == 200
        line.cut()
        await asyncio.sleep(1.1)  # readiness and levels are kept for a second
        failed, readiness = await client.post("/graphql", json=LEVELS), await client.get("/readyz")
        alive = await client.get("/livez")
        line.is_cut = False
        await asyncio.sleep(1.1)
        mended, ready_again = await client.post("/graphql", json=LEVELS), await client.get("/readyz")

    (error,) = failed.json()["errors"]
    assert (error["extensions"]["code"], error["path"]) == ("UNAVAILABLE", ["confidenceLevels"])
    assert "127.0.0.1" not in failed.text
    assert (readiness.status_code, readiness.json()["database"]) == (503, "does not answer")
    assert alive.status_code == 200
    assert ("errors" in mended.json(), ready_again.status_code) == (False, 200)


async def test_a_connection_that_was_lost_between_two_requests_costs_none(neo4j_address: Address) -> None:
    async with line_to(neo4j_address) as (line, address), connected(address) as client:
        await client.post("/graphql", json=LEVELS)
        line.cut()
        line.is_cut = False
        await asyncio.sleep(1.1)
        again = await client.post("/graphql", json=LEVELS)

    assert "errors" not in again.json()
