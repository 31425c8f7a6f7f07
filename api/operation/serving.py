"""Serving: the API with uvicorn, in the foreground with one process or several, or beside other work.

uvicorn finishes running requests on SIGTERM and Ctrl-C and then closes the driver; other servers dropped connections.
"""

import asyncio
import logging
from collections.abc import Callable, Generator
from contextlib import contextmanager
from functools import partial
from threading import Event, Thread
from time import monotonic

from api.access.provider import provider_of
from api.app import create_app
from api.audit.secret import audit_key
from api.console.unknown_settings import misspelt_settings
from api.operation.listener import open_listener, reserve_port, url_of
from api.operation.logs import configure_logs
from api.operation.metrics.exposition import exposed, shared_by_workers
from api.operation.server import STOP_S, make_server
from api.operation.workers import Supervisor, Work, run_alone
from api.settings import ApiSettings, api_settings
from graph.address import Address, resolve_address
from graph.connection import open_async_graph
from graph.errors import GraphUnavailableError

START_S = 30.0

_log = logging.getLogger("cdp.api.settings")


def serve(
    address: Address | None = None, settings: ApiSettings | None = None, on_ready: Callable[[str], None] | None = None
) -> None:
    """Serve until SIGTERM or Ctrl-C. ``on_ready`` is called once, with the address of the API.

    Raises PortInUseError, ConfigurationError, AuditError, MappingError, GraphUnavailableError, and what resolving the
    address raises.
    """
    chosen = settings or api_settings()
    target = address or resolve_address()
    asyncio.run(_reach(target))
    several = chosen.api_workers > 1
    _check(chosen, target if several else None)
    with (reserve_port if several else open_listener)(chosen.api_host, chosen.api_port) as listener:
        configure_logs(chosen)
        _log_misspelt_settings()
        work = Work(target, chosen, listener)
        tell = partial(on_ready or _tell_nobody, url_of(listener))
        if several:
            with shared_by_workers(), exposed(chosen):
                Supervisor(work, tell).run()
        else:
            with exposed(chosen):
                run_alone(work, tell)


def _check(settings: ApiSettings, address: Address | None) -> None:
    """What would be found out only while a server starts, or by each worker, and be told in their logs."""
    provider_of(settings)
    audit_key(settings)
    if address is not None:
        create_app(settings, address)


def _log_misspelt_settings() -> None:
    for found in misspelt_settings():
        _log.warning("no setting", extra={"variable": found.variable, "nearest": found.nearest})


def _tell_nobody(url: str) -> None:
    """Nobody asked where the API answers."""


@contextmanager
def serving(address: Address, settings: ApiSettings | None = None) -> Generator[str]:
    """Serve in a thread while the block runs; gives the address of the API, such as ``http://127.0.0.1:8000``.

    Raises PortInUseError, GraphUnavailableError.
    """
    chosen = settings or api_settings()
    with open_listener(chosen.api_host, chosen.api_port) as listener:
        server, started = make_server(chosen, address), Event()
        server.on_started = started.set
        thread = Thread(target=server.run, kwargs={"sockets": [listener]}, name="api", daemon=True)
        thread.start()
        try:
            _wait_until_started(started, thread)
            yield url_of(listener)
        finally:
            server.should_exit = True
            thread.join(STOP_S + 5)


async def _reach(address: Address) -> None:
    """Raises GraphUnavailableError before a server is started that could answer nothing."""
    async with open_async_graph(address) as graph:
        await graph.ping(timeout_s=START_S)


def _wait_until_started(started: Event, thread: Thread) -> None:
    until = monotonic() + START_S
    while not started.wait(0.1):
        if not thread.is_alive() or monotonic() > until:
            raise GraphUnavailableError("The API did not start.", "See whether Neo4j answers: `cdp neo4j status`.")
