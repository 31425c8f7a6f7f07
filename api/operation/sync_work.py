"""Sync work: explanations and decisions read and write with the sync graph, in a few threads beside the event loop."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import asynccontextmanager
from functools import partial
from threading import Lock
from typing import TypeVar

from graph.connection import Graph, Reader
from resolution.explanation.asking import last_model
from resolution.models.model import Model
from resolution.models.model_store import model_store
from resolution.online import OnlineResolver

Result = TypeVar("Result")

# Each of them holds a connection and computes in Python; more at once would only slow down each other and the loop.
AT_ONCE = 4
# The database looks every two seconds whose time is up, so a transaction may take that much longer.
LATE_S = 2.0
_LEAST_S = 0.5


class SyncWork:
    """What needs the sync graph. One for a process. ``online``: resolves customers at once."""

    def __init__(self, graph: Graph) -> None:
        self._store = model_store()
        self.graph, self.online = graph, OnlineResolver(graph, self._store)
        self._threads = ThreadPoolExecutor(AT_ONCE, "sync-work")
        self._loading = Lock()
        self._model: Model | None = None

    async def read(self, work: Callable[[Reader], Result], seconds: float) -> Result:
        """What ``work`` reads, in one transaction that ends within some seconds. Raises what it raises, GraphError."""
        return await asyncio.wrap_future(self.start(partial(self._read, work, max(seconds - LATE_S, _LEAST_S))))

    def start(self, work: Callable[[], Result]) -> "Future[Result]":
        """Run in a thread, as soon as one is free. Once it runs it cannot be cancelled."""
        return self._threads.submit(work)

    def model(self, reader: Reader) -> Model:
        """The model in force, loaded once for each version. Raises NothingResolvedError, ModelError, GraphError."""
        version = last_model(reader).version
        with self._loading:
            if self._model is None or self._model.version != version:
                self._model = self._store.load(version)
            return self._model

    def end(self) -> None:
        """Let what runs come to its end; what waits for a thread is given up."""
        self._threads.shutdown(cancel_futures=True)

    def _read(self, work: Callable[[Reader], Result], timeout_s: float) -> Result:
        with self.graph.reading(timeout_s) as reader:
            return work(reader)


@asynccontextmanager
async def working(graph: Graph) -> AsyncGenerator[SyncWork]:
    """Sync work for as long as the block runs."""
    work = SyncWork(graph)
    try:
        yield work
    finally:
        await asyncio.to_thread(work.end)
