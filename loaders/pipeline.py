"""Loading: read, translate, set aside, write; one delivery after the other, each whole or not at all.

A delivery is written when all of it was read and few enough rows were rejected; the next one is read meanwhile.
"""

import time
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_hex
from typing import Any

from graph.bulk.loading import BulkLoad
from graph.errors import ConfigurationError, InputError
from loaders.bulk_deliveries import BulkDeliveries
from loaders.connectors.choice import connector_of
from loaders.connectors.memory import Memory, NoMemory
from loaders.connectors.singer import SingerReading, singer_streams
from loaders.delivery_writer import Deliveries, DeliveryWriter, Writing
from loaders.endings import Ending
from loaders.filling import Filling
from loaders.health.log import DeliveryLog
from loaders.health.recording import delivered
from loaders.intake import Intake, SetAside
from loaders.mappings.model import SourceMapping
from loaders.mappings.reading import folders_of, is_shipped, reference_of
from loaders.progress import Progress, silent
from loaders.rejects.model import DeadLetter
from loaders.rejects.settings import default_rejects_dir
from loaders.rejects.store import DeadLetters
from loaders.rejects.thresholds import max_rejected_of, refuse_too_many, stop_early
from loaders.report import DeliveryReport, LoadReport
from loaders.settings import LoadSettings, load_settings
from loaders.sources.lookups import with_lookups
from loaders.spool import Waiting
from loaders.workers.shared import SharedWork

_LETTERS_AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class LoadPlan:
    """What to load.

    ``data_dir``: where relative paths of the mappings are; without it, beside each mapping. ``rejects_dir``: of dead
    letters and the log of deliveries. ``memory``: how far earlier loads came. ``max_rejected``, and ``max_lost`` of
    snapshots, outrank those of mappings and settings.
    """

    mappings: Sequence[SourceMapping]
    data_dir: Path | None = None
    rejects_dir: Path = field(default_factory=default_rejects_dir)
    settings: LoadSettings = field(default_factory=load_settings)
    memory: Memory = field(default_factory=NoMemory)
    max_rejected: float | None = None
    max_lost: float | None = None


def load(plan: LoadPlan, writing: Writing[Any], progress: Progress = silent) -> LoadReport:
    """Load every delivery of every mapping.

    A file that cannot be read, or of which too many rows are rejected, is left out with the reason in the report; the
    others are loaded. Raises ConfigurationError where a shipped mapping is to be loaded without a ``data_dir``,
    StorageError, and GraphError: what was written before stays, and the load can be repeated.
    """
    _check_data_dir(plan)
    with _loading(plan, writing, progress) as loading:
        loading.load_inputs()
    return loading.finish()


def load_bulk(plan: LoadPlan, bulk: BulkLoad, progress: Progress = silent) -> LoadReport:
    """Load every delivery of every mapping at once, as the first of an empty database.

    Raises ConfigurationError as ``load``, StorageError and EmbeddedServerError: then nothing was written.
    """
    _check_data_dir(plan)
    with DeadLetters(plan.rejects_dir) as letters, DeliveryLog(plan.rejects_dir) as log:
        loading = _Loading(plan, progress, letters, log)
        with SharedWork("load without --bulk, in batches") as work:
            deliveries = BulkDeliveries(bulk, work)
            loading.writer = deliveries
            loading.load_inputs()
        for report in deliveries.finish(progress):
            loading.record(report)
    return loading.finish()


def load_intakes(plan: LoadPlan, intakes: Iterable[Intake], writing: Writing[Any]) -> LoadReport:
    """Load deliveries that are there already. Raises GraphError, StorageError."""
    with _loading(plan, writing, silent) as loading:
        for intake in intakes:
            loading.load_delivery(intake)
    return loading.finish()


def load_singer(
    plan: LoadPlan, lines: Iterable[bytes], writing: Writing[Any], progress: Progress = silent
) -> LoadReport:
    """Load the output of a Singer tap, for whose streams one mapping of the plan has inputs.

    A delivery that is refused ends the load, so that no later state says that it was taken. Raises ConfigurationError
    where no mapping, or more than one, has such inputs, StorageError, and GraphError.
    """
    mappings = [mapping for mapping in plan.mappings if singer_streams(mapping)]
    if len(mappings) != 1:
        problem = f"{len(mappings)} of the mappings take streams of a Singer tap."
        raise ConfigurationError(problem, "Name one whose inputs say `singer: STREAM`.")
    reading = SingerReading(mappings[0], lines)
    with _loading(plan, writing, progress) as loading:
        loading.load_sequence(mappings[0], reading.intakes())
        for stream, rows in reading.unknown.items():
            loading.leave_out(DeliveryReport(mappings[0].source.name, reference_of(mappings[0]), stream, rows, rows))
    return loading.finish()


def _check_data_dir(plan: LoadPlan) -> None:
    shipped = next((mapping for mapping in plan.mappings if is_shipped(mapping)), None)
    if plan.data_dir is None and shipped is not None:
        problem = f"{reference_of(shipped)} is a shipped mapping; its data is elsewhere."
        raise ConfigurationError(problem, "Say where with --data.")


@contextmanager
def _loading(plan: LoadPlan, writing: Writing[Any], progress: Progress) -> Generator["_Loading"]:
    with DeadLetters(plan.rejects_dir) as letters, DeliveryLog(plan.rejects_dir) as log:
        loading = _Loading(plan, progress, letters, log)
        settings = plan.settings
        with DeliveryWriter(writing, settings.batch_rows, progress, loading.record, settings.writers) as writer:
            loading.writer = writer
            yield loading


class _Loading:
    """One run of a load."""

    writer: Deliveries[Any]

    def __init__(self, plan: LoadPlan, progress: Progress, letters: DeadLetters, log: DeliveryLog) -> None:
        self._plan, self._progress, self._letters, self._log = plan, progress, letters, log
        self._started = time.perf_counter()
        self._run_id = f"load-{datetime.now(UTC):%Y%m%dT%H%M%S}-{token_hex(3)}"
        self._report = LoadReport(self._run_id)

    def load_inputs(self) -> None:
        """Every input of every mapping."""
        for mapping in self._plan.mappings:
            for number in range(len(mapping.inputs)):
                self._load_input(mapping, number)

    def _load_input(self, mapping: SourceMapping, number: int) -> None:
        folders = folders_of(mapping, self._plan.data_dir)
        try:
            self._load_deliveries(mapping, number, folders)
        except InputError as error:
            name = mapping.inputs[number].location.name
            self.leave_out(DeliveryReport(mapping.source.name, reference_of(mapping), name, place=name), error)

    def load_sequence(self, mapping: SourceMapping, intakes: Iterator[Intake]) -> None:
        """Deliveries each of which goes on where the one before ended, up to the first that is refused."""
        try:
            for intake in intakes:
                if not self.load_delivery(intake):
                    break
        except InputError as error:
            place = "stdin"
            self.leave_out(DeliveryReport(mapping.source.name, reference_of(mapping), place, place=place), error)

    def leave_out(self, report: DeliveryReport, error: InputError | None = None) -> None:
        """Tell of a delivery of which nothing is taken, and why."""
        report.problem = error
        self._report.deliveries.append(report)
        self.record(report)

    def record(self, report: DeliveryReport) -> None:
        """Keep in the log what became of a delivery."""
        self._log.add(delivered(report, self._run_id))

    def _load_deliveries(self, mapping: SourceMapping, number: int, folders: tuple[Path, ...]) -> None:
        connector, lookups = connector_of(mapping, number, folders), mapping.inputs[number].lookups
        cursor = self._plan.memory.cursor(mapping.source.name, connector.input)
        for delivery in connector.read(cursor):
            intake = Intake(mapping, number, with_lookups(delivery, lookups, folders))
            is_kept = self.load_delivery(intake, in_order=connector.is_sequence)
            if connector.is_sequence and not is_kept:
                break  # what comes after it would move the cursor past what was refused

    def finish(self) -> LoadReport:
        self._report.seconds = time.perf_counter() - self._started
        return self._report

    def load_delivery(self, intake: Intake, *, in_order: bool = True) -> bool:
        """Read a delivery and hand it to the writer; false where it was refused."""
        report = intake.report()
        with ExitStack() as unfinished:
            spool = unfinished.enter_context(self.writer.spool())
            try:
                ending = self._fill(spool, intake, report)
                refuse_too_many(report, self._max_rejected(intake.mapping))
                ending.finish(spool, report, self._plan.settings.batch_rows)
            except InputError as error:
                self.leave_out(report, error)
                return False
            self._report.deliveries.append(report)
            unfinished.pop_all()  # from here on it is the writer's
        self.writer.write(spool, report, in_order=in_order)
        return True

    def _max_rejected(self, mapping: SourceMapping) -> float:
        return max_rejected_of(mapping, self._plan.max_rejected, self._plan.settings.max_rejected)

    def _fill(self, spool: Waiting, intake: Intake, report: DeliveryReport) -> Ending:
        ending = Ending(intake, self._run_id, self._plan.memory, self._max_lost(intake))
        with self._aside(report, self._max_rejected(intake.mapping)) as set_aside, _timed(report):
            for _ in self.writer.fill(spool, Filling(report, set_aside, ending)):
                self._progress(report.delivery, "read", report.rows)
        return ending

    def _max_lost(self, intake: Intake) -> float:
        snapshot = intake.input_mapping.snapshot
        given = (self._plan.max_lost, snapshot and snapshot.max_lost)
        return next((share for share in given if share is not None), self._plan.settings.max_lost)

    @contextmanager
    def _aside(self, report: DeliveryReport, max_rejected: float) -> Generator[SetAside]:
        """Dead letters are kept some at a time, and the last ones also when the delivery turns out to be unreadable."""
        waiting: list[DeadLetter] = []

        def keep() -> None:
            self._report.dead_letters += self._letters.add(waiting, self._run_id)
            waiting.clear()

        def set_aside(letter: DeadLetter) -> None:
            waiting.append(letter)
            if len(waiting) >= _LETTERS_AT_ONCE:
                keep()
                stop_early(report, max_rejected)

        try:
            yield set_aside
        finally:
            keep()


@contextmanager
def _timed(report: DeliveryReport) -> Generator[None]:
    started = time.perf_counter()
    try:
        yield
    finally:
        report.seconds += time.perf_counter() - started
