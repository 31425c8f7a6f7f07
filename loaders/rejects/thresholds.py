"""Thresholds: how many rows of a delivery may be rejected, before nothing of it is kept."""

from graph.errors import TooManyRejectionsError
from loaders.mappings.model import SourceMapping
from loaders.report import DeliveryReport

_TOLD_CODES = 3
_ENOUGH = 10_000


def max_rejected_of(mapping: SourceMapping, asked: float | None, default: float) -> float:
    """The largest share of rejected rows: as asked for this load, else as the mapping says, else the setting."""
    if asked is not None:
        return asked
    return default if mapping.max_rejected is None else mapping.max_rejected


def stop_early(report: DeliveryReport, max_rejected: float) -> None:
    """Raises TooManyRejectionsError in the middle of a delivery that is past its threshold with many rejected rows.

    A file of another format would else fill the store with each of its lines.
    """
    if report.rejected >= _ENOUGH:
        refuse_too_many(report, max_rejected, "the first ")


def refuse_too_many(report: DeliveryReport, max_rejected: float, of: str = "") -> None:
    """Raises TooManyRejectionsError for a delivery with a larger share of rejected rows."""
    if report.rejected > max_rejected * report.rows:
        share, total = report.rejected / report.rows, f"{of}{report.rows:,}"
        reasons = ", ".join(f"{code} {count:,}" for code, count in report.rejected_rows.most_common(_TOLD_CODES))
        problem = f"{report.delivery}: {report.rejected:,} of {total} rows rejected ({share:.1%}): {reasons}."
        raise TooManyRejectionsError(
            f"{problem} Nothing of it was kept.",
            f"See: cdp rejects list. Allow more than {max_rejected:.0%} with --max-rejected, "
            "or with max_rejected in the mapping.",
        )
