"""Grouped writer: the messages of many requests in one transaction, and an answer only after its commit.

A transaction costs about the same for one message as for fifty, so requests that arrive within a few milliseconds, or
while the last group is written, are written together. One group at a time; what waits is bounded. Where the database
refuses a group for what is in it, halves of it are tried, until the message that it refuses stands alone.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Self

from api.operation.failures import error_fields
from api.tracking.problems import BUSY, FAILED, TOO_SLOW, UNAVAILABLE, ProblemError
from graph.errors import BusyError, CdpError, GraphError, GraphUnavailableError, ReadTimeoutError, WriteConflictError
from graph.messages import MessagesWritten
from graph.records import MessageRecords

LOG = logging.getLogger("cdp.api.tracking")

WriteMessages = Callable[[Sequence[MessageRecords]], MessagesWritten]
OnWritten = Callable[[MessagesWritten], None]

# So long a first message waits for others. A transaction takes 15 ms and more.
_GATHER_S = 0.002
# What the database or the driver says of the content of a message: the others need not wait for it.
_OF_CONTENT = (GraphError, TypeError, ValueError, OverflowError, RecursionError)
_PASSING = (GraphUnavailableError, WriteConflictError, ReadTimeoutError, BusyError)


@dataclass(frozen=True, slots=True)
class Bounds:
    """``group``: messages of one transaction, about; ``waiting``: messages that wait; ``deadline_s``: of a request."""

    group: int
    waiting: int
    deadline_s: float


@dataclass(slots=True, eq=False)
class _Waiting:
    messages: Sequence[MessageRecords]
    done: asyncio.Future[None]
    refused: list[int] = field(default_factory=list[int])
    failure: BaseException | None = None
    is_queued: bool = True


class GroupedWriter:
    """Takes the messages of requests and writes them; one for a process. An asynchronous context manager."""

    def __init__(self, write: WriteMessages, on_written: OnWritten, bounds: Bounds) -> None:
        self._write, self._on_written, self._bounds = write, on_written, bounds
        self._waiting: deque[_Waiting] = deque()
        self._count = 0
        self._arrived = asyncio.Event()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="tracking")
        self._draining: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        """The writer, at work."""
        self._draining = asyncio.create_task(self._drain(), name="tracking")
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop; requests that still wait are answered 503."""
        assert self._draining is not None
        self._draining.cancel()
        await asyncio.gather(self._draining, return_exceptions=True)
        self._thread.shutdown(wait=True)
        self._fail_waiting(GraphUnavailableError("The API is stopping.", ""))

    async def write(self, messages: Sequence[MessageRecords]) -> list[int]:
        """Write messages; the positions of those that the database refuses. All others are durable then.

        Raises ProblemError: nothing may be said of them then, and they can be sent again.
        """
        if self._count + len(messages) > self._bounds.waiting and self._count:
            raise ProblemError(BUSY)
        waiting = _Waiting(messages, asyncio.get_running_loop().create_future())
        self._waiting.append(waiting)
        self._count += len(messages)
        self._arrived.set()
        try:
            async with asyncio.timeout(self._bounds.deadline_s):
                await waiting.done
        except TimeoutError:
            raise ProblemError(TOO_SLOW) from None
        finally:
            self._withdraw(waiting)
        if waiting.failure is not None:
            raise ProblemError(UNAVAILABLE if isinstance(waiting.failure, _PASSING) else FAILED)
        return waiting.refused

    def _withdraw(self, waiting: _Waiting) -> None:
        """A request that is not waited for any more need not be written."""
        if waiting.is_queued:
            waiting.is_queued = False
            self._count -= len(waiting.messages)

    async def _drain(self) -> None:
        while True:
            await self._arrived.wait()
            if self._count < self._bounds.group:
                await asyncio.sleep(_GATHER_S)
            group = self._next_group()
            if group:
                await asyncio.get_running_loop().run_in_executor(self._thread, self._write_group, group)
            self._answer(group)

    def _next_group(self) -> list[_Waiting]:
        group: list[_Waiting] = []
        count = 0
        while self._waiting and (not group or count + len(self._waiting[0].messages) <= self._bounds.group):
            waiting = self._waiting.popleft()
            if waiting.is_queued and not waiting.done.done():
                self._withdraw(waiting)
                count += len(waiting.messages)
                group.append(waiting)
        if not self._waiting:
            self._arrived.clear()
        return group

    def _answer(self, group: Sequence[_Waiting]) -> None:
        for waiting in group:
            if not waiting.done.done():
                waiting.done.set_result(None)
        away = next((one.failure for one in group if isinstance(one.failure, GraphUnavailableError)), None)
        if away is not None:
            self._fail_waiting(away)

    def _fail_waiting(self, failure: BaseException) -> None:
        """Where the database is away, whoever waits is told at once, and not one group after the other."""
        for waiting in self._waiting:
            waiting.failure = failure
            if not waiting.done.done():
                waiting.done.set_result(None)

    # --- in the thread -----------------------------------------------------------------------------------------------

    def _write_group(self, group: Sequence[_Waiting]) -> None:
        placed = [(waiting, index) for waiting in group for index in range(len(waiting.messages))]
        messages = [waiting.messages[index] for waiting, index in placed]
        try:
            for position in write_acceptable(self._write, messages, self._told):
                waiting, index = placed[position]
                waiting.refused.append(index)
        except Exception as error:  # noqa: BLE001 -- whatever it is, the requests must be answered, and not with 200
            _log_unexpected(error)
            for waiting in group:
                waiting.failure = error

    def _told(self, written: MessagesWritten) -> None:
        if written.customers:
            self._on_written(written)


def write_acceptable(write: WriteMessages, messages: Sequence[MessageRecords], on_written: OnWritten) -> list[int]:
    """Write messages in one transaction, or where the database refuses it, in halves; the positions of the refused.

    Raises GraphError where the database cannot be used now, whatever is in the messages.
    """
    try:
        written = write(messages)
    except _PASSING:
        raise
    except _OF_CONTENT as error:
        if len(messages) == 1:
            _log_unexpected(error)
            return [0]
        half = len(messages) // 2
        refused = write_acceptable(write, messages[:half], on_written)
        return refused + [half + index for index in write_acceptable(write, messages[half:], on_written)]
    on_written(written)
    return []


def _log_unexpected(error: Exception) -> None:
    if not isinstance(error, CdpError):
        LOG.error("messages not written", extra=error_fields(error))  # its text may quote values
