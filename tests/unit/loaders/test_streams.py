# Counts of what comes by itself, on their way into the log.
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from graph.errors import LocalStoreError
from loaders.health.log import FILE, DeliveryLog
from loaders.health.source_health import source_health
from loaders.health.streams import Heard, Streams, counting

NOW = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)


def counts(log: DeliveryLog) -> list[tuple[str, int, datetime]]:
    return [(run.source, run.news, run.at) for run in log.runs()]


def test_an_hour_of_a_source_is_one_delivery(tmp_path: Path) -> None:
    with DeliveryLog(tmp_path) as log:
        streams = Streams(log, "live-1")
        for minutes in (0, 10, 40):
            for source in ("app", "web"):
                at = NOW + timedelta(minutes=minutes)
                streams.count(Heard(source, "segment", 5, 1, newest_at=at - timedelta(seconds=2)), at)
            streams.flush()
        assert counts(log) == [
            ("app", 5, NOW + timedelta(minutes=40)),
            ("app", 10, NOW + timedelta(minutes=10)),
            ("web", 5, NOW + timedelta(minutes=40)),
            ("web", 10, NOW + timedelta(minutes=10)),
        ]
        (app, _) = source_health(log.runs(), {"app": 3}, NOW + timedelta(hours=1))
    assert (app.day_rows, app.lag_s, app.rejects_open, app.findings) == (15, 20 * 60 + 2, 3, ())


def test_whatever_many_threads_count_is_there_at_the_end(tmp_path: Path) -> None:
    with DeliveryLog(tmp_path) as log, counting(log, "live-1") as streams, ThreadPoolExecutor(8) as threads:
        for _ in range(400):
            threads.submit(streams.count, Heard("web", "segment", 1, 0), NOW)
        streams.flush()
    with DeliveryLog(tmp_path) as log:
        assert counts(log) == [("web", 400, NOW)]


def test_what_the_log_does_not_take_is_told_the_next_time(tmp_path: Path) -> None:
    with DeliveryLog(tmp_path) as log:
        streams = Streams(log, "live-1")
        streams.count(Heard("web", "segment", 5, 0), NOW)
        other = sqlite3.connect(tmp_path / FILE)
        other.execute("ALTER TABLE delivery RENAME TO away")
        with pytest.raises(LocalStoreError):
            streams.flush()
        streams.count(Heard("web", "segment", 2, 0), NOW + timedelta(minutes=1))
        other.execute("ALTER TABLE away RENAME TO delivery")
        other.close()
        streams.flush()
        assert counts(log) == [("web", 7, NOW + timedelta(minutes=1))]
