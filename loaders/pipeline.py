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

from graph.errors import ConfigurationError, InputError, TooManyRejectionsError
from graph.settings import cdp_settings
from loaders.batches import batches_of
from loaders.connectors.choice import connector_of
from loaders.connectors.memory import Memory, NoMemory
from loaders.connectors.protocol import Connector
from loaders.connectors.singer import SingerReading, singer_streams
from loaders.delivery_writer import DeliveryWriter, WriteBatch
from loaders.endings import Ending
from loaders.intake import Intake, take_in
from loaders.mappings.model import SourceMapping
from loaders.mappings.reading import is_shipped, reference_of
from loaders.progress import Progress, silent
from loaders.rejections import RejectsFile
from loaders.replay import replayed_intakes
from loaders.report import DeliveryReport, LoadReport
from loaders.settings import LoadSettings, load_settings
from loaders.spool import Spool


def default_rejects_dir() -> Path:
    """Where rejects files go: a folder of this project's data."""
    return cdp_settings().data_dir / "rejects"


@dataclass(frozen=True, slots=True)
class LoadPlan:
    """What to load.

    ``data_dir``: where relative paths of the mappings are; without it, beside each mapping. ``memory``: how far earlier
    loads came. ``max_lost``: of snapshots, outranks mappings and settings.
    """

    mappings: Sequence[SourceMapping]
    data_dir: Path | None = None
    rejects_dir: Path = field(default_factory=default_rejects_dir)
    settings: LoadSettings = field(default_factory=load_settings)
    memory: Memory = field(default_factory=NoMemory)
    max_lost: float | None = None


def load(plan: LoadPlan, write: WriteBatch, progress: Progress = silent) -> LoadReport:
    """Load every delivery of every mapping.

    A file that cannot be read, or of which too many rows are rejected, is left out with the reason in the report; the
    others are loaded. Raises ConfigurationError where a shipped mapping is to be loaded without a ``data_dir``, and
    GraphError: what was written before stays, and the load can be repeated.
    """
    _check_data_dir(plan)
    with _loading(plan, write, progress) as loading:
        for mapping in plan.mappings:
            for number in range(len(mapping.inputs)):
                loading.load_input(mapping, number)
    return loading.finish()


def load_intakes(plan: LoadPlan, intakes: Iterable[Intake], write: WriteBatch) -> LoadReport:
    """Load deliveries that are there already; rows that are rejected are set aside, and the others kept.

    Raises GraphError.
    """
    with _loading(plan, write, silent) as loading:
        for intake in intakes:
            loading.load_delivery(intake, max_rejected=1.0)
    return loading.finish()


def load_singer(plan: LoadPlan, lines: Iterable[bytes], write: WriteBatch, progress: Progress = silent) -> LoadReport:
    """Load the output of a Singer tap, for whose streams one mapping of the plan has inputs.

    A delivery that is refused ends the load, so that no later state says that it was taken. Raises ConfigurationError
    where no mapping, or more than one, has such inputs, and GraphError.
    """
    mappings = [mapping for mapping in plan.mappings if singer_streams(mapping)]
    if len(mappings) != 1:
        problem = f"{len(mappings)} of the mappings take streams of a Singer tap."
        raise ConfigurationError(problem, "Name one whose inputs say `singer: STREAM`.")
    reading = SingerReading(mappings[0], lines)
    with _loading(plan, write, progress) as loading:
        loading.load_sequence(mappings[0], reading.intakes())
        for stream, rows in reading.unknown.items():
            loading.leave_out(DeliveryReport(mappings[0].source.name, reference_of(mappings[0]), stream, rows, rows))
    return loading.finish()


def replay(plan: LoadPlan, rejects: Path, write: WriteBatch, progress: Progress = silent) -> LoadReport:
    """Load the rows of a rejects file again, after they or the mapping were mended.

    Mappings of the plan take the place of those that the file names. Rows that are rejected again are set aside again;
    however many they are, the others are kept. Raises SourceReadError, MappingError, GraphError.
    """
    with _loading(plan, write, progress) as loading:
        for intake in replayed_intakes(rejects, plan.mappings):
            loading.load_delivery(intake, max_rejected=1.0)
    return loading.finish()


def _check_data_dir(plan: LoadPlan) -> None:
    shipped = next((mapping for mapping in plan.mappings if is_shipped(mapping)), None)
    if plan.data_dir is None and shipped is not None:
        problem = f"{reference_of(shipped)} is a shipped mapping; its data is elsewhere."
        raise ConfigurationError(problem, "Say where with --data.")


def _folders(mapping: SourceMapping, data_dir: Path | None) -> tuple[Path, ...]:
    if data_dir is None:
        return (mapping.file.parent,)
    return (data_dir, data_dir / mapping.name)


@contextmanager
def _loading(plan: LoadPlan, write: WriteBatch, progress: Progress) -> Generator["_Loading"]:
    with DeliveryWriter(write, plan.settings.batch_rows, progress) as writer:
        yield _Loading(plan, writer, progress)


class _Loading:
    """One run of a load."""

    def __init__(self, plan: LoadPlan, writer: DeliveryWriter, progress: Progress) -> None:
        self._plan, self._writer, self._progress = plan, writer, progress
        self._started = time.perf_counter()
        self._run_id = f"load-{datetime.now(UTC):%Y%m%dT%H%M%S}-{token_hex(3)}"
        self._report = LoadReport(self._run_id)

    def load_input(self, mapping: SourceMapping, number: int) -> None:
        folders = _folders(mapping, self._plan.data_dir)
        try:
            self._load_deliveries(mapping, number, connector_of(mapping, number, folders))
        except InputError as error:
            name = mapping.inputs[number].location.name
            self.leave_out(DeliveryReport(mapping.source.name, reference_of(mapping), name, problem=error))

    def load_sequence(self, mapping: SourceMapping, intakes: Iterator[Intake]) -> None:
        """Deliveries each of which goes on where the one before ended, up to the first that is refused."""
        try:
            for intake in intakes:
                if not self.load_delivery(intake, self._plan.settings.max_rejected):
                    break
        except InputError as error:
            self.leave_out(DeliveryReport(mapping.source.name, reference_of(mapping), "stdin", problem=error))

    def leave_out(self, report: DeliveryReport) -> None:
        """Tell of a delivery of which nothing is taken."""
        self._report.deliveries.append(report)

    def _load_deliveries(self, mapping: SourceMapping, number: int, connector: Connector) -> None:
        cursor = self._plan.memory.cursor(mapping.source.name, connector.input)
        for delivery in connector.read(cursor):
            is_kept = self.load_delivery(Intake(mapping, number, delivery), self._plan.settings.max_rejected)
            if connector.is_sequence and not is_kept:
                break  # what comes after it would move the cursor past what was refused

    def load_delivery(self, intake: Intake, max_rejected: float) -> bool:
        """Read a delivery and hand it to the writer; false where it was refused."""
        report = intake.report()
        self._report.deliveries.append(report)
        with ExitStack() as unfinished:
            spool = unfinished.enter_context(Spool())
            try:
                ending = self._fill(spool, intake, report)
                _refuse_too_many(report, max_rejected)
                ending.finish(spool, report, self._plan.settings.batch_rows)
            except InputError as error:
                report.problem = error
                return False
            unfinished.pop_all()  # from here on it is the writer's
        self._writer.write(spool, report)
        return True

    def finish(self) -> LoadReport:
        self._report.seconds = time.perf_counter() - self._started
        return self._report

    def _fill(self, spool: Spool, intake: Intake, report: DeliveryReport) -> Ending:
        ending = Ending(intake, self._run_id, self._plan.memory, self._max_lost(intake))
        with self._rejects(intake.mapping) as rejects, _timed(report):
            translated = take_in(intake, report, rejects.add)
            source, rows = intake.mapping.source, self._plan.settings.batch_rows
            for batch in ending.all_but_last(batches_of(translated, source, self._run_id, rows)):
                spool.add(batch)
                self._progress(report.delivery, "read", report.rows)
        return ending

    def _max_lost(self, intake: Intake) -> float:
        snapshot = intake.input_mapping.snapshot
        given = (self._plan.max_lost, snapshot and snapshot.max_lost)
        return next((share for share in given if share is not None), self._plan.settings.max_lost)

    @contextmanager
    def _rejects(self, mapping: SourceMapping) -> Generator[RejectsFile]:
        file = RejectsFile(self._plan.rejects_dir / self._run_id / f"{mapping.source.name}.jsonl")
        try:
            yield file
        finally:
            file.close()
            if file.path.exists() and file.path not in self._report.rejects:
                self._report.rejects.append(file.path)


@contextmanager
def _timed(report: DeliveryReport) -> Generator[None]:
    started = time.perf_counter()
    try:
        yield
    finally:
        report.seconds += time.perf_counter() - started


def _refuse_too_many(report: DeliveryReport, max_rejected: float) -> None:
    if report.rejected > max_rejected * report.rows:
        share = report.rejected / report.rows
        reasons = ", ".join(f"{code} {count:,}" for code, count in report.rejected_rows.most_common(3))
        problem = f"{report.delivery}: {report.rejected:,} of {report.rows:,} rows rejected ({share:.1%}): {reasons}."
        raise TooManyRejectionsError(
            f"{problem} Nothing of it was kept.",
            f"See the rejects file; allow more than {max_rejected:.0%} with --max-rejected.",
        )
