"""The report of a resolution: for people as tables, for programs as one JSON document."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from rich.console import Console
from rich.table import Table

from resolution.cases import CaseMetrics
from resolution.evaluation import Evaluation
from resolution.pipeline import ResolutionReport

_PERCENT = {"pairwise_precision", "pairwise_recall", "pairwise_f1", "bcubed_f1", "exact_cluster_f1"}


def as_json(report: ResolutionReport, evaluation: Evaluation | None = None) -> dict[str, Any]:
    """Everything that the report says, as plain values."""
    document: dict[str, Any] = {
        "run_id": report.run.run_id,
        "model_version": report.model.version,
        "written": report.changes is not None,
        "counts": report.run.counts,
        "durations": report.run.durations,
        "levels": report.model.levels,
        "changes": None if report.changes is None else asdict(report.changes),
        "unseen_findings": list(report.unseen),
    }
    return document if evaluation is None else {**document, "evaluation": evaluation.as_json()}


def print_report(report: ResolutionReport, console: Console) -> None:
    """Counts, changes and levels as tables."""
    if report.changes is None:
        console.print(f"Nothing has changed since {report.run.run_id}: nothing was written.")
    console.print(_table("Resolution", {**report.run.counts, **(asdict(report.changes) if report.changes else {})}))
    levels = {name.upper(): f"{value:.4f}" for name, value in report.model.levels.items()}
    console.print(_table(f"Levels of confidence, model {report.model.version}", levels))
    console.print(_table("Seconds", report.run.durations))
    if report.unseen:
        console.print(
            f"{len(report.unseen)} findings that no likely match shows keep their usual weight (--json names them)."
        )


def print_evaluation(evaluation: Evaluation, console: Console) -> None:
    """Metrics at every named level, the default confidence among them, and by kind of hard case."""
    levels = evaluation.levels or {"default": evaluation.default}
    table = Table(title="Quality against the truth", title_justify="left")
    table.add_column("metric")
    for name in levels:
        table.add_column(name, justify="right")
    for metric in asdict(evaluation.default):
        table.add_row(metric, *(_cell(metric, getattr(found, metric)) for found in levels.values()))
    console.print(table)
    if evaluation.cases:
        _print_cases(evaluation.cases, console)


_CASE_COLUMNS = {
    "groups": "groups",
    "people": "people",
    "pairwise_precision": "precision",
    "pairwise_recall": "recall",
    "pairwise_f1": "F1",
    "merged": "merged",
    "mixed": "mixed",
    "split": "split",
}


def _print_cases(cases: Mapping[str, CaseMetrics], console: Console) -> None:
    """A line each, narrow enough for 80 columns."""
    table = Table(title="Hard cases at the default confidence, the worst first", title_justify="left")
    table.box, table.padding, table.pad_edge = None, (0, 1, 0, 0), False
    table.add_column("kind", no_wrap=True)
    for heading in _CASE_COLUMNS.values():
        table.add_column(heading, justify="right", no_wrap=True)
    for kind, found in cases.items():
        cells = (_cell(metric, getattr(found, metric)) for metric in _CASE_COLUMNS)
        table.add_row(kind.replace("_", " "), *cells)
    console.print(table)
    console.print(
        "merged: groups of which two people share a cluster; mixed: people who share one with somebody outside their "
        "group; split: people who are in more than one."
    )


def _cell(metric: str, value: float) -> str:
    return f"{value:.4f}" if metric in _PERCENT or isinstance(value, float) else f"{value:,}"


def _table(title: str, rows: dict[str, Any]) -> Table:
    table = Table(title=title, title_justify="left", show_header=False)
    for name, value in rows.items():
        table.add_row(name.replace("_", " "), f"{value:,}" if isinstance(value, int) else str(value))
    return table
