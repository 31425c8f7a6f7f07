"""Links between customers: what a resolution hands over, and how it is brought into the graph."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Generic, Literal, TypeVar

import orjson

from graph.batches import batched
from graph.connection import Graph, Row
from graph.times import milliseconds, moment

LINKS_PER_TRANSACTION = 10_000

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


@dataclass(frozen=True, slots=True)
class LinkChanges:
    """What a resolution changed in the graph, in edges."""

    links_created: int
    links_changed: int
    links_retired: int
    links_unchanged: int
    compared_written: int
    compared_removed: int


@dataclass(frozen=True, slots=True)
class Decisions:
    """What outranks the model: pairs of customer keys, the smaller one first."""

    same: frozenset[tuple[str, str]]
    apart: frozenset[tuple[str, str]]


Pair = tuple[str, str]
Claim = TypeVar("Claim", Link, ComparedPair)


def list_decisions(graph: Graph) -> Decisions:
    """Links that stewards made, and pairs that stewards or rules hold apart. Raises GraphError."""
    same = (row for row in graph.stream("list_links") if row["method"] == "steward")
    return Decisions(
        same=frozenset((row["left"], row["right"]) for row in same),
        apart=frozenset((row["left"], row["right"]) for row in graph.stream("list_cannot_links")),
    )


def write_resolution(graph: Graph, resolution: Resolution) -> LinkChanges:
    """Bring the graph from the links that it has to those of the resolution; only differences are written.

    Batches of 10,000 edges, the run last: a run that was killed has no ``ScoringRun``, and the next one repairs what it
    left. Links that no longer hold become WAS_SAME_AS. Raises GraphError.
    """
    links = _Difference.of(resolution.links, (Link(**row) for row in graph.stream("list_links")))
    compared = _Difference.of(resolution.compared, (ComparedPair(**row) for row in graph.stream("list_compared_pairs")))
    run = {"run_id": resolution.run.run_id, "model_version": resolution.model.version}
    at = milliseconds(resolution.run.finished_at)
    _write_model(graph, resolution.model)
    _write_rows(graph, "erase_compared_pairs", [_pair_row(pair) for pair in compared.gone])
    _write_rows(graph, "merge_compared_pairs", [_row(pair) for pair in compared.written], **run)
    retired = {"at": at, "reason": "the evidence for it is gone", "run_id": run["run_id"]}
    _write_rows(graph, "retire_links", [_pair_row(pair) for pair in links.gone], **retired)
    _write_rows(graph, "merge_links", [_row(link) for link in links.written], at=at, **run)
    _write_run(graph, resolution.run)
    return LinkChanges(
        links_created=links.created,
        links_changed=len(links.written) - links.created,
        links_retired=len(links.gone),
        links_unchanged=links.unchanged,
        compared_written=len(compared.written),
        compared_removed=len(compared.gone),
    )


def latest_run(graph: Graph) -> tuple[ScoringRun, ScoringModel] | None:
    """The resolution that finished last, with its model; none before the first. Raises GraphError."""
    rows = graph.read("get_latest_run")
    return (_run_of(rows[0]), _model_of(rows[0])) if rows else None


@dataclass(frozen=True, slots=True)
class _Difference(Generic[Claim]):
    """What must be written and what is gone, given what the graph has."""

    written: list[Claim]
    gone: list[Pair]
    created: int
    unchanged: int

    @classmethod
    def of(cls, wanted: Iterable[Claim], present: Iterable[Claim]) -> "_Difference[Claim]":
        known = {(claim.left, claim.right): claim for claim in present}
        target = {(claim.left, claim.right): claim for claim in wanted}
        written = [claim for pair, claim in sorted(target.items()) if known.get(pair) != claim]
        created = sum((claim.left, claim.right) not in known for claim in written)
        return cls(written, sorted(known.keys() - target.keys()), created, len(target) - len(written))


def _row(claim: Link | ComparedPair) -> Row:
    return {**asdict(claim), "key": f"{claim.left} ~ {claim.right}"}


def _pair_row(pair: Pair) -> Row:
    return {"left": pair[0], "right": pair[1]}


def _write_rows(graph: Graph, statement: str, rows: list[Row], **parameters: object) -> None:
    for batch in batched(rows, LINKS_PER_TRANSACTION):
        graph.write(lambda transaction, batch=batch: transaction.run(statement, rows=batch, **parameters))


def _write_model(graph: Graph, model: ScoringModel) -> None:
    parameters = {
        "version": model.version,
        "created_at": milliseconds(model.created_at),
        "parameters": model.parameters,
        "calibration": orjson.dumps(model.calibration).decode(),
        "level_names": list(model.levels),
        "level_values": list(model.levels.values()),
    }
    graph.write(lambda transaction: transaction.run("merge_scoring_model", **parameters))


def _write_run(graph: Graph, run: ScoringRun) -> None:
    parameters = {
        "run_id": run.run_id,
        "model_version": run.model_version,
        "input_hash": run.input_hash,
        "settings": orjson.dumps(run.settings).decode(),
        "counts": orjson.dumps(run.counts).decode(),
        "durations": orjson.dumps(run.durations).decode(),
        "started_at": milliseconds(run.started_at),
        "finished_at": milliseconds(run.finished_at),
    }
    graph.write(lambda transaction: transaction.run("merge_scoring_run", **parameters))


def _run_of(row: Row) -> ScoringRun:
    return ScoringRun(
        run_id=row["run_id"],
        model_version=row["model_version"],
        input_hash=row["input_hash"],
        settings=orjson.loads(row["settings"]),
        started_at=moment(row["started_at"]),
        finished_at=moment(row["finished_at"]),
        counts=orjson.loads(row["counts"]),
        durations=orjson.loads(row["durations"]),
    )


def _model_of(row: Row) -> ScoringModel:
    return ScoringModel(
        version=row["model_version"],
        created_at=moment(row["created_at"]),
        parameters=row["parameters"],
        calibration=tuple((height, confidence) for height, confidence in orjson.loads(row["calibration"])),
        levels=dict(zip(row["level_names"], row["level_values"], strict=True)),
    )
