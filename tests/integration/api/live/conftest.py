# Subscriptions are followed over real sockets. One server for each module, in a thread; what a test writes is committed
# before it is told, so a test waits for what it is told and never for a time.
import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
import websockets
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from api.operation.serving import serving
from graph.address import Address
from tests.asking import API_KEY, AUTHORIZED, keyed_settings

PROTOCOL = "graphql-transport-ws"
CHANGES = """
subscription ($by: ProfileBy!, $since: DateTime, $after: String) {
  profileChanges(by: $by, since: $since, after: $after) {
    __typename
    ... on FollowingBegan { cursor profileId }
    ... on InteractionWritten { cursor profileId interaction { key name at properties } }
    ... on IdentityChanged { cursor profileId kind cause profilesBefore profilesAfter }
    ... on ProfileIdChanged { cursor formerId profileId }
    ... on ProfileGone { cursor formerId }
    ... on UnknownIdentity { reason }
  }
}
"""
# A busy machine is no reason to fail.
PATIENCE_S = 20.0
ANNA = {"customer": "crm:1"}
INTRODUCTION = {name.lower(): text for name, text in AUTHORIZED.items()}


@pytest.fixture(scope="module")
def url(neo4j_address: Address) -> Generator[str]:
    with serving(neo4j_address, keyed_settings()) as url:
        yield url


PROGRAM = """
import sys
from api.operation.serving import serve
from api.settings import ApiSettings
from graph.address import Address
from tests.asking import API_KEY, AUTHORIZED, keyed_settings
settings = ApiSettings(_env_file=None, api_port=0, drain_s=0)
serve(Address(*sys.argv[1:]), settings, on_ready=lambda url: print(url, flush=True))
"""


@dataclass(frozen=True)
class ApiProcess:
    """An API in a process of its own."""

    url: str
    process: subprocess.Popen[str]


@contextmanager
def api_process(address: Address) -> Generator[ApiProcess]:
    known = filter(None, (address.uri, address.user, address.password))
    command, environment = [sys.executable, "-c", PROGRAM, *known], {**os.environ, "CDP_API_KEY": API_KEY}
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield ApiProcess(process.stdout.readline().strip(), process)
        finally:
            process.kill()


async def until(is_so: Callable[[], bool]) -> None:
    """Wait until it is so."""
    async with asyncio.timeout(PATIENCE_S):
        while not is_so():  # noqa: ASYNC110 -- nobody tells when it is
            await asyncio.sleep(0.02)


class Line:
    """One WebSocket, and what is told over it."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket

    async def say(self, kind: str, **more: Any) -> None:
        await self.socket.send(json.dumps({"type": kind, **more}))

    async def hear(self) -> dict[str, Any]:
        async with asyncio.timeout(PATIENCE_S):
            return json.loads(await self.socket.recv())

    async def subscribe(self, query: str = CHANGES, number: str = "1", **variables: Any) -> None:
        await self.say("subscribe", id=number, payload={"query": query, "variables": variables})

    async def told(self) -> dict[str, Any]:
        """The next change."""
        message = await self.hear()
        assert message["type"] == "next", message
        return message["payload"]["data"]["profileChanges"]

    async def interaction(self) -> str:
        """Key of the interaction that is told next."""
        return (await self.told())["interaction"]["key"]

    async def refusal(self) -> tuple[str, str]:
        """Code and words of the error that is told next."""
        message = await self.hear()
        assert message["type"] == "error", message
        (error,) = message["payload"]
        return error["extensions"]["code"], error["message"]

    async def closed(self) -> int | None:
        """Why the server closed the connection."""
        with pytest.raises(websockets.ConnectionClosed) as closed:
            await self.hear()
        return closed.value.rcvd.code if closed.value.rcvd else None


@asynccontextmanager
async def connected_line(url: str, payload: dict[str, Any] | None = None) -> AsyncGenerator[Line]:
    """A connection that was let in."""
    async with opened_line(url) as line:
        await line.say("connection_init", payload=payload or INTRODUCTION)
        assert (await line.hear())["type"] == "connection_ack"
        yield line


@asynccontextmanager
async def opened_line(url: str, protocol: str = PROTOCOL, **headers: str) -> AsyncGenerator[Line]:
    """A connection that has not said yet who it is."""
    address = url.replace("http://", "ws://") + "/graphql"
    async with connect(address, subprotocols=[Subprotocol(protocol)], additional_headers=headers) as socket:
        yield Line(socket)


@asynccontextmanager
async def following(url: str, **variables: Any) -> AsyncGenerator[Line]:
    """A subscription that has begun: nothing that is written from now on is missed."""
    async with connected_line(url) as line:
        await line.subscribe(CHANGES, "1", **({"by": ANNA} | variables))
        assert (await line.told())["__typename"] == "FollowingBegan"
        yield line
