"""Rejected rows as deliveries again."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path

import orjson

from graph.errors import SourceReadError
from loaders.intake import Intake
from loaders.mappings.model import SourceMapping
from loaders.mappings.reading import read_mappings
from loaders.rejections import Rejection, mended_row, read_rejections
from loaders.sources.rows import BrokenRow, Delivery, Read, ReadRow

_Origin = tuple[str, str, int, str, datetime]


def replayed_intakes(rejects: Path, mappings: Sequence[SourceMapping]) -> Iterator[Intake]:
    """The rows of a rejects file, grouped as they were delivered; ``mappings`` are taken before those the file names.

    Raises SourceReadError, MappingError, ConfigurationError.
    """
    given = {mapping.source.name: mapping for mapping in mappings}
    groups: dict[_Origin, list[Rejection]] = {}
    for rejection in read_rejections(rejects):
        groups.setdefault(_origin(rejection), []).append(rejection)
    for (source, reference, number, file, delivered_at), rejections in groups.items():
        mapping = given.get(source) or read_mappings([reference])[0]
        if number >= len(mapping.inputs):
            problem = f"{mapping.file} has no inputs[{number}] any more."
            raise SourceReadError(problem, "Replay with the mapping that rejected the rows, mended.")
        name = f"{Path(file).name} again"
        read = partial(_rows, rejections)
        yield Intake(mapping, number, Delivery(name, delivered_at, read, file, has_fixed_columns=False))


def _origin(rejection: Rejection) -> _Origin:
    return rejection.source, rejection.mapping, rejection.input, rejection.file, rejection.delivered_at


def _rows(rejections: Sequence[Rejection]) -> Iterator[Read]:
    """Every row once: several values of one row may have been set aside."""
    seen: set[tuple[int, bytes]] = set()
    for rejection in rejections:
        key = rejection.line, orjson.dumps(rejection.raw)
        if key not in seen:
            seen.add(key)
            row = mended_row(rejection)
            yield row if isinstance(row, BrokenRow) else ReadRow(rejection.line, row)
