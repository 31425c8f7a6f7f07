"""``cdp model``: versions of the model, trained, listed, shown and compared."""

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from graph.address import resolve_address
from graph.connection import open_graph
from graph.customers import fetch_customers
from graph.decisions import list_decisions
from graph.guards import current_guards
from graph.printing import print_json
from graph.runs import latest_run
from resolution.models.charts import write_model_charts
from resolution.models.fitting import Teaching, fit
from resolution.models.labels import NO_LABELS, labels_of
from resolution.models.model_store import StoredModel, model_store
from resolution.progress import Clock, shown
from resolution.settings import ResolutionSettings

model_app = typer.Typer(
    no_args_is_help=True,
    help="Versions of the model that links customers.",
    epilog="Example: cdp model list",
)

Version = Annotated[str, typer.Argument(metavar="VERSION", help="A version, or its beginning.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


@model_app.command(epilog="Example: cdp model train --labels")
def train(
    with_labels: Annotated[
        bool, typer.Option("--labels", help="Learn from the decisions in force, too: a version of its own.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Train a model on the customers in the graph and store it; no link changes until cdp resolve --model VERSION."""
    talk = Console(stderr=as_json)
    with open_graph(resolve_address()) as graph, shown(talk) as progress:
        clock = Clock(progress)
        with clock.step("fetch"):
            customers = fetch_customers(graph, current_guards().counted_kinds)
            labels = labels_of(list_decisions(graph)) if with_labels else NO_LABELS
        settings = ResolutionSettings()  # pyright: ignore[reportCallIssue]
        model = fit(customers, Teaching(settings, current_guards(), labels), clock).model
    model_store().save(model)
    if as_json:
        found = {"version": model.version, "levels": model.levels, "labels": model.labels}
        print_json({**found, "durations": clock.durations})
        return
    if with_labels:
        counts = ", ".join(f"{count:,} {answer}" for answer, count in model.labels.items())
        talk.print(f"Labelled pairs: {counts or 'none, so this is what training without them gives'}.")
    talk.print(f"Stored {model.version}. To use it: cdp resolve --model {model.version}")


@model_app.command("list", epilog="Example: cdp model list --json")
def list_command(as_json: AsJson = False) -> None:
    """The stored versions, oldest first; a star marks the one that resolved the graph last."""
    with open_graph(resolve_address()) as graph:
        last = latest_run(graph)
    used = last[1].version if last else None
    stored, damaged = model_store().versions()
    versions = [_summary(found, used) for found in stored]
    for error in damaged:
        Console(stderr=True, soft_wrap=True).print(f"{error.problem} {error.advice}", markup=False)
    if as_json:
        print_json(versions)
        return
    table = Table(title="Models", title_justify="left")
    table.add_column("version", no_wrap=True)
    for name in ("stored", "customers", "prior", "default confidence", "used"):
        table.add_column(name)
    for found in versions:
        shown_values = (found["version"], found["stored_at"], found["customers"], found["prior"], found["default"])
        table.add_row(*map(str, shown_values), "*" if found["used"] else "")
    Console().print(table)


@model_app.command(epilog="Example: cdp model show splink-1a2b")
def show(version: Version, as_json: AsJson = False) -> None:
    """Everything that a version consists of; of term frequencies their number and digest."""
    found = model_store().find(version)
    if as_json:
        print_json({"version": found.version, **found.document})
        return
    sys.stdout.write(f"version: {found.version}\n")
    sys.stdout.writelines(f"{what}: {value}\n" for what, value in _flat(found.document))


@model_app.command(epilog="Example: cdp model diff splink-1a2b splink-3c4d")
def diff(one: Version, other: Version, as_json: AsJson = False) -> None:
    """What differs between two versions, value by value."""
    store = model_store()
    left, right = store.find(one), store.find(other)
    before, after = dict(_flat(left.document)), dict(_flat(right.document))
    changed = [
        {"what": name, "before": before.get(name), "after": after.get(name)}
        for name in sorted(before.keys() | after.keys())
        if before.get(name) != after.get(name)
    ]
    if as_json:
        print_json(changed)
        return
    table = Table(title=f"{left.version} to {right.version}", title_justify="left")
    for name in ("what", "before", "after"):
        table.add_column(name)
    for found in changed:
        table.add_row(*map(str, found.values()))
    Console().print(table)


@model_app.command(epilog="Example: cdp model charts splink-1a2b --out charts")
def charts(
    version: Version,
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Folder of the HTML files.", file_okay=False)],
    as_json: AsJson = False,
) -> None:
    """Draw a version's weights and probabilities, as Splink draws them, in HTML files that need no network."""
    files = write_model_charts(out, model_store().load(version))
    if as_json:
        print_json([str(file) for file in files])
        return
    talk = Console()
    for file in files:
        talk.print(f"Wrote {file}", soft_wrap=True)
    if not files:
        talk.print("This version compares nothing: there is nothing to draw.")


def _summary(found: StoredModel, used: str | None) -> dict[str, Any]:
    return {
        "version": found.version,
        "stored_at": found.stored_at.isoformat(timespec="seconds"),
        "customers": found.document["customers"],
        "prior": found.document["prior"],
        "default": found.document["levels"]["default"],
        "labels": found.document.get("labels", {}),
        "used": found.version == used,
    }


def _flat(document: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Values by path; of comparisons the probabilities of each level."""
    for name, value in document.items():
        path = f"{prefix}{name}"
        if prefix == "comparisons.":
            for label, m, u in value:
                yield from ((f"{path}: {label}: m", m), (f"{path}: {label}: u", u))
        elif isinstance(value, Mapping):
            yield from _flat(value, f"{path}.")
        else:
            yield path, value
