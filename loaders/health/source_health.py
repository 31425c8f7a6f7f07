"""The health of each source, judged by its own past."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import groupby, pairwise
from statistics import median
from typing import Any

from loaders.health.log import SourceRun

DAY = timedelta(days=1)
# Loads of one morning, one minute apart, say nothing about how often a source delivers.
SHORTEST_GAP = timedelta(hours=1)
SILENT_AFTER_GAPS = 3
FEW, MANY = 0.5, 2.0
# A daily delivery that comes so much earlier or later than the day before is still one of its day.
_LATE = timedelta(hours=2)
# So many deliveries before the last one make a habit.
_HABIT = 2


class Finding(StrEnum):
    """What somebody should look at."""

    SILENT = "silent"
    LEFT_OUT = "left_out"
    FEW_ROWS = "few_rows"
    MANY_ROWS = "many_rows"
    NEVER_LOADED = "never_loaded"


@dataclass(frozen=True, slots=True)
class SourceHealth:
    """One source. Times in seconds.

    ``lag_s``: age of its newest event or record. ``silent_s``: since it brought something new, ``usual_gap_s``: the
    median time between two such deliveries. ``day_rows``: rows within the 22 hours up to its last delivery,
    ``usual_day_rows``: the median of the days before that had rows. ``problem``: why its last run was left out.
    """

    source: str
    last_load_at: datetime | None
    newest_at: datetime | None
    lag_s: float | None
    silent_s: float | None
    usual_gap_s: float | None
    day_rows: int
    usual_day_rows: float | None
    rejects_open: int
    problem: str | None
    findings: tuple[Finding, ...]

    def as_document(self) -> dict[str, Any]:
        """As JSON."""
        return asdict(self)


def source_health(runs: Iterable[SourceRun], rejects: Mapping[str, int], now: datetime) -> list[SourceHealth]:
    """Every source that delivered or has open dead letters, by name. ``runs``: by source, the newest first."""
    by_source = {source: list(found) for source, found in groupby(runs, key=lambda run: run.source)}
    return [
        _health(source, by_source.get(source, []), rejects.get(source, 0), now)
        for source in sorted(by_source.keys() | rejects.keys())
    ]


def _health(source: str, runs: Sequence[SourceRun], rejects: int, now: datetime) -> SourceHealth:
    loaded = [run for run in runs if run.is_loaded]
    news = [run for run in loaded if run.news]
    newest = max((run.newest_at for run in loaded if run.newest_at), default=None)
    problem = runs[0].problem if runs else None
    gap, silent = _usual_gap(news), now - news[0].at if news else None
    is_long = gap is not None and silent is not None and silent > SILENT_AFTER_GAPS * gap
    day, usual = _volumes(news)
    findings = (
        (Finding.NEVER_LOADED, not loaded),
        (Finding.LEFT_OUT, problem is not None),
        (Finding.SILENT, is_long and not _is_quiet_time(news, now)),
        (Finding.FEW_ROWS, usual is not None and day < FEW * usual),
        (Finding.MANY_ROWS, usual is not None and day > MANY * usual),
    )
    return SourceHealth(
        source=source,
        last_load_at=loaded[0].at if loaded else None,
        newest_at=newest,
        lag_s=(now - newest).total_seconds() if newest else None,
        silent_s=silent.total_seconds() if silent is not None else None,
        usual_gap_s=gap.total_seconds() if gap else None,
        day_rows=day,
        usual_day_rows=usual,
        rejects_open=rejects,
        problem=problem,
        findings=tuple(finding for finding, holds in findings if holds),
    )


def _usual_gap(news: Sequence[SourceRun]) -> timedelta | None:
    gaps = [(later.at - earlier.at).total_seconds() for later, earlier in pairwise(news)]
    return max(timedelta(seconds=median(gaps)), SHORTEST_GAP) if len(gaps) >= _HABIT else None


def _is_quiet_time(news: Sequence[SourceRun], now: datetime) -> bool:
    """Whether the source brought nothing at these hours before: websites sleep at night, offices on Sundays.

    Quiet are hours that were so one week ago and two, or on more than one of the last seven days: a single outage hides
    no other.
    """

    def quiet(*days: int) -> list[bool]:
        shifts = [DAY * count for count in days if news[0].at - DAY * count >= news[-1].at]
        return [not any(news[0].at < run.at + shift <= now for run in news) for shift in shifts]

    weeks, days = quiet(7, 14), quiet(*range(1, 8))
    return (bool(weeks) and all(weeks)) or sum(days) > len(days) // 7


def _volumes(news: Sequence[SourceRun]) -> tuple[int, float | None]:
    """Rows of the day up to the last delivery, and what is usual. Files and streams are treated alike."""
    if not news:
        return 0, None
    days: Counter[int] = Counter()
    for run in news:
        days[(news[0].at - run.at + _LATE) // DAY] += run.news
    last = days.pop(0)
    return last, float(median(days.values())) if len(days) >= _HABIT else None
