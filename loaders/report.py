"""What a load did: read, written, unchanged, set aside, for every file and table."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from rich.console import Console
from rich.table import Table

from graph.errors import CdpError
from graph.writing import WriteCounts, Written
from loaders.records.translation import Translated


@dataclass(slots=True)
class DeliveryReport:
    """One file, table or query.

    ``rejected_rows`` by reason code, ``rejected_fields`` by field and code: of those the row was kept. ``skipped``:
    rows that the mapping does not want. ``retired``: customers that a snapshot holds no more. ``problem``: why
    nothing of it was kept. ``newest_at``: time of its newest event or record.
    """

    source: str
    mapping: str
    delivery: str
    rows: int = 0
    skipped: int = 0
    rejected_rows: Counter[str] = field(default_factory=Counter[str])
    rejected_fields: Counter[tuple[str, str]] = field(default_factory=Counter[tuple[str, str]])
    written: WriteCounts = field(default_factory=WriteCounts)
    retired: int = 0
    seconds: float = 0.0
    problem: CdpError | None = None
    connector: str = "file"
    place: str = ""
    delivered_at: datetime | None = None
    newest_at: datetime | None = None

    @property
    def rejected(self) -> int:
        """Rows of which nothing was kept."""
        return self.rejected_rows.total()

    def add(self, part: "DeliveryReport") -> None:
        """What was read and set aside of a part of its rows."""
        self.rows += part.rows
        self.skipped += part.skipped
        self.rejected_rows += part.rejected_rows
        self.rejected_fields += part.rejected_fields
        newest = [at for at in (self.newest_at, part.newest_at) if at is not None]
        self.newest_at = max(newest, default=None)

    def as_document(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "source": self.source,
            "mapping": self.mapping,
            "delivery": self.delivery,
            "rows": self.rows,
            "skipped": self.skipped,
            "rejected_rows": self.rejected,
            "rejected_rows_by_code": dict(sorted(self.rejected_rows.items())),
            "rejected_fields": self.rejected_fields.total(),
            "rejected_fields_by_code": [
                {"field": name, "code": code, "count": count}
                for (name, code), count in sorted(self.rejected_fields.items())
            ],
            "written": asdict(self.written),
            "retired": self.retired,
            "newest_at": self.newest_at.isoformat() if self.newest_at else None,
            "seconds": round(self.seconds, 3),
            "problem": str(self.problem) if self.problem else None,
        }


def newest_of(translated: Translated, before: datetime | None) -> datetime | None:
    """The newest time of records, and of those ``before``."""
    newest = before
    for interaction in translated.interactions:
        newest = interaction.at if newest is None or interaction.at > newest else newest
    for customer in translated.customers:
        newest = customer.observed_at if newest is None or customer.observed_at > newest else newest
    for consent in translated.consents:
        newest = consent.effective_at if newest is None or consent.effective_at > newest else newest
    return newest


@dataclass(slots=True)
class LoadReport:
    """One load.

    ``dead_letters``: how many rows and values were set aside. ``absent``: mappings without a file, where all shipped
    ones were wanted.
    """

    run_id: str
    deliveries: list[DeliveryReport] = field(default_factory=list[DeliveryReport])
    dead_letters: int = 0
    absent: list[str] = field(default_factory=list[str])
    seconds: float = 0.0

    @property
    def problems(self) -> list[CdpError]:
        """Why files were left out."""
        return [delivery.problem for delivery in self.deliveries if delivery.problem]

    @property
    def rows(self) -> int:
        """Rows read."""
        return sum(delivery.rows for delivery in self.deliveries)

    @property
    def rejected(self) -> int:
        """Rows of which nothing was kept."""
        return sum(delivery.rejected for delivery in self.deliveries)

    @property
    def written(self) -> WriteCounts:
        """What became of all records."""
        return sum((delivery.written for delivery in self.deliveries), WriteCounts())

    def as_document(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "run_id": self.run_id,
            "rows": self.rows,
            "rejected_rows": self.rejected,
            "written": asdict(self.written),
            "seconds": round(self.seconds, 3),
            "deliveries": [delivery.as_document() for delivery in self.deliveries],
            "dead_letters": self.dead_letters,
            "absent": self.absent,
            "problems": [str(problem) for problem in self.problems],
        }


def print_report(report: LoadReport, console: Console) -> None:
    """The report as tables of 80 columns: a row a source; the JSON document has a part for every file."""
    console.print(_sources_table(report))
    reasons = _reasons_table(report)
    if reasons.row_count:
        console.print()
        console.print(reasons)
    if report.dead_letters:
        said = f"Set aside: {report.dead_letters:,}. See them: cdp rejects list --run {report.run_id}"
        console.print(said, markup=False, highlight=False, soft_wrap=True)
    if report.absent:
        console.print(f"Not here: {', '.join(report.absent)}", markup=False, highlight=False, soft_wrap=True)
    counts = report.written
    records = counts.customers + counts.sessions + counts.interactions + counts.consents
    said = (
        f"{report.rows:,} rows in {report.seconds:.1f} s: {records.created:,} records created, "
        f"{records.updated:,} updated, {records.unchanged:,} unchanged; {report.rejected:,} rows rejected"
    )
    console.print(said, highlight=False, soft_wrap=True)


def _sources_table(report: LoadReport) -> Table:
    table = Table(box=None, pad_edge=False, collapse_padding=True)
    table.add_column("Source")
    for name in ("Rows", "Rejected", "Customers", "Sessions", "Interactions", "Consents"):
        table.add_column(name, justify="right")
    for source in dict.fromkeys(delivery.source for delivery in report.deliveries):
        table.add_row(*_source_row(source, [part for part in report.deliveries if part.source == source]))
    return table


def _source_row(source: str, parts: list[DeliveryReport]) -> Iterator[str]:
    counts = sum((part.written for part in parts), WriteCounts())
    yield source
    yield f"{sum(part.rows for part in parts):,}"
    yield f"{sum(part.rejected for part in parts):,}"
    yield from map(_changes, (counts.customers, counts.sessions, counts.interactions, counts.consents))


def _changes(written: Written) -> str:
    """New records, ``~`` changed ones, ``=`` ones that were there already."""
    parts = (("+", written.created), ("~", written.updated), ("=", written.unchanged))
    return " ".join(f"{sign}{count:,}" for sign, count in parts if count)


def _reasons_table(report: LoadReport) -> Table:
    table = Table(box=None, pad_edge=False)
    for name in ("Set aside of", "What", "Why"):
        table.add_column(name)
    table.add_column("Count", justify="right")
    for (source, what, code), count in sorted(_reasons(report).items()):
        table.add_row(source, what, code, f"{count:,}")
    return table


def _reasons(report: LoadReport) -> Counter[tuple[str, str, str]]:
    reasons: Counter[tuple[str, str, str]] = Counter()
    for delivery in report.deliveries:
        for code, count in delivery.rejected_rows.items():
            reasons[delivery.source, "row", code] += count
        for (name, code), count in delivery.rejected_fields.items():
            reasons[delivery.source, name, code] += count
    return reasons
