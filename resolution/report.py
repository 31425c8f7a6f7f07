"""The report of a resolution: for people as tables, for programs as one JSON document."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from rich.console import Console
from rich.table import Table

from graph.identity_events import IdentityEvent
from resolution.clusters.profile_changes import jitter
from resolution.pipeline import ResolutionReport
from resolution.quality.cases import CaseMetrics
from resolution.quality.evaluation import Evaluation

_PERCENT = {"pairwise_precision", "pairwise_recall", "pairwise_f1", "bcubed_f1", "exact_cluster_f1"}


def as_json(report: ResolutionReport, evaluation: Evaluation | None = None) -> dict[str, Any]:
    """Everything that the report says, as plain values; of a dry run every change of a profile as well."""
    document: dict[str, Any] = {
        "run_id": report.run.run_id,
        "model_version": report.model.version,
        "way": report.way,
        "written": report.changes is not None and not report.dry_run,
        "dry_run": report.dry_run,
        "counts": report.run.counts,
        "durations": report.run.durations,
        "levels": report.model.levels,
        "changes": None if report.changes is None else asdict(report.changes),
        "jitter": 0.0 if report.changes is None else jitter(report.run.counts),
        "charts": None if report.charts is None else str(report.charts),
        "unseen_findings": list(report.unseen),
    }
    if report.dry_run:
        document["events"] = [asdict(event) for event in report.events]
    return document if evaluation is None else {**document, "evaluation": evaluation.as_json()}


def print_report(report: ResolutionReport, console: Console) -> None:
    """Counts, changes and levels as tables."""
    if report.changes is None:
        console.print(f"Nothing has changed since {report.run.run_id}: nothing was written.")
    elif report.dry_run:
        console.print(_dry(report))
    console.print(_table("Resolution", {**report.run.counts, **(asdict(report.changes) if report.changes else {})}))
    if report.changes is not None:
        console.print(_jitter(report.run.counts))
    if report.dry_run:
        _print_events(report.events, console)
    levels = {name.upper(): f"{value:.4f}" for name, value in report.model.levels.items()}
    console.print(_table(f"Levels of confidence, model {report.model.version}", levels))
    console.print(_table("Seconds", report.run.durations))
    if report.unseen:
        console.print(
            f"{len(report.unseen)} findings that no likely match shows keep their usual weight (--json names them)."
        )
    if report.charts:
        console.print(f"Charts of the model and of doubtful pairs: {report.charts}", soft_wrap=True)


def _dry(report: ResolutionReport) -> str:
    """What was not written, and where the model of a dry run is."""
    kept = f" Its model is kept: cdp resolve --model {report.model.version} uses it." if report.way == "train" else ""
    return f"A dry run: this is what would change, and nothing was written to the graph.{kept}"


def _jitter(counts: Mapping[str, int]) -> str:
    moved, known = counts["customers_with_another_profile_id"], counts["customers_known_before"]
    return f"Of {known:,} customers known before, {moved:,} have another profile id now (jitter {jitter(counts):.2%})."


_EVENTS_SHOWN = 20


def _print_events(events: Sequence[IdentityEvent], console: Console) -> None:
    """A line for each change of a profile, never cut: an id is there to be copied."""
    for event in events[:_EVENTS_SHOWN]:
        before, after = ", ".join(event.profiles_before) or "nobody", ", ".join(event.profiles_after) or "nobody"
        line = f"{event.kind}: {before} -> {after}, {len(event.customers)} customers"
        console.print(line, soft_wrap=True, markup=False, highlight=False)
    if len(events) > _EVENTS_SHOWN:
        console.print(f"... and {len(events) - _EVENTS_SHOWN:,} more (--json names them all).")


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
    if evaluation.unknown:
        some = f"{evaluation.unknown:,} of the {evaluation.default.records:,} records of the truth"
        console.print(f"Not in the graph: {some}; each counts as one that stands alone. Is its column source right?")
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
