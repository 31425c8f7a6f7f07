"""Rows of a delivery some at a time, so that any process can take them in."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial

from graph.bulk.tables import BatchTables, tables_of
from graph.errors import InputError
from graph.guards import current_guards
from loaders.batches import batches_of
from loaders.connectors.snapshots import Members
from loaders.intake import Intake, take_in
from loaders.rejects.model import DeadLetter
from loaders.report import DeliveryReport
from loaders.sources.rows import Read, no_cursor


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some rows of a delivery, as a delivery that is in memory. ``run_id``: of the load."""

    intake: Intake
    run_id: str


@dataclass(frozen=True, slots=True)
class TakenChunk:
    """What became of a chunk: all that would be told of its rows, and ``tables``, none where they gave no record."""

    report: DeliveryReport
    letters: list[DeadLetter]
    members: Members
    tables: BatchTables | None


def chunks_of(intake: Intake, run_id: str, rows: int) -> Iterator[Chunk]:
    """Chunks of so many rows. Raises SourceReadError, after a chunk of the rows before."""
    for reads in _some_at_a_time(intake.delivery.read(), rows):
        delivery = replace(intake.delivery, read=partial(iter, reads), after=no_cursor)
        yield Chunk(replace(intake, delivery=delivery), run_id)


def take_chunk(chunk: Chunk) -> TakenChunk:
    """Take in the rows of a chunk. Raises MappingError."""
    intake, letters, members = chunk.intake, list[DeadLetter](), Members()
    report = intake.report()
    translated = list(take_in(intake, report, letters.append))
    batch = next(batches_of(translated, intake.mapping.source, chunk.run_id, len(translated)), None)
    tables = batch and tables_of(members.marked(batch, intake.snapshot), current_guards())
    return TakenChunk(report, letters, members, tables)


def _some_at_a_time(reads: Iterable[Read], rows: int) -> Iterator[list[Read]]:
    some: list[Read] = []
    try:
        for read in reads:
            some.append(read)
            if len(some) == rows:
                yield some
                some = []
    except InputError:
        if some:
            yield some
        raise
    if some:
        yield some
