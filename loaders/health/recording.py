"""What a load says of a delivery, for the log."""

from datetime import UTC, datetime

from loaders.health.log import Delivered
from loaders.report import DeliveryReport


def delivered(report: DeliveryReport, run_id: str) -> Delivered:
    """A delivery that was written, or left out, as the log keeps it."""
    counts = report.written
    records = counts.customers + counts.sessions + counts.interactions + counts.consents
    return Delivered(
        run_id=run_id,
        source=report.source,
        connector=report.connector,
        place=report.place,
        delivered_at=report.delivered_at or datetime.now(UTC),
        mapping=report.mapping,
        newest_at=report.newest_at,
        rows=report.rows,
        skipped=report.skipped,
        rejected_rows=report.rejected,
        rejected_values=report.rejected_fields.total(),
        created=records.created,
        updated=records.updated,
        unchanged=records.unchanged,
        seconds=report.seconds,
        problem=str(report.problem) if report.problem else None,
    )
