"""Backend: what a running process holds from its start to its end."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial

from fastapi import FastAPI
from starlette.requests import HTTPConnection

from api.access.authentication import Authentication
from api.access.keys import ApiKeys
from api.audit.log import open_audit_log
from api.audit.recording import Recorder
from api.contract.levels import LevelsCache
from api.live.feed import ChangeFeed, opened_feed
from api.operation.metrics.measures import MeasuredStatements
from api.operation.readiness import Readiness
from api.operation.sync_work import SyncWork, working
from api.operation.tracing import traced
from api.operation.versions import Versions
from api.operation.writing import open_writing
from api.settings import ApiSettings
from api.tracking.receiving import receiving
from api.webhooks import arrivals
from graph.address import Address, resolve_address
from graph.api_keys import note_use, read_api_keys
from graph.connection import AsyncGraph, open_async_graph
from graph.watching import watched_by


@dataclass(frozen=True, slots=True)
class Backend:
    """The one connection to the graph, and what is remembered between requests."""

    graph: AsyncGraph
    levels: LevelsCache
    readiness: Readiness
    authentication: Authentication
    sync_work: SyncWork
    recorder: Recorder
    feed: ChangeFeed


def connected_to(
    address: Address | None, settings: ApiSettings
) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    """A lifespan that connects to an address; without one, to the configured or the embedded server."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
        target = address or await asyncio.to_thread(resolve_address)
        async with AsyncExitStack() as stack:
            stack.enter_context(watched_by(MeasuredStatements()))
            app.state.traced.tracer = stack.enter_context(traced(is_on=settings.tracing))
            graph = await stack.enter_async_context(open_async_graph(target))
            # In a thread: it waits for the database, and others have their turn meanwhile.
            writing = await asyncio.to_thread(stack.enter_context, open_writing(target))
            app.state.receiver = await stack.enter_async_context(receiving(writing, graph, settings.country))
            app.state.arrivals = arrivals(writing)
            keys = ApiKeys(partial(read_api_keys, graph), partial(note_use, writing.graph))
            authentication = Authentication(settings, keys)
            app.state.versions = Versions(graph)
            log = await asyncio.to_thread(stack.enter_context, open_audit_log(settings))
            app.state.backend = Backend(
                graph=graph,
                levels=LevelsCache(graph),
                readiness=Readiness(graph),
                authentication=authentication,
                sync_work=await stack.enter_async_context(working(writing.graph)),
                recorder=Recorder(log),
                feed=await stack.enter_async_context(opened_feed(graph)),
            )
            yield
            await authentication.close()

    return lifespan


def backend_of(request: HTTPConnection) -> Backend:
    """The backend of the process that answers a request."""
    backend = request.app.state.backend
    assert isinstance(backend, Backend)
    return backend
