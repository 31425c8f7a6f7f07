"""Runs: how one begins, and what time it is for the graph."""

from datetime import UTC, datetime
from secrets import token_hex

from graph.runs import RunScope, ScoringRun


def begun(scope: RunScope, model_version: str) -> ScoringRun:
    """A run that begins now."""
    at = now()
    run_id = f"{scope}-{at:%Y%m%dT%H%M%S}-{token_hex(3)}"
    return ScoringRun(run_id, model_version, scope, {}, started_at=at, finished_at=at)


def now() -> datetime:
    """To the millisecond, as the graph keeps it."""
    at = datetime.now(UTC)
    return at.replace(microsecond=at.microsecond // 1000 * 1000)
