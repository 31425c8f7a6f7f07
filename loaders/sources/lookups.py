"""Rows of another file beside each row: the campaign of a contact, the article of an order line."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

from graph.errors import SourceReadError
from loaders.mappings.model import Lookup
from loaders.records.values import as_text, text_reader
from loaders.sources.deliveries import find_deliveries
from loaders.sources.rows import BrokenRow, Delivery, Read, ReadRow, Row

_Table = Mapping[str, Row]


def with_lookups(delivery: Delivery, lookups: Mapping[str, Lookup], folders: tuple[Path, ...]) -> Delivery:
    """The delivery with what its rows look up, as an object under the name of each lookup.

    The other files are held in memory while it is read. Where they have no such row, the object is empty; of several
    rows with one key the last one counts. Reading raises SourceReadError for a file that is not there or has a broken
    row: what should be looked up there would be missing without a word.
    """
    if not lookups:
        return delivery
    return replace(delivery, read=partial(_read, delivery, lookups, folders))


def _read(delivery: Delivery, lookups: Mapping[str, Lookup], folders: tuple[Path, ...]) -> Iterator[Read]:
    tables = {name: _table(lookup, folders) for name, lookup in lookups.items()}
    readers = {name: text_reader(lookup.column) for name, lookup in lookups.items()}
    for read in delivery.read():
        if isinstance(read, BrokenRow):
            yield read
            continue
        found = {name: tables[name].get(readers[name](read.row) or "", {}) for name in lookups}
        yield ReadRow(read.line, {**read.row, **found}, read.at)


def _table(lookup: Lookup, folders: tuple[Path, ...]) -> _Table:
    return {
        key: row
        for delivery in find_deliveries(lookup.location, folders, None)
        for row in _rows(delivery)
        if (key := as_text(row.get(lookup.key))) is not None
    }


def _rows(delivery: Delivery) -> Iterator[Row]:
    for read in delivery.read():
        if isinstance(read, BrokenRow):
            problem = f"{delivery.name}, line {read.line}: {read.reason}."
            raise SourceReadError(problem, "Mend the row: others look it up.")
        yield read.row
