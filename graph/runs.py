"""Runs and models: what resolved the graph last, and with which model version."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

import orjson

from graph.connection import Outcome, Reader, Row, Statement, Transaction
from graph.errors import ClosedRunError
from graph.times import milliseconds, moment

RunScope = Literal["full", "incremental", "online", "steward", "delete"]


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
    scope: RunScope
    settings: dict[str, object]
    started_at: datetime
    finished_at: datetime
    counts: dict[str, int] = field(default_factory=dict[str, int])
    durations: dict[str, float] = field(default_factory=dict[str, float])


def latest_run(graph: Reader) -> tuple[ScoringRun, ScoringModel] | None:
    """The resolution that finished last, with its model; none before the first. Raises GraphError."""
    rows = graph.read("get_latest_run")
    return (run_of(rows[0]), _model_of(rows[0])) if rows else None


def write_model(transaction: Transaction, model: ScoringModel) -> None:
    """Name a model version in the graph; a known one stays as it is."""
    parameters = {
        "version": model.version,
        "created_at": milliseconds(model.created_at),
        "parameters": model.parameters,
        "calibration": orjson.dumps(model.calibration).decode(),
        "level_names": list(model.levels),
        "level_values": list(model.levels.values()),
    }
    transaction.run("merge_scoring_model", **parameters)


def write_run(transaction: Transaction, run: ScoringRun) -> None:
    """Record a finished run. Raises ClosedRunError where another one of this id was closed already."""
    require_open(run, run_statement(run).run_in(transaction))


def run_statement(run: ScoringRun) -> Statement:
    """The statement that records a finished run; its outcome is for ``require_open``."""
    parameters = {
        "run_id": run.run_id,
        "model_version": run.model_version,
        "scope": run.scope,
        "settings": orjson.dumps(run.settings).decode(),
        "counts": orjson.dumps(run.counts).decode(),
        "durations": orjson.dumps(run.durations).decode(),
        "started_at": milliseconds(run.started_at),
        "finished_at": milliseconds(run.finished_at),
    }
    return Statement("merge_scoring_run", parameters)


def require_open(run: ScoringRun, recorded: Outcome) -> None:
    """Raises ClosedRunError where another run of this id was closed already."""
    if not recorded.rows[0]["open"]:
        raise ClosedRunError(f"The run {run.run_id!r} is closed.", "Nothing was written: begin another run.")


def run_of(row: Row) -> ScoringRun:
    """A run from a row that has its properties."""
    return ScoringRun(
        run_id=row["run_id"],
        model_version=row["model_version"],
        scope=row["scope"],
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
