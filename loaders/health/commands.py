"""``cdp source health``: which sources deliver as usual, and which do not."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from graph.printing import print_json
from loaders.health.log import DeliveryLog
from loaders.health.source_health import Finding, SourceHealth, source_health
from loaders.rejects.model import Status
from loaders.rejects.selection import Selection
from loaders.rejects.store import DeadLetters

UNWELL = 1

_ALARMS = {Finding.SILENT, Finding.LEFT_OUT}
_UNITS = ((86_400, "d"), (3_600, "h"), (60, "min"))


def health_command(
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout, nothing else.")] = False,
) -> None:
    """Last load, lag, rejects and volume of each source against its own past.

    Ends with 1 where a source is silent (nothing new for 3 times its usual gap) or its last delivery was left out.
    """
    found = look_at_sources(datetime.now(UTC))
    if as_json:
        document = {"sources": [source.as_document() for source in found]}
        print_json(document)
    else:
        Console().print(_table(found))
        complaints = Console(stderr=True, soft_wrap=True, highlight=False, markup=False)
        for source in found:
            if source.problem:
                complaints.print(f"Left out: {source.problem}")
    if any(_ALARMS & set(source.findings) for source in found):
        raise typer.Exit(UNWELL)


def look_at_sources(now: datetime) -> list[SourceHealth]:
    """The health of every source of this project. Raises LocalStoreError."""
    rejects: Counter[str] = Counter()
    with DeadLetters() as letters, DeliveryLog() as log:
        for (source, _, _), count in letters.count(Selection(status=Status.OPEN)).items():
            rejects[source] += count
        return source_health(log.runs(), rejects, now)


def _table(sources: list[SourceHealth]) -> Table:
    table = Table(box=None, pad_edge=False, collapse_padding=True)
    for name in ("Source", "Last load", "Lag", "Rows/day", "Usual", "Rejects", "State"):
        table.add_column(name, justify="left" if name in {"Source", "Last load", "State"} else "right")
    for source in sources:
        table.add_row(
            source.source,
            f"{source.last_load_at:%Y-%m-%d %H:%M}" if source.last_load_at else "never",
            _duration(source.lag_s),
            f"{source.day_rows:,}",
            "" if source.usual_day_rows is None else f"{source.usual_day_rows:,.0f}",
            f"{source.rejects_open:,}",
            ", ".join(map(_words, (source,) * len(source.findings), source.findings)) or "ok",
        )
    return table


def _words(source: SourceHealth, finding: Finding) -> str:
    if finding != Finding.SILENT:
        return finding.replace("_", " ")
    return f"silent for {_duration(source.silent_s)}, usual {_duration(source.usual_gap_s)}"


def _duration(seconds: float | None) -> str:
    """In the largest unit of which there are two."""
    if seconds is None:
        return ""
    size, unit = next(((size, unit) for size, unit in _UNITS if seconds >= 2 * size), (1, "s"))
    return f"{timedelta(seconds=seconds) // timedelta(seconds=size)} {unit}"
