"""What reads a dead letter again: its mapping, mended, or what a connector has instead of mappings."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from graph.errors import SourceReadError
from graph.records import SourceRecord
from loaders.mappings.model import SourceMapping
from loaders.mappings.reading import read_mappings
from loaders.records.context import context_of
from loaders.records.translation import Translated, Translation
from loaders.rejects.model import DeadLetter
from loaders.sources.rows import Row


@dataclass(frozen=True, slots=True)
class LetterReader:
    """Makes records of rows. ``translate``: takes a row and when its source delivered it."""

    source: SourceRecord
    translate: Callable[[Row, datetime], Translated]


ReaderOf: TypeAlias = Callable[[DeadLetter], LetterReader]
"""Finds the reader of letters that have source, connector, mapping and input in common. Raises InputError."""


class Readers:
    """The readers of one replay. ``given``: mappings that are taken before those that the letters name.

    ``connectors``: readers of connectors that have no mappings, by connector.
    """

    def __init__(self, given: Sequence[SourceMapping] = (), connectors: Mapping[str, ReaderOf] | None = None) -> None:
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
        return LetterReader(mapping.source, translation.translate)
