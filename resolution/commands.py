"""``cdp resolve``: find which customers are one person, and write the links."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from graph.address import resolve_address
from graph.connection import open_graph
from graph.constraints import install_schema
from graph.errors import ConfigurationError
from graph.guards import current_guards
from graph.hub_labels import has_labels_of_other_guards
from graph.printing import print_json
from graph.settings import cdp_settings
from resolution.engines.engine import engine_named
from resolution.models.model_store import model_store
from resolution.pipeline import ResolutionReport, ResolutionRequest, resolve
from resolution.progress import shown
from resolution.quality.cases import read_cases
from resolution.quality.evaluation import Evaluation, evaluate, read_truth, require_known
from resolution.report import as_json, print_evaluation, print_report
from resolution.settings import ResolutionSettings

_OTHERS = (
    "Everybody was looked at, because a process told under other guards who is a hub. "
    "Where that comes again, some process has another CDP_GUARDS_FILE than this one, or none."
)


def resolve_command(
    evaluate_against: Annotated[
        Path | None,
        typer.Option("--evaluate", metavar="TRUTH.csv", help="Print the quality against a file with id, person_id."),
    ] = None,
    full: Annotated[bool, typer.Option("--full", help="Score all customers again, with the same model.")] = False,
    train: Annotated[bool, typer.Option("--train", help="Train a new model and score all customers with it.")] = False,
    version: Annotated[
        str | None, typer.Option("--model", metavar="VERSION", help="Score all customers with this model version.")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would merge and split, and leave the graph as it is.")
    ] = False,
    no_charts: Annotated[bool, typer.Option("--no-charts", help="Draw no charts of a model that scores all.")] = False,
    engine: Annotated[
        str, typer.Option("--engine", metavar="NAME", help="What scores all pairs: duckdb, or spark for many machines.")
    ] = "duckdb",
    as_json_document: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Find which customers are one person, and write the links with their evidence.

    Only what was written since the last run is looked at, unless the graph has grown much or you ask for more.
    Where cases.csv (person_id, kind, group) is beside TRUTH.csv, the quality is told for each kind of hard case too.
    A dry run says what would merge and split; only a model that is trained for it is kept. A run that scores everything
    leaves Splink's charts as HTML in the folder runs/ beside the models.

    Example: cdp resolve --evaluate sample-company/truth/records.csv
    """
    if dry_run and evaluate_against:
        raise ConfigurationError("A dry run writes no links, so there is no quality to measure.", "Leave out one.")
    talk = Console(stderr=as_json_document)
    request = _request(version, engine, full=full, train=train)
    request = replace(request, dry_run=dry_run, charts=None if no_charts else cdp_settings().data_dir / "runs")
    truth = read_truth(evaluate_against, "records") if evaluate_against else None
    cases = read_cases(evaluate_against) if evaluate_against else None
    with open_graph(resolve_address()) as graph, shown(talk) as progress:
        if not dry_run:
            install_schema(graph)
        if truth is not None:
            require_known(graph, truth)
        settings = ResolutionSettings()  # pyright: ignore[reportCallIssue]
        has_others = not (request.way or version) and has_labels_of_other_guards(graph, current_guards())
        report = resolve(graph, settings, model_store(), request, progress)
        seconds = sum(report.run.durations.values())
        quality = evaluate(graph, truth, seconds, cases) if truth is not None else None
    _tell(report, quality, None if as_json_document else talk)
    if has_others and report.way == "full":
        talk.print(_OTHERS, soft_wrap=True)


def _request(version: str | None, engine: str, *, full: bool, train: bool) -> ResolutionRequest:
    if train and (full or version):
        raise ConfigurationError("A new model is trained, so none can be chosen.", "Leave out --full and --model.")
    return ResolutionRequest("train" if train else "full" if full else None, version, engine=engine_named(engine))


def _tell(report: ResolutionReport, quality: Evaluation | None, console: Console | None) -> None:
    if console is None:
        print_json(as_json(report, quality))
        return
    print_report(report, console)
    if quality is not None:
        print_evaluation(quality, console)
