"""What reads a dead letter again and writes it: its mapping, mended, or what a connector has instead of mappings."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeAlias

from graph.errors import SourceReadError
from graph.records import SourceRecord
from graph.writing import WriteCounts
from loaders.batches import batches_of
from loaders.delivery_writer import WriteBatch
from loaders.mappings.model import SourceMapping
from loaders.mappings.reading import read_mappings
from loaders.records.context import context_of
from loaders.records.translation import Translated, Translation
from loaders.rejects.model import DeadLetter, KeptLetter, Reason
from loaders.rejects.reasons import reason_of
from loaders.sources.rows import Row


@dataclass(frozen=True, slots=True)
class ReadAgain:
    """What a row is: ``records``, as its reader writes them, and what of it is set aside; or why it is ``rejected``."""

    records: Any = None
    set_aside: tuple[Reason, ...] = ()
    rejected: Reason | None = None


@dataclass(frozen=True, slots=True)
class WrittenAgain:
    """What became of the records of several rows. ``refused``: positions of those that the database does not take."""

    counts: WriteCounts
    refused: Sequence[int] = ()


@dataclass(frozen=True, slots=True)
class LetterReader:
    """Reads the row of a letter, and writes the records of several rows for a run. ``write`` raises GraphError."""

    read: Callable[[KeptLetter, Row], ReadAgain]
    write: Callable[[Sequence[Any], str], WrittenAgain]


ReaderOf: TypeAlias = Callable[[DeadLetter], LetterReader]
"""Finds the reader of letters that have source, connector, mapping and input in common. Raises InputError."""


class Readers:
    """The readers of one replay. ``write``: of what mappings make of rows.

    ``given``: mappings that are taken before those that the letters name. ``connectors``: readers of connectors that
    have no mappings, by connector.
    """

    def __init__(
        self,
        write: WriteBatch,
        given: Sequence[SourceMapping] = (),
        connectors: Mapping[str, ReaderOf] | None = None,
    ) -> None:
        self._write = write
        self._given = {mapping.source.name: mapping for mapping in given}
        self._connectors = connectors or {}
        self._found: dict[tuple[str, str, str, int], LetterReader] = {}

    def of(self, letter: DeadLetter) -> LetterReader:
        """The reader of a letter. Raises MappingError, SourceReadError, ConfigurationError."""
        key = letter.source, letter.connector, letter.mapping, letter.input
        if key not in self._found:
            self._found[key] = self._connectors.get(letter.connector, self._mapped)(letter)
        return self._found[key]

    def _mapped(self, letter: DeadLetter) -> LetterReader:
        mapping = self._given.get(letter.source)
        if mapping is None and not letter.mapping:
            problem = f"No mapping can read letters of {letter.source} ({letter.connector})."
            raise SourceReadError(problem, "Name one with --mapping.")
        mapping = mapping or read_mappings([letter.mapping])[0]
        if letter.input >= len(mapping.inputs):
            problem = f"{mapping.file} has no inputs[{letter.input}] any more."
            raise SourceReadError(problem, "Replay with the mapping that rejected the rows, mended.")
        translation = Translation(mapping.inputs[letter.input], context_of(mapping))
        return LetterReader(partial(_translated, translation), partial(self._write_rows, mapping.source))

    def _write_rows(self, source: SourceRecord, rows: Sequence[Translated], run_id: str) -> WrittenAgain:
        batches = batches_of(rows, source, run_id, len(rows))
        return WrittenAgain(sum((self._write(batch) for batch in batches), WriteCounts()))


def _translated(translation: Translation, kept: KeptLetter, row: Row) -> ReadAgain:
    translated = translation.translate(row, kept.letter.received_at)
    if translated.rejected is not None:
        return ReadAgain(rejected=reason_of(translated.rejected, row_rejected=True))
    found = tuple(reason_of(finding, row_rejected=False) for finding in translated.set_aside)
    return ReadAgain(translated, found)
