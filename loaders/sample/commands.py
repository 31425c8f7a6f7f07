"""``cdp sample``: make the sample company."""

import json
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from graph.errors import ConfigurationError
from loaders.sample.company import SampleReport, is_sample, write_sample

sample_app = typer.Typer(no_args_is_help=True, help="The sample company.")

_LINE_EVERY_S = 5.0

People = Annotated[int, typer.Option("--people", help="How many people the world has.", min=1)]
Seed = Annotated[int, typer.Option("--seed", help="Another seed is another world.", min=0)]
Out = Annotated[Path, typer.Option("--out", help="The folder to write into.", file_okay=False)]
AllSystems = Annotated[
    bool,
    typer.Option(
        "--all-systems",
        help="Also social, campaigns, another CDP, DWH, data mart, DMP, CMP, loyalty; push tokens, sends, consents.",
    ),
]
Force = Annotated[bool, typer.Option("--force", help="Write into a folder that holds other files too.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout, nothing else.")]


@sample_app.command()
def sample(
    out: Out,
    people: People = 2000,
    seed: Seed = 7,
    all_systems: AllSystems = False,
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """Make the sample company: what CRM, call centre, shop, web, app and email know of the same invented people.

    With --all-systems every other kind of system too; the files of the six stay the same. Who is who is in truth/,
    which no loader reads. The same numbers give the same files, and a small sample is the beginning of every larger one
    with the same seed.

    Example: cdp sample --people 2000 --seed 7 --out sample-company
    """
    if not force and not is_sample(out):
        raise ConfigurationError(
            f"{out} holds files that are not those of a sample.",
            "Choose another folder with --out, or add --force to write into this one.",
        )
    with _counted(people) as progress:
        report = write_sample(people, seed, out, progress, all_systems=all_systems)
    if as_json:
        typer.echo(json.dumps(asdict(report) | {"folder": str(report.folder)}))
    else:
        _print(report)


@contextmanager
def _counted(people: int) -> Generator[Callable[[int], None]]:
    """Progress on stderr: a bar on a terminal, a line every few seconds elsewhere."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield _lines(console, people)
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("Making people", total=people)
        yield lambda more: bar.advance(task, more)


def _lines(console: Console, people: int) -> Callable[[int], None]:
    done, said_at = 0, time.monotonic()

    def advance(more: int) -> None:
        nonlocal done, said_at
        done += more
        if time.monotonic() - said_at >= _LINE_EVERY_S:
            said_at = time.monotonic()
            console.print(f"Made {done:,} of {people:,} people", highlight=False)

    return advance


def _print(report: SampleReport) -> None:
    console = Console()
    table = Table("File", "Rows", "Broken", "Repeated", box=None, pad_edge=False)
    for column in table.columns[1:]:
        column.justify = "right"
    for file in report.files:
        table.add_row(file.path, f"{file.rows:,}", f"{file.broken:,}", f"{file.repeated:,}")
        for name, rows in file.tables.items():
            table.add_row(f"  {name}", f"{rows:,}", "", "")
    console.print(table)
    said = (
        f"{report.people:,} people in {report.households:,} households (seed {report.seed}) "
        f"in {report.folder}, {report.seconds:.1f} s"
    )
    console.print(said, highlight=False, soft_wrap=True)
