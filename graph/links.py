"""Links between customers: what a resolution hands over, and how it is brought into the graph."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

LinkMethod = Literal["splink", "rule", "steward"]


@dataclass(frozen=True, slots=True)
class Link:
    """One SAME_AS claim. ``left`` is the smaller key.

    ``evidence``: JSON text, a list of [comparison, level, weight, term frequency weight] in log2 units.
    ``cohesion`` and ``confidence`` are given on links of the forest only.
    """

    left: str
    right: str
    probability: float
    match_weight: float
    method: LinkMethod
    rule: str | None = None
    evidence: str | None = None
    cohesion: float | None = None
    confidence: float | None = None


@dataclass(frozen=True, slots=True)
class ComparedPair:
    """One COMPARED edge: a scored pair that is more likely two people. ``left`` is the smaller key."""

    left: str
    right: str
    probability: float
    match_weight: float
    evidence: str | None = None


@dataclass(frozen=True, slots=True)
class ScoringModel:
    """A trained model with its calibration. ``levels``: named confidences, such as {"strict": 0.95}."""

    version: str
    created_at: datetime
    parameters: str
    calibration: tuple[tuple[float, float], ...]
    levels: dict[str, float]


@dataclass(frozen=True, slots=True)
class ScoringRun:
    """One execution of a resolution. ``durations`` in seconds by step."""

    run_id: str
    model_version: str
    input_hash: str
    settings: dict[str, object]
    started_at: datetime
    finished_at: datetime
    counts: dict[str, int] = field(default_factory=dict[str, int])
    durations: dict[str, float] = field(default_factory=dict[str, float])


@dataclass(frozen=True, slots=True)
class Resolution:
    """The outcome of one run: every link and compared pair that now holds."""

    links: Sequence[Link]
    compared: Sequence[ComparedPair]
    model: ScoringModel
    run: ScoringRun
