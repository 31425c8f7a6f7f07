"""``cdp evaluate``: the quality of the resolution on labelled records."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from api.console.evaluation import evaluate_records
from graph.printing import print_json
from resolution.progress import shown
from resolution.report import print_evaluation

Ignore = Annotated[list[str] | None, typer.Option("--ignore", help="Column that is not compared; repeatable.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout, nothing else.")]


def evaluate_command(
    records: Annotated[Path, typer.Argument(help="CSV or Parquet file of person records with a column id.")],
    truth: Annotated[Path, typer.Argument(help="CSV file with id, person_id and, optionally, source.")],
    ignore: Ignore = None,
    as_json: AsJson = False,
) -> None:
    """Measure the resolution on labelled records, in a database of its own that leaves nothing behind.

    Example: cdp evaluate records.csv truth.csv --ignore occupation --json
    """
    names = [name for group in ignore or () for name in group.split(",")]
    with shown(Console(stderr=True)) as progress:
        evaluation = evaluate_records(records, truth, names, progress)
    if as_json:
        print_json(evaluation.as_json())
    else:
        print_evaluation(evaluation, Console())
