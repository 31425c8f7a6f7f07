"""Backend: what a running process holds from its start to its end."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from fastapi import FastAPI
from starlette.requests import HTTPConnection

from api.contract.levels import LevelsCache
from api.operation.metrics.measures import MeasuredStatements
from api.operation.readiness import Readiness
from api.operation.tracing import traced
from api.operation.writing import open_writing
from api.tracking.receiving import receiving
from api.webhooks import arrivals
from graph.address import Address, resolve_address
from graph.connection import AsyncGraph, open_async_graph
from graph.watching import watched_by


@dataclass(frozen=True, slots=True)
class Backend:
    """The one connection to the graph, and what is remembered between requests."""

    graph: AsyncGraph
    levels: LevelsCache
    readiness: Readiness


def connected_to(
    address: Address | None, country: str | None = None
) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    """A lifespan that connects to an address; without one, to the configured or the embedded server.

    ``country``: of national telephone numbers in tracking calls.
    """

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
        target = address or await asyncio.to_thread(resolve_address)
        async with AsyncExitStack() as stack:
            stack.enter_context(watched_by(MeasuredStatements()))
            app.state.traced.tracer = stack.enter_context(traced(is_on=app.state.tracing))
            graph = await stack.enter_async_context(open_async_graph(target))
            # In a thread: it waits for the database, and others have their turn meanwhile.
            writing = await asyncio.to_thread(stack.enter_context, open_writing(target))
            app.state.receiver = await stack.enter_async_context(receiving(writing, graph, country))
            app.state.arrivals = arrivals(writing)
            app.state.backend = Backend(graph, LevelsCache(graph), Readiness(graph))
            yield

    return lifespan


def backend_of(request: HTTPConnection) -> Backend:
    """The backend of the process that answers a request."""
    backend = request.app.state.backend
    assert isinstance(backend, Backend)
    return backend
