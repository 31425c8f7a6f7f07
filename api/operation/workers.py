"""Workers: several processes that answer on one port, each with its own connections to the graph.

uvicorn's own supervisor cannot be told which server its processes run, and ours drains. A worker that ends by itself is
replaced; one that is told to stop ends as a single process does. Workers end when their supervisor does, however that
happens: they read a pipe of which only it has the other end.
"""

import gc
import logging
import multiprocessing
import os
import signal
import socket
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from multiprocessing.connection import Connection, Pipe, wait
from multiprocessing.context import SpawnProcess
from threading import Event, Thread
from time import monotonic
from typing import Protocol

from api.operation.ending import told_to_end
from api.operation.listener import listen_beside
from api.operation.logs import configure_logs
from api.operation.metrics.exposition import forget_worker
from api.operation.server import make_server
from api.settings import ApiSettings
from graph.address import Address
from graph.errors import GraphUnavailableError

LOG = logging.getLogger("cdp.api.workers")
START_S = 60.0
# So many new objects before Python looks for cycles among them. Calls make many that live for milliseconds: at its own
# 700 a fifth of the processor time of a tracked event went there.
NEW_OBJECTS = 10_000
_TICK_S = 0.5
_SPARE_S = 15.0


@dataclass(frozen=True, slots=True)
class Work:
    """What every worker does. ``listener``: its own; on the way to a worker the socket that holds its port."""

    address: Address
    settings: ApiSettings
    listener: socket.socket


class Line(Protocol):
    """The supervisor's end of a pipe."""

    def poll(self, timeout: float) -> bool:
        """Whether something was said within so many seconds."""
        ...


@dataclass(frozen=True, slots=True)
class Worker:
    """A process, and the pipe on which it says that it has started."""

    process: SpawnProcess
    line: Line


class Supervisor:
    """Starts the workers and replaces those that end, until it is told to stop by SIGTERM or Ctrl-C."""

    def __init__(self, work: Work, on_ready: Callable[[], None]) -> None:
        self._work, self._on_ready = work, on_ready
        self._workers: list[Worker] = []
        self._told = Event()
        self._signal = signal.SIGTERM

    def run(self) -> None:
        """Return when all workers have ended. Raises GraphUnavailableError where they do not start."""
        with told_to_end(self._stop):
            try:
                self._workers = [_start(self._work) for _ in range(self._work.settings.api_workers)]
                self._wait_for_start()
                while not self._told.wait(_TICK_S):
                    self._replace_ended()
            finally:
                self._end_all()

    def _stop(self, number: signal.Signals) -> None:
        self._signal = number
        self._told.set()

    def _wait_for_start(self) -> None:
        until = monotonic() + START_S
        for worker in self._workers:
            while not self._told.is_set() and not worker.line.poll(_TICK_S):
                if monotonic() > until or not worker.process.is_alive():
                    raise GraphUnavailableError("The API did not start.", "See whether Neo4j answers: cdp doctor.")
        if not self._told.is_set():
            self._on_ready()

    def _replace_ended(self) -> None:
        ended = wait([worker.process.sentinel for worker in self._workers], timeout=0)
        for index, worker in enumerate(self._workers):
            if worker.process.sentinel in ended and not self._told.is_set():
                LOG.error("worker ended", extra={"pid": worker.process.pid, "exit_code": worker.process.exitcode})
                forget_worker(worker.process.pid or 0)
                self._workers[index] = _start(self._work)

    def _end_all(self) -> None:
        """The workers drain at the same time; who has not ended in time is killed."""
        until = monotonic() + self._work.settings.drain_s + self._work.settings.deadline_s + _SPARE_S
        for worker in self._workers:
            if worker.process.is_alive() and worker.process.pid is not None:
                os.kill(worker.process.pid, self._signal)
        for worker in self._workers:
            worker.process.join(max(0.0, until - monotonic()))
            if worker.process.is_alive():
                LOG.error("worker killed", extra={"pid": worker.process.pid})
                worker.process.kill()
                worker.process.join()


def _start(work: Work) -> Worker:
    context = multiprocessing.get_context("spawn")
    ours, theirs = Pipe()
    process = context.Process(target=run_worker, args=(work, theirs))
    process.start()
    theirs.close()
    return Worker(process, ours)


def run_worker(work: Work, line: "Connection[str, None]") -> None:
    """One worker, in its process."""
    # Else Ctrl-C on a terminal would reach it twice, and the second counts as "at once".
    os.setpgid(0, 0)
    Thread(target=_end_with, args=(line,), name="supervisor", daemon=True).start()
    configure_logs(work.settings)
    run_alone(replace(work, listener=listen_beside(work.listener)), lambda: line.send("started"))


def run_alone(work: Work, on_started: Callable[[], None]) -> None:
    """Answer in this process, until it is told to stop."""
    gc.set_threshold(NEW_OBJECTS)
    server = make_server(work.settings, work.address)
    server.on_started = partial(_begin, on_started)
    server.run(sockets=[work.listener])


def _begin(on_started: Callable[[], None]) -> None:
    """Whatever is here before the first request stays until the end, so Python never looks for cycles in it again."""
    gc.collect()
    gc.freeze()
    on_started()


def _end_with(line: "Connection[str, None]") -> None:
    """Stop this process when the other end of the pipe is gone."""
    try:
        line.recv()
    except (EOFError, OSError):
        os.kill(os.getpid(), signal.SIGTERM)
