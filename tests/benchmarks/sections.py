"""Sections: what a part of the benchmark is asked with, and what it gives."""

from dataclasses import dataclass
from pathlib import Path

Row = dict[str, object]
"""Of a table: column -> value."""
Rows = list[Row]
"""A table; columns in the order in which they first come."""


@dataclass(frozen=True, slots=True)
class Options:
    """What is measured. ``data``: folder of the public data sets; ``sizes``: customers in the graphs of ``growth`` and
    ``sizes``."""

    people: int
    rounds: int
    data: Path
    quality_people: int
    sizes: tuple[int, ...]
    bulk_people: int


def percentile(times: list[float], share: float) -> float:
    """The time within which this share of the runs ended, in milliseconds."""
    ordered = sorted(times)
    return round(1_000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))], 1)
