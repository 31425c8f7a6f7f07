"""Identity: whether there is a model of this release, how old the last resolution is, and what waits."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from api.operation.doctor.finding import Finding, fail, ok, warn
from graph.connection import Graph
from graph.errors import ModelError
from graph.guards import current_guards
from graph.hub_labels import has_labels_of_other_guards
from graph.runs import latest_run
from graph.unfinished_runs import moment_before_unfinished
from loaders.rejects.model import Status
from loaders.rejects.selection import Selection
from loaders.rejects.settings import default_rejects_dir
from loaders.rejects.store import FILE, DeadLetters
from resolution.models.model_store import ModelStore

_OLD = timedelta(days=7)


def look_at_resolution(graph: Graph, models: ModelStore) -> Iterator[Finding]:
    """The last run, its model, and customers that wait for the next."""
    counts, found = graph.read("count_customers")[0], latest_run(graph)
    if found is None:
        if counts["customers"]:
            yield warn("resolution", f"none yet; {counts['customers']:,} customers wait", "Run: cdp resolve.")
        else:
            yield ok("resolution", "no customers yet")
        return
    run, model = found
    yield _model(models, model.version)
    if has_labels_of_other_guards(graph, current_guards()):
        advice = "Run: cdp resolve. Where it comes again, some process has another file of guards, or none."
        yield warn("guards", "some process told under others than those in force who is a hub", advice)
    age = datetime.now(UTC) - run.finished_at
    said = f"{_age(age)} ago ({run.scope}); {counts['unresolved']:,} of {counts['customers']:,} customers wait"
    if moment_before_unfinished(graph) is not None:
        yield warn(
            "resolution", f"{said}; a run over everything writes, or was interrupted", "If none runs: cdp resolve."
        )
    elif counts["unresolved"] and age > _OLD:
        yield warn("resolution", said, "Run cdp resolve, or let a timer do it.")
    else:
        yield ok("resolution", said)


def _model(models: ModelStore, version: str) -> Finding:
    if not models.has(version):
        advice = "Copy the folder models of the data folder to this machine, or: cdp resolve --train."
        return fail("model", f"{version}, which resolved last, is not in the data folder", advice)
    try:
        models.load(version)
    except ModelError as error:
        return fail("model", f"{version}: {error.problem}", error.advice)
    return ok("model", f"{version}, of this release")


def _age(age: timedelta) -> str:
    hours = age.total_seconds() / 3600
    return f"{hours / 24:.0f} days" if hours >= 48 else f"{hours:.1f} h"  # noqa: PLR2004 -- as people say it


def look_at_dead_letters() -> Finding:
    """Rows that were set aside and wait for somebody."""
    if not (default_rejects_dir() / FILE).exists():
        return ok("dead letters", "none")
    with DeadLetters() as letters:
        waiting = sum(letters.count(Selection(status=Status.OPEN)).values())
    if waiting:
        return warn("dead letters", f"{waiting:,} open", "See cdp rejects list; mend and replay, or discard them.")
    return ok("dead letters", "none open")
