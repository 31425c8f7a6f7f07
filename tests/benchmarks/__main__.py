"""``make bench``: our speed as ratios against the raw driver and the bare library, in one run on one machine.

Example: python -m tests.benchmarks --people 2000 --json
"""

from typing import Annotated

import orjson
import typer
from rich.console import Console
from rich.table import Table

from tests.benchmarks.company import loaded_company
from tests.benchmarks.loading import measure_loading
from tests.benchmarks.measures import Measure
from tests.benchmarks.reading import measure_reading
from tests.benchmarks.resolving import measure_resolving

People = Annotated[int, typer.Option("--people", min=100, help="People of the sample company.")]
Rounds = Annotated[int, typer.Option("--rounds", min=1, help="Times that each side is run; the best one counts.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


def bench(people: People = 2_000, rounds: Rounds = 3, *, as_json: AsJson = False) -> None:
    """Measure loading, GraphQL and resolution."""
    with loaded_company(people) as company:
        measures = [
            *measure_loading(company, rounds),
            *measure_resolving(company, rounds),
            *measure_reading(company),
        ]
    if as_json:
        typer.echo(orjson.dumps(measures))
    else:
        _print(measures)


def _print(measures: list[Measure]) -> None:
    table = Table("measure", "ours", "raw", "ratio", "wanted")
    for column in table.columns[1:]:
        column.justify = "right"
    for found in measures:
        ours, raw = (f"{value:,.1f} {found.unit}" for value in (found.ours, found.raw))
        table.add_row(found.name, ours, raw, f"{found.ratio:.2f}", found.wanted)
    Console().print(table)


typer.run(bench)
