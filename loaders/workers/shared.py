"""Work of many pieces that this process and a worker do together."""

import os
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import Any, TypeVar

from loaders.closing import Closing
from loaders.switching import QuickSwitching
from loaders.workers.worker import Worker, pickled

Piece = TypeVar("Piece")
Result = TypeVar("Result")

# A worker imports for about a second before it does its first piece: what few pieces there are is done here by then.
_PIECES_ALONE = 4
# The one that it does, and the one that it takes up when that is done; none where it would have no core of its own.
_PIECES_AT_WORKER = 2 if (os.cpu_count() or 1) > 1 else 0
# Done here while the worker does one before them: it starts meanwhile, or is held up.
_RESULTS_WAITING = 50


class SharedWork(Closing):
    """Does pieces here, and every one for which the worker has time there. A context manager.

    ``advice``: what else to do where the worker is ended from outside.
    """

    def __init__(self, advice: str) -> None:
        self._advice, self._begun = advice, 0
        self._worker: Worker[Any] | None = None
        self._sending = ThreadPoolExecutor(1, thread_name_prefix="to-worker")
        self._answering = ThreadPoolExecutor(1, thread_name_prefix="from-worker")
        self._at_worker = deque[Future[Any]]()
        self._switching = QuickSwitching()
        self._switching.begin()

    def close(self) -> None:
        """End the worker, whatever it is doing."""
        if self._worker is not None:
            self._worker.kill()
        for talking in (self._sending, self._answering):
            talking.shutdown(cancel_futures=True)
        if self._worker is not None:
            self._worker.close()
        self._switching.end()

    def map(self, do: Callable[[Piece], Result], pieces: Iterable[Piece]) -> Generator[Result]:
        """What is made of each piece, in order; an error of ``pieces`` comes after what was made before it.

        Raises what ``do`` raises, and ConfigurationError where the worker was ended from outside.
        """
        results = deque[Future[Result]]()
        for result in self._results(do, pieces):
            results.append(result)
            while results and (results[0].done() or len(results) > _RESULTS_WAITING):
                yield results.popleft().result()
        while results:
            yield results.popleft().result()

    def _results(self, do: Callable[[Piece], Result], pieces: Iterable[Piece]) -> Iterator[Future[Result]]:
        try:
            for piece in pieces:
                yield self._begin(partial(do, piece))
        except Exception as error:  # noqa: BLE001 -- raised in its turn
            yield _failed(error)

    def _begin(self, work: Callable[[], Result]) -> Future[Result]:
        self._begun += 1
        while self._at_worker and self._at_worker[0].done():
            self._at_worker.popleft()
        if self._begun <= _PIECES_ALONE or len(self._at_worker) >= _PIECES_AT_WORKER:
            return _done(work)
        sent = pickled(work)
        self._worker = self._worker or Worker(self._advice)
        self._sending.submit(self._worker.send, sent)
        self._at_worker.append(self._answering.submit(self._worker.answer))
        return self._at_worker[-1]


def _done(work: Callable[[], Result]) -> Future[Result]:
    try:
        found = work()
    except Exception as error:  # noqa: BLE001 -- raised in its turn
        return _failed(error)
    result = Future[Result]()
    result.set_result(found)
    return result


def _failed(error: Exception) -> Future[Any]:
    result = Future[Any]()
    result.set_exception(error)
    return result
