from collections.abc import Generator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from loaders.health.log import Delivered, DeliveryLog
from loaders.health.source_health import SourceHealth, source_health

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def log(tmp_path: Path) -> Generator[DeliveryLog]:
    with DeliveryLog(tmp_path) as log:
        yield log


def deliver(log: DeliveryLog, hours_ago: float, rows: int = 100, problem: str | None = None, **changes: object) -> None:
    at = NOW - timedelta(hours=hours_ago)
    given = {"run_id": f"load-{hours_ago}", "source": "crm", "place": f"{hours_ago}.csv", "created": rows, **changes}
    log.add(Delivered(connector="file", delivered_at=at, rows=rows, problem=problem, **given), at)  # pyright: ignore[reportArgumentType]


def health(log: DeliveryLog, **rejects: int) -> SourceHealth:
    (found,) = source_health(log.runs(), rejects, NOW)
    return found


def test_a_source_that_delivers_as_usual_is_well(log: DeliveryLog) -> None:
    for days in range(1, 8):
        deliver(log, 24 * days, newest_at=NOW - timedelta(hours=24 * days + 1))
    found = health(log, crm=3)
    assert (found.findings, found.rejects_open, found.day_rows, found.usual_day_rows) == ((), 3, 100, 100)
    assert (found.lag_s, found.silent_s, found.usual_gap_s) == (25 * 3600, 24 * 3600, 24 * 3600)
    assert found.last_load_at == NOW - timedelta(hours=24)


@pytest.mark.parametrize(("hours", "is_silent"), [(71, False), (73, True)])
def test_a_source_is_silent_after_three_times_its_usual_gap(log: DeliveryLog, hours: int, *, is_silent: bool) -> None:
    for days in range(5):
        deliver(log, 24 * days + hours)
    assert ("silent" in health(log).findings) is is_silent


def test_loading_an_old_file_again_hides_no_silence(log: DeliveryLog) -> None:
    for days in range(10, 15):
        deliver(log, 24 * days)
    again = {"place": f"{24 * 10}.csv", "created": 0, "unchanged": 100}
    old = Delivered("load-again", "crm", "file", delivered_at=NOW - timedelta(days=10), rows=100, **again)  # pyright: ignore[reportArgumentType]
    log.add(old, NOW)
    found = health(log)
    assert (found.last_load_at, found.silent_s) == (NOW, 10 * 24 * 3600)
    assert found.findings == ("silent",)


def test_loads_of_one_morning_make_no_habit_of_minutes(log: DeliveryLog) -> None:
    for minutes in range(5):
        deliver(log, 2 + minutes / 60)
    assert health(log).findings == ()


@pytest.mark.parametrize(("rows", "findings"), [(40, ("few_rows",)), (60, ()), (190, ()), (210, ("many_rows",))])
def test_the_volume_is_judged_by_its_own_past(log: DeliveryLog, rows: int, findings: tuple[str, ...]) -> None:
    for days in range(1, 6):
        deliver(log, 24 * days)
    deliver(log, 1, rows)
    assert health(log).findings == findings


def test_a_delivery_that_was_left_out_is_told_until_the_next_one(log: DeliveryLog) -> None:
    deliver(log, 3, 0, "a.csv: too many rows rejected.")
    assert health(log).findings == ("never_loaded", "left_out")
    assert health(log).problem == "a.csv: too many rows rejected."
    deliver(log, 1)
    assert health(log).findings == ()


def test_a_website_sleeps_at_night_and_is_missed_by_day(log: DeliveryLog) -> None:
    midnight = NOW.replace(hour=0)
    for day in range(-10, 0):
        for hour in range(7, 23):
            at = midnight + timedelta(days=day, hours=hour, minutes=59)
            log.add(Delivered(f"live-{at}", "web", "segment", "segment", at, rows=10, created=10), at)
    findings = {
        hour: source_health(log.runs(), {}, midnight + timedelta(hours=hour))[0].findings for hour in (1, 4, 7, 9, 13)
    }
    assert findings == {1: (), 4: (), 7: (), 9: ("silent",), 13: ("silent",)}


def test_a_shop_that_rests_on_weekends_is_missed_on_monday(log: DeliveryLog) -> None:
    monday = datetime(2026, 3, 2, tzinfo=UTC)
    for day in range(-28, -2):
        at = monday + timedelta(days=day)
        for hour in range(9, 18) if at.weekday() < 5 else ():
            log.add(
                Delivered(f"{at}{hour}", "shop", "webhook", "webhook", at, rows=9, created=9), at.replace(hour=hour)
            )
    findings = {
        hours: source_health(log.runs(), {}, monday + timedelta(hours=hours))[0].findings for hours in (-36, -12, 8, 13)
    }
    assert findings == {-36: (), -12: (), 8: (), 13: ("silent",)}


def test_parts_of_a_stream_add_up(log: DeliveryLog) -> None:
    for minute in range(10):
        newest = NOW - timedelta(minutes=60 - minute)
        deliver(log, 1 - minute / 60, 5, run_id="tracking-1", place="v1", newest_at=newest)
    found = health(log)
    assert (found.day_rows, found.newest_at) == (50, NOW - timedelta(minutes=51))


def test_a_clock_that_is_ahead_hides_no_lag(log: DeliveryLog) -> None:
    deliver(log, 2, newest_at=NOW + timedelta(days=400))
    assert health(log).lag_s == 2 * 3600


def test_a_source_with_rejects_only_is_shown(log: DeliveryLog) -> None:
    found = health(log, shop=2)
    assert (found.source, found.rejects_open, found.last_load_at, found.findings) == (
        "shop",
        2,
        None,
        ("never_loaded",),
    )
