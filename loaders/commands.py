"""``cdp load``: read the data of a source into the graph."""

import json
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from graph.address import resolve_address
from graph.connection import open_graph
from graph.constraints import install_schema
from graph.errors import ConfigurationError, InputError
from graph.writing import write_batch
from loaders.mappings.reading import read_mappings, shipped_mappings
from loaders.pipeline import LoadPlan, load
from loaders.progress import shown
from loaders.report import LoadReport, print_report
from loaders.settings import LoadSettings, load_settings

_EXAMPLE = "Example: cdp load sample --data sample-company"

Mappings = Annotated[
    list[str] | None,
    typer.Argument(metavar="MAPPING...", help="YAML files, folders of them, or names of shipped mappings (--list)."),
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
List = Annotated[bool, typer.Option("--list", help="List the shipped mappings.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout, nothing else.")]


def load_command(
    mappings: Mappings = None,
    data: Data = None,
    max_rejected: MaxRejected = None,
    batch_size: BatchSize = None,
    list_shipped: List = False,
    as_json: AsJson = False,
) -> None:
    """Load data into the graph, as mapping files say. Loading the same data again changes nothing.

    Rows that cannot be used are set aside (cdp rejects); a file with too many of them is left out as a whole.

    Example: cdp load sample --data sample-company
    """
    if list_shipped:
        _list_shipped(as_json=as_json)
        return
    if not mappings:
        raise ConfigurationError("There is nothing to load.", f"Name a mapping. {_EXAMPLE}")
    plan = LoadPlan(read_mappings(mappings), data, settings=_settings(batch_size), max_rejected=max_rejected)
    with open_graph(resolve_address()) as graph, shown(Console(stderr=True)) as progress:
        install_schema(graph)
        report = load(plan, partial(write_batch, graph), progress)
    _print(report, as_json=as_json)
    if report.problems:
        raise typer.Exit(InputError.exit_code)


def _settings(batch_size: int | None) -> LoadSettings:
    settings = load_settings()
    return settings if batch_size is None else settings.model_copy(update={"batch_rows": batch_size})


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
