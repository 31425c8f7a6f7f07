"""Ids in rows: of what the row is, and of what it names."""

from collections.abc import Callable
from typing import TypeAlias

from loaders.mappings.model import Values
from loaders.records.findings import MISSING_ID, RowRejectedError
from loaders.records.values import ReadText, text_reader
from loaders.sources.rows import Row
from loaders.standardise.identifiers import standardise_id, standardise_reference
from loaders.standardise.unusable import Unusable

StandardiseId: TypeAlias = Callable[[str], str | Unusable | None]


def id_reader(name: str, values: Values, standardise: StandardiseId = standardise_reference) -> ReadText:
    """Reads an id that may be missing; one that cannot be used raises RowRejectedError.

    Without it, its row would belong to somebody else, or be another row once it was mended.
    """
    read = text_reader(values, whole=True)

    def read_id(row: Row) -> str | None:
        text = read(row)
        return None if text is None else _usable(name, standardise(text))

    return read_id


def required_id(name: str, text: str | None) -> str:
    """The id of a record or message. Raises RowRejectedError where there is none that can be used."""
    found = _usable(name, standardise_id(text or ""))
    if found is None:
        raise RowRejectedError(name, MISSING_ID)
    return found


def _usable(name: str, found: str | Unusable | None) -> str | None:
    """An id, if there is one. Raises RowRejectedError for one that cannot be used."""
    if isinstance(found, Unusable):
        raise RowRejectedError(name, found)
    return found
