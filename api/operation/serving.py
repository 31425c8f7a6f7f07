"""Serving: the API on 127.0.0.1 with uvicorn, in the foreground or beside other work.

uvicorn finishes running requests on SIGTERM and Ctrl-C and then closes the driver; other servers dropped connections.
"""

import asyncio
import gc
import socket
from collections.abc import Callable, Generator
from contextlib import contextmanager
from threading import Event, Thread
from time import monotonic

import uvicorn

from api.app import create_app
from api.live.feed import ChangeFeed
from api.settings import ApiSettings, api_settings
from graph.address import Address, resolve_address
from graph.connection import open_async_graph
from graph.errors import GraphUnavailableError, PortInUseError

HOST = "127.0.0.1"
DRAIN_S = 10
START_S = 30.0
# Connections, most of them idle: every browser keeps the one over which it sent a tracking call for a while.
MOST_AT_ONCE = 1_000
# So many new objects before Python looks for cycles among them. Calls make many that live for milliseconds: at its own
# 700 a fifth of the processor time of a tracked event went there.
NEW_OBJECTS = 10_000


def serve(
    address: Address | None = None, settings: ApiSettings | None = None, on_ready: Callable[[str], None] | None = None
) -> None:
    """Serve until SIGTERM or Ctrl-C. ``on_ready`` is called once with the address of the API.

    Raises PortInUseError, GraphUnavailableError, and what resolving the address raises.
    """
    chosen = settings or api_settings()
    target = address or resolve_address()
    asyncio.run(_reach(target))
    gc.set_threshold(NEW_OBJECTS)
    listener = _listener(chosen.api_port)
    with listener:
        server = _server(chosen, target)
        server.on_started = lambda: on_ready(_url(listener)) if on_ready else None
        server.run(sockets=[listener])


@contextmanager
def serving(address: Address, settings: ApiSettings | None = None) -> Generator[str]:
    """Serve in a thread while the block runs; gives the address of the API, such as ``http://127.0.0.1:8000``.

    Raises PortInUseError, GraphUnavailableError.
    """
    chosen = settings or api_settings()
    with _listener(chosen.api_port) as listener:
        server, started = _server(chosen, address), Event()
        server.on_started = started.set
        thread = Thread(target=server.run, kwargs={"sockets": [listener]}, name="api", daemon=True)
        thread.start()
        try:
            _wait_until_started(started, thread)
            yield _url(listener)
        finally:
            server.should_exit = True
            thread.join(DRAIN_S + 5)


class ApiServer(uvicorn.Server):
    """uvicorn that says when it can be asked."""

    on_started: Callable[[], None]
    feed: Callable[[], ChangeFeed]

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then say so."""
        await super().startup(sockets)
        if self.started:
            self.on_started()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Tell those who follow changes to go on elsewhere, then stop: WebSockets are closed with 1012."""
        await self.feed().stop()
        await super().shutdown(sockets)


def _server(settings: ApiSettings, address: Address) -> ApiServer:
    app = create_app(settings, address)
    configuration = uvicorn.Config(
        app,
        ws="websockets-sansio",
        ws_max_size=settings.max_body_bytes,
        ws_per_message_deflate=False,
        log_config=None,
        access_log=False,
        server_header=False,
        lifespan="on",
        timeout_graceful_shutdown=DRAIN_S,
        limit_concurrency=MOST_AT_ONCE,
    )
    server = ApiServer(configuration)
    server.feed = lambda: app.state.backend.feed
    return server


def _listener(port: int) -> socket.socket:
    # asyncio sets TCP_NODELAY only where the protocol is named. Without it an answer of two packets waits 40 ms for the
    # client to acknowledge the first.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
        listener.listen()
    except OSError:
        listener.close()
        raise PortInUseError(
            f"Port {port} of {HOST} is taken by another program.", "Choose another with --port, or stop that program."
        ) from None
    return listener


def _url(listener: socket.socket) -> str:
    return f"http://{HOST}:{listener.getsockname()[1]}"


async def _reach(address: Address) -> None:
    """Raises GraphUnavailableError before a server is started that could answer nothing."""
    async with open_async_graph(address) as graph:
        await graph.ping(timeout_s=START_S)


def _wait_until_started(started: Event, thread: Thread) -> None:
    until = monotonic() + START_S
    while not started.wait(0.1):
        if not thread.is_alive() or monotonic() > until:
            raise GraphUnavailableError("The API did not start.", "See whether Neo4j answers: `cdp neo4j status`.")
