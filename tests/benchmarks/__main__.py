"""``make bench``: quality and speed in tables, on one machine, and all of it in one JSON file.

Example: python -m tests.benchmarks --only online,growth --sizes 10000,100000 --json
"""

import os
import platform
import sys
from collections.abc import Callable, Iterable
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import orjson
import typer
from rich.console import Console
from rich.table import Table

from graph.collecting import collect_rarely
from graph.settings import cdp_settings
from tests.benchmarks.api.histories import measure_histories
from tests.benchmarks.api.overhead import measure_overhead
from tests.benchmarks.api.reading import measure_reading
from tests.benchmarks.api.rival.measuring import rival_or_none
from tests.benchmarks.api.sizes import measure_sizes
from tests.benchmarks.bulk import measure_bulk
from tests.benchmarks.company import loaded_company
from tests.benchmarks.datasets import DATA
from tests.benchmarks.following import measure_following
from tests.benchmarks.growth import measure_growth
from tests.benchmarks.guarding import measure_guarding
from tests.benchmarks.loading import measure_loading
from tests.benchmarks.measures import Measure
from tests.benchmarks.online import measure_online
from tests.benchmarks.quality import measure_quality
from tests.benchmarks.resolving import measure_resolving
from tests.benchmarks.sampling import measure_sampling
from tests.benchmarks.sections import Options, Rows
from tests.benchmarks.standardising import measure_standardising
from tests.benchmarks.tracking import measure_tracking
from tests.benchmarks.unlinking import measure_unlinking


def measure_speed(options: Options) -> Rows:
    """Loading and resolving of one sample company."""
    with loaded_company(options.people) as company:
        measures = [
            *measure_loading(company, options.rounds),
            *measure_resolving(company, options.rounds),
        ]
    return rows_of(measures)


def measure_api(options: Options) -> Rows:
    """Reading through GraphQL over HTTP, of the same sample company."""
    with loaded_company(options.people) as company:
        return rows_of([*measure_reading(company), *rival_or_none(company), measure_histories(company)])


def rows_of(measures: Iterable[Measure]) -> Rows:
    """A row each, with the ratio."""
    return [{**asdict(found), "ratio": round(found.ratio, 2)} for found in measures]


SECTIONS: dict[str, tuple[str, Callable[[Options], Rows]]] = {
    "quality": ("Quality with the defaults, at the default confidence", measure_quality),
    "speed": ("Speed against the raw driver and the bare library", measure_speed),
    "api": ("Reading through the API, against the raw driver and against @neo4j/graphql", measure_api),
    "sizes": ("A profile with its journey through the API, by the size of the graph", measure_sizes),
    "fields": ("What the execution of a plain field costs", measure_overhead),
    "bulk": ("The first load of an empty database, files to graph", measure_bulk),
    "sampling": ("Making the sample company", measure_sampling),
    "standardising": ("Standardising on one core, each value new", measure_standardising),
    "online": ("One live record, in milliseconds", measure_online),
    "tracking": ("Tracking calls, each acknowledged after its commit", measure_tracking),
    "following": ("A subscriber, from the acknowledgement of an event until it is told", measure_following),
    "guarding": ("What guarding adds to a request", measure_guarding),
    "growth": ("A batch of changed customers, by the size of the graph", measure_growth),
    "unlinking": ("A profile of a thousand customers, taken apart in one call", measure_unlinking),
}
ALL = ",".join(SECTIONS)
# Columns of a table that goes to a file: nothing is cut.
_WIDE = 160

People = Annotated[int, typer.Option("--people", min=100, help="People of the sample company whose speed is measured.")]
QualityPeople = Annotated[int, typer.Option("--quality-people", min=100, help="People of the sample for quality.")]
BulkPeople = Annotated[int, typer.Option("--bulk-people", min=100, help="People of the sample for the first load.")]
Rounds = Annotated[
    int, typer.Option("--rounds", min=1, help="Times that each side is run, loading at least 8; the best counts.")
]
Only = Annotated[str, typer.Option("--only", help=f"Sections, joined by commas: {ALL}.")]
Sizes = Annotated[str, typer.Option("--sizes", help="Customers in the graphs of growth and sizes, joined by commas.")]
Data = Annotated[Path, typer.Option("--data", help="Folder of the public data sets.")]
Out = Annotated[Path | None, typer.Option("--out", help="JSON file to write; else bench.json in the data folder.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print the JSON document instead of tables.")]


def bench(  # noqa: PLR0913 -- one parameter an option, as typer wants them
    *,
    people: People = 2_000,
    quality_people: QualityPeople = 20_000,
    bulk_people: BulkPeople = 20_000,
    rounds: Rounds = 3,
    only: Only = ALL,
    sizes: Sizes = "10000,100000",
    data: Data = DATA,
    out: Out = None,
    as_json: AsJson = False,
) -> None:
    """Measure every section, or some; each is printed as it ends."""
    collect_rarely()
    sizes_of_growth = tuple(int(size) for size in sizes.split(","))
    options = Options(people, rounds, data, quality_people, sizes_of_growth, bulk_people)
    names = only.split(",")
    if unknown := set(names) - SECTIONS.keys():
        raise typer.BadParameter(f"{', '.join(sorted(unknown))}; there are {', '.join(SECTIONS)}", param_hint="--only")
    found: dict[str, Rows] = {}
    console = Console(stderr=as_json, width=None if sys.stdout.isatty() else _WIDE)
    for name in names:
        title, measure = SECTIONS[name]
        found[name] = measure(options)
        _print(title, found[name], console)
    _write(_document(found), out or cdp_settings().data_dir / "bench.json", as_json=as_json)


def _document(found: dict[str, Rows]) -> dict[str, object]:
    machine = {"cores": os.cpu_count(), "load": os.getloadavg()[0], "python": platform.python_version()}
    return {"at": datetime.now(UTC).isoformat(timespec="seconds"), "machine": machine, "sections": found}


def _write(document: dict[str, object], file: Path, *, as_json: bool) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(orjson.dumps(document, option=orjson.OPT_INDENT_2))
    if as_json:
        typer.echo(orjson.dumps(document))


def _print(title: str, rows: Rows, console: Console) -> None:
    table = Table(title=title, title_justify="left")
    columns = list(dict.fromkeys(name for row in rows for name in row))
    for number, name in enumerate(columns):
        table.add_column(name, justify="left" if number == 0 or name == "wanted" else "right")
    for row in rows:
        table.add_row(*(_cell(row.get(name)) for name in columns))
    console.print(table)


def _cell(value: object) -> str:
    if value is None:
        return ""
    return f"{value:,}" if isinstance(value, int) else f"{value:,.4g}" if isinstance(value, float) else str(value)


typer.run(bench)
