"""Links with their evidence: enough to say why, and to draw the waterfall of weights."""

from dataclasses import dataclass
from datetime import datetime

import orjson

from graph.connection import Row
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
    """One link between two customers of a profile, with its reasons."""

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


def link_of(row: Row) -> LinkEvidence:
    """A link from a row of ``get_profile``."""
    found = orjson.loads(row["evidence"]) if row["evidence"] else []
    evidence = tuple(ComparisonEvidence(*part) for part in found)
    values: Row = {**row, "evidence": evidence, "valid_from": moment(row["valid_from"])}
    return LinkEvidence(**values)
