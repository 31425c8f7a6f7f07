"""Settling: a write runs in a thread, in one transaction, and ends before the request does.

Whoever else writes is waited for only a while; what was not begun by then is not done, and what was begun and could not
be waited for may be done: the answer says which.
"""

import asyncio
from collections.abc import Callable
from functools import partial
from typing import TypeVar

from api.contract.outcomes import Busy, MaybeDone
from api.execution.context import RequestContext
from api.operation.sync_work import LATE_S
from graph.errors import BusyError, ReadTimeoutError, UnfinishedRunError, WriteConflictError

Answer = TypeVar("Answer")

# For the answer itself, and what is read of the new state.
_REST_S = 1.5
_LEAST_S = 0.5
_INTERRUPTED = "A resolution was interrupted. Nothing was done: send it again when the operator has run `cdp resolve`."


async def settled(context: RequestContext, work: Callable[[float], Answer]) -> Answer | Busy | MaybeDone:
    """What ``work`` writes; it is given the seconds that it may take. Raises what it raises, GraphError."""
    left = context.seconds_left - _REST_S
    patience = left - LATE_S
    if patience < _LEAST_S:
        return Busy()
    running = context.sync_work.start(partial(work, patience))
    waiting = asyncio.wrap_future(running)
    waiting.add_done_callback(_seen)
    await asyncio.wait({waiting}, timeout=left + _REST_S / 2)
    if not waiting.done():
        return Busy() if running.cancel() else MaybeDone()
    try:
        return waiting.result()
    except UnfinishedRunError:
        return Busy(reason=_INTERRUPTED)
    except (BusyError, ReadTimeoutError, WriteConflictError):
        return Busy()


def _seen(waiting: "asyncio.Future[Answer]") -> None:
    """Nobody may wait for it any more; asyncio would log an exception that nobody looks at."""
    if not waiting.cancelled():
        waiting.exception()
