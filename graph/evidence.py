"""Links with their evidence: enough to say why, and to draw the waterfall of weights."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import orjson

from graph.connection import Reader, Row
from graph.links import Pair, pair_row
from graph.times import moment


@dataclass(frozen=True, slots=True)
class ComparisonEvidence:
    """What one comparison says: its finding and its weight in log2 odds; the frequency of the value apart."""

    comparison: str
    level: str
    match_weight: float
    term_frequency_weight: float


@dataclass(frozen=True, slots=True)
class LinkEvidence:
    """One link between two customers of a profile, with its reasons. ``valid_to``: none while it holds.

    ``run_id``: of the run that wrote it; where it holds no longer, of the run that ended it.
    """

    left: str
    right: str
    probability: float
    match_weight: float
    method: str
    rule: str | None
    evidence: tuple[ComparisonEvidence, ...]
    cohesion: float | None
    confidence: float | None
    run_id: str
    model_version: str
    valid_from: datetime
    valid_to: datetime | None = None


def links_between(graph: Reader, pairs: Iterable[Pair]) -> dict[Pair, LinkEvidence]:
    """The live links of some pairs, with their reasons. Raises GraphError."""
    rows = graph.read("list_links_between", rows=[pair_row(pair) for pair in pairs])
    return {(row["left"], row["right"]): link_of(row) for row in rows}


def findings_of(evidence: str | None) -> tuple[ComparisonEvidence, ...]:
    """What the comparisons say, from the JSON text that links and compared pairs carry."""
    return tuple(ComparisonEvidence(*part) for part in (orjson.loads(evidence) if evidence else ()))


def link_of(row: Row) -> LinkEvidence:
    """A link from a row of ``get_profile``, ``get_profiles_at`` or ``list_links_between``."""
    times = {"valid_from": moment(row["valid_from"]), "valid_to": moment(row.get("valid_to"))}
    values: Row = {**row, **times, "evidence": findings_of(row["evidence"])}
    return LinkEvidence(**values)
