"""``cdp resolve``: find which customers are one person, and write the links."""

import sys
from pathlib import Path
from typing import Annotated

import orjson
import typer
from rich.console import Console

from graph.address import resolve_address
from graph.connection import open_graph
from graph.constraints import install_schema
from resolution.cases import read_cases
from resolution.evaluation import Evaluation, evaluate, read_truth
from resolution.pipeline import ResolutionReport, resolve
from resolution.progress import shown
from resolution.report import as_json, print_evaluation, print_report
from resolution.settings import ResolutionSettings


def resolve_command(
    evaluate_against: Annotated[
        Path | None,
        typer.Option("--evaluate", metavar="TRUTH.csv", help="Print the quality against a file with id, person_id."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Resolve again although nothing has changed.")] = False,
    as_json_document: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Find which customers are one person, and write the links with their evidence.

    Where cases.csv (person_id, kind, group) is beside TRUTH.csv, the quality is told for each kind of hard case too.
    Example: cdp resolve --evaluate data/sample/truth/records.csv
    """
    talk = Console(stderr=as_json_document)
    truth = read_truth(evaluate_against, "records") if evaluate_against else None
    cases = read_cases(evaluate_against) if evaluate_against else None
    with open_graph(resolve_address()) as graph, shown(talk) as progress:
        install_schema(graph)
        report = resolve(graph, ResolutionSettings(), progress, force=force)  # pyright: ignore[reportCallIssue]
        seconds = sum(report.run.durations.values())
        quality = evaluate(graph, truth, seconds, cases) if truth is not None else None
    _tell(report, quality, None if as_json_document else talk)


def _tell(report: ResolutionReport, quality: Evaluation | None, console: Console | None) -> None:
    if console is None:
        sys.stdout.buffer.write(orjson.dumps(as_json(report, quality)) + b"\n")
        return
    print_report(report, console)
    if quality is not None:
        print_evaluation(quality, console)
