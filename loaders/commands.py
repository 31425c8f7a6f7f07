"""``cdp load``: read the data of a source into the graph."""

import json
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import IO, Annotated

import typer
from rich.console import Console

from graph.bulk.loading import bulk_load
from graph.connection import Graph
from graph.embedded.progress import report_progress
from graph.embedded.server import embedded_server
from graph.errors import ConfigurationError, InputError
from graph.opening import opened_graph
from graph.settings import cdp_settings, neo4j_settings
from loaders.available import Available, find_available
from loaders.connectors.memory import GraphMemory
from loaders.delivery_writer import writing_into
from loaders.mappings.reading import read_mappings, shipped_mappings
from loaders.pipeline import LoadPlan, load, load_bulk, load_singer
from loaders.progress import Progress, shown
from loaders.report import LoadReport, print_report
from loaders.settings import LoadSettings, load_settings

_EXAMPLE = "Example: cdp load sample --data sample-company"

Mappings = Annotated[
    list[str] | None,
    typer.Argument(metavar="MAPPING", help="YAML files, folders of them, or names of shipped mappings (--list)."),
]
Data = Annotated[
    Path | None,
    typer.Option("--data", help="Folder of the data. Without it, the folder of each mapping.", file_okay=False),
]
MaxRejected = Annotated[
    float | None,
    typer.Option(
        "--max-rejected",
        min=0,
        max=1,
        help="Largest share of rejected rows of a file; outranks mappings and settings.",
    ),
]
BatchSize = Annotated[
    int | None, typer.Option("--batch-size", min=1, max=100_000, help="Rows in one transaction. 5000 if not set.")
]
All = Annotated[bool, typer.Option("--all", help="Load every shipped mapping whose files are in --data.")]
FromStart = Annotated[bool, typer.Option("--from-start", help="Read everything again, whatever was loaded before.")]
Singer = Annotated[
    bool, typer.Option("--singer", help="Read the output of a Singer tap on standard input, as the mapping says.")
]
MaxLost = Annotated[
    float | None,
    typer.Option("--max-lost", min=0, max=1, help="Largest share of its customers that a full snapshot may lose."),
]
Bulk = Annotated[
    bool, typer.Option("--bulk", help="Fill an empty embedded database at once, by Neo4j's importer: much faster.")
]
List = Annotated[bool, typer.Option("--list", help="List the shipped mappings.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout, nothing else.")]


def load_command(
    mappings: Mappings = None,
    data: Data = None,
    max_rejected: MaxRejected = None,
    batch_size: BatchSize = None,
    load_all: All = False,
    from_start: FromStart = False,
    max_lost: MaxLost = None,
    singer: Singer = False,
    bulk: Bulk = False,
    list_shipped: List = False,
    as_json: AsJson = False,
) -> None:
    """Load data into the graph, as mapping files say. Loading the same data again changes nothing.

    Rows that cannot be used are set aside (cdp rejects); a file with too many of them is left out as a whole.
    With --all every shipped mapping is loaded whose files are there, and the others are named. With --bulk all of it is
    written or nothing.

    Example: cdp load sample --data sample-company
    """
    if list_shipped:
        _list_shipped(as_json=as_json)
        return
    if not mappings and not load_all:
        raise ConfigurationError("There is nothing to load.", f"Name a mapping. {_EXAMPLE}")
    chosen = _available(mappings, data) if load_all else Available(tuple(read_mappings(mappings or [])), ())
    settings = _settings(batch_size)
    plan = LoadPlan(chosen.mappings, data, settings=settings, max_rejected=max_rejected, max_lost=max_lost)
    with shown(Console(stderr=True)) as progress:
        if bulk:
            report = _fill(plan, progress, singer=singer)
        else:
            with opened_graph() as graph:
                plan = replace(plan, memory=GraphMemory(graph, from_start=from_start))
                report = _run(plan, sys.stdin.buffer if singer else None, graph, progress)
    report.absent.extend(chosen.absent)
    _print(report, as_json=as_json)
    if report.problems:
        raise typer.Exit(InputError.exit_code)


def _available(mappings: list[str] | None, data: Path | None) -> Available:
    if mappings or data is None:
        raise ConfigurationError(
            "--all takes every shipped mapping.", "Say where the data is with --data, and no name."
        )
    return find_available(data)


def _settings(batch_size: int | None) -> LoadSettings:
    settings = load_settings()
    return settings if batch_size is None else settings.model_copy(update={"batch_rows": batch_size})


def _run(plan: LoadPlan, tap: IO[bytes] | None, graph: Graph, progress: Progress) -> LoadReport:
    writing = writing_into(graph)
    return load(plan, writing, progress) if tap is None else load_singer(plan, tap, writing, progress)


def _fill(plan: LoadPlan, progress: Progress, *, singer: bool) -> LoadReport:
    if singer:
        raise ConfigurationError("--bulk cannot read a Singer tap.", "Load its output without --bulk.")
    if neo4j_settings().uri:
        problem = "NEO4J_URI is set: --bulk builds the store of the embedded Neo4j, and of no other."
        raise ConfigurationError(problem, "Load without --bulk, or unset NEO4J_URI, in the environment and in .env.")
    with bulk_load(embedded_server(cdp_settings()), report_progress()) as bulk:
        return load_bulk(plan, bulk, progress)


def _print(report: LoadReport, *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(report.as_document()))
    else:
        print_report(report, Console())
    complaints = Console(stderr=True)
    for problem in report.problems:
        complaints.print(f"Not loaded: {problem}", markup=False, highlight=False, soft_wrap=True)


def _list_shipped(*, as_json: bool) -> None:
    shipped: dict[str, Sequence[str]] = {
        name: [file.stem for file in files] for name, files in shipped_mappings().items()
    }
    if as_json:
        typer.echo(json.dumps(shipped))
        return
    for name, members in shipped.items():
        typer.echo(name if list(members) == [name] else f"{name}  ({', '.join(members)})")
