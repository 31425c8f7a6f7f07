"""Online resolution: live records are written and resolved at once, with the model of the last run.

Writing comes first and in a transaction of its own, so that no resolution holds up what arrives. What cannot be
resolved at once (nothing was resolved yet, the model's files are elsewhere, a whole run is writing or was interrupted)
stays labelled ``Unresolved``, and the next ``cdp resolve`` settles it.
"""

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from functools import partial
from threading import Lock
from time import monotonic

from graph.batches import batched
from graph.connection import Graph, Transaction
from graph.errors import BusyError, NothingResolvedError, ReadTimeoutError, ResolutionError, UnfinishedRunError
from graph.links import NO_CHANGES, LinkChanges
from graph.records import Batch
from graph.resolution_lock import lock_to_resolve
from graph.resolutions import write_increment
from graph.runs import ScoringRun
from graph.surroundings import known_customers
from graph.writing import WriteCounts, write_batch
from resolution.incremental import IncrementalResolution
from resolution.models.model_store import ModelStore
from resolution.runs import begun, now

# So many customers are settled in one transaction.
_CHUNK = 500
# So long a live record waits for another resolution and its own together, and so much longer for each of many.
PATIENCE_S, _CUSTOMER_S = 5.0, 1.0
# When that was in vain, the next ones do not wait for so long: a whole run takes minutes, and data keep arriving.
_PAUSE_S = 10.0


@dataclass(frozen=True, slots=True)
class OnlineOutcome:
    """What became of a batch. ``waiting``: why its customers wait for the next ``cdp resolve``; none when they do not.

    ``changes``: of links; what was settled before something had to wait counts.
    """

    written: WriteCounts
    changes: LinkChanges
    waiting: str | None = None


class OnlineResolver:
    """Writes and resolves live records; stays ready from batch to batch, and follows when another model is in force.

    One for a process; threads take turns. Its resolutions are one ``ScoringRun`` a day, which counts what they did.
    """

    def __init__(self, graph: Graph, store: ModelStore, patience_s: float = PATIENCE_S) -> None:
        self._graph, self._store, self._patience_s = graph, store, patience_s
        self._turn = Lock()
        self._paused_until, self._paused_because = 0.0, ""
        self._resolution: IncrementalResolution | None = None
        self._run: ScoringRun | None = None

    def write(self, batch: Batch) -> OnlineOutcome:
        """Write a batch, and link its customers with whom they are.

        The batch is in the graph, whole, when this returns; ``waiting`` says what a resolution could not do. Raises
        WriteConflictError, GraphUnavailableError, GraphError, and then the batch can be sent again.
        """
        written = write_batch(self._graph, batch)
        return OnlineOutcome(written, *self.resolve({record.key for record in batch.customers}))

    def resolve(self, customers: Collection[str]) -> tuple[LinkChanges, str | None]:
        """Link those of some customers that are not resolved yet; why the rest has to wait, none where nobody has to.

        Raises GraphError.
        """
        changes = NO_CHANGES
        try:
            for chunk in batched(sorted(set(customers)), _CHUNK):
                with self._turn:
                    changes += self._resolve(chunk)
        except (ResolutionError, ReadTimeoutError) as error:
            # What an interrupted run left is told at once: there is nobody to wait for.
            if isinstance(error, BusyError | ReadTimeoutError) and not isinstance(error, UnfinishedRunError):
                self._paused_until, self._paused_because = monotonic() + _PAUSE_S, error.problem
            waits = any(known_customers(self._graph, customers).values())
            return changes, error.problem if waits else None
        return changes, None

    def _resolve(self, customers: Sequence[str]) -> LinkChanges:
        """Settle those of some customers that wait, with another model where the graph has come to one.

        Raises ResolutionError, GraphError.
        """
        if monotonic() < self._paused_until:
            raise ResolutionError(self._paused_because, "Run later: cdp resolve.")
        patience_s = self._patience_s + _CUSTOMER_S * len(customers)
        try:
            run, changes = self._graph.write(partial(self._settle, customers=customers), patience_s)
        except _AnotherModelError as found:
            self._resolution, self._run = IncrementalResolution(self._store.load(found.version)), None
            return self._resolve(customers)
        self._run = run
        return changes

    def _settle(self, transaction: Transaction, customers: Sequence[str]) -> tuple[ScoringRun | None, LinkChanges]:
        resolution = self._resolution
        # Without a model nothing is counted, and nothing of what is read then is used.
        counted = resolution.model.guards.counted_kinds if resolution else ()
        locked, found = lock_to_resolve(transaction, customers, counted)
        version, waiting = locked.model_version, locked.unresolved
        if version is None:
            raise NothingResolvedError
        if not waiting:
            return self._run, NO_CHANGES
        if resolution is None or resolution.model.version != version:
            raise _AnotherModelError(version)
        increment = resolution.resolve(transaction, waiting, found=found if len(waiting) == len(customers) else None)
        run = _after(self._run or begun("online", version), len(waiting), increment.changes)
        write_increment(transaction, run, increment)
        return run, increment.changes


class _AnotherModelError(Exception):
    """The graph was resolved with another model than the one at hand."""

    def __init__(self, version: str) -> None:
        self.version = version
        super().__init__(version)


def _after(run: ScoringRun, customers: int, changes: LinkChanges) -> ScoringRun:
    """A run after more customers: a new one each day. No two resolutions of a run end at one time."""
    counted = {"customers_changed": customers, **asdict(changes)}
    at = now()
    if at.date() != run.started_at.date():
        run = begun("online", run.model_version)
    total = {name: run.counts.get(name, 0) + count for name, count in counted.items()}
    return replace(run, finished_at=max(at, run.finished_at + timedelta(milliseconds=1)), counts=total)
