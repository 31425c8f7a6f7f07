"""What comes by itself, as tracking calls and webhooks do: counted in memory, told to the log once a minute.

A process that is killed takes what it counted within the last minute with it: the graph has all of it, only the volume
in ``cdp source health`` is smaller by that.
"""

import logging
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from threading import Event, Lock, Thread

from graph.errors import LocalStoreError
from loaders.health.log import Delivered, DeliveryLog

LOG = logging.getLogger("cdp.health")
_FLUSH_EVERY_S = 60.0


@dataclass(frozen=True, slots=True)
class Heard:
    """What one request brought. ``connector``: how; ``newest_at``: time of its newest event or record."""

    source: str
    connector: str
    rows: int
    rejected: int
    newest_at: datetime | None = None
    mapping: str = ""

    def __add__(self, other: "Heard") -> "Heard":
        """Both together."""
        newest = max(filter(None, (self.newest_at, other.newest_at)), default=None)
        rows, rejected = self.rows + other.rows, self.rejected + other.rejected
        return Heard(self.source, self.connector, rows, rejected, newest, self.mapping)


@dataclass(frozen=True, slots=True)
class _Hour:
    """An hour of a source: one delivery."""

    heard: Heard
    last_at: datetime

    def plus(self, heard: Heard, at: datetime) -> "_Hour":
        return _Hour(self.heard + heard, max(self.last_at, at))


class Streams:
    """Counts for a process; every method may be called from any thread."""

    def __init__(self, log: DeliveryLog, run_id: str) -> None:
        self._log, self._run_id = log, run_id
        self._hours: dict[tuple[datetime, str, str], _Hour] = {}
        self._lock = Lock()

    def count(self, heard: Heard, at: datetime | None = None) -> None:
        """One more request. ``at``: when, now if not given."""
        now = at or datetime.now(UTC)
        with self._lock:
            self._add(now.replace(minute=0, second=0, microsecond=0), heard, now)

    def flush(self) -> None:
        """Tell the log. Raises LocalStoreError; what the log did not take is told the next time."""
        # The log waits for the disk, and for others that write to it: who counts must not.
        with self._lock:
            hours, self._hours = self._hours, {}
        try:
            while hours:
                key, hour = next(iter(hours.items()))
                self._log.add(self._delivered(key[0], hour.heard), hour.last_at)
                del hours[key]
        finally:
            with self._lock:
                for (began, _, _), hour in hours.items():
                    self._add(began, hour.heard, hour.last_at)

    def _add(self, began: datetime, heard: Heard, at: datetime) -> None:
        key = began, heard.source, heard.connector
        before = self._hours.get(key)
        self._hours[key] = _Hour(heard, at) if before is None else before.plus(heard, at)

    def _delivered(self, began: datetime, heard: Heard) -> Delivered:
        return Delivered(
            run_id=f"{self._run_id}-{began:%Y%m%dT%H}",
            source=heard.source,
            connector=heard.connector,
            place=heard.connector,
            delivered_at=began,
            mapping=heard.mapping,
            newest_at=heard.newest_at,
            rows=heard.rows,
            rejected_rows=heard.rejected,
            created=heard.rows - heard.rejected,
        )


@contextmanager
def counting(log: DeliveryLog, run_id: str) -> Generator[Streams]:
    """Counts whose log is told once a minute, and at the end."""
    streams, is_ending = Streams(log, run_id), Event()

    def work() -> None:
        while not is_ending.wait(_FLUSH_EVERY_S):
            _flush(streams)

    thread = Thread(target=work, name="counting", daemon=True)
    thread.start()
    try:
        yield streams
    finally:
        is_ending.set()
        thread.join()
        _flush(streams)


def _flush(streams: Streams) -> None:
    try:
        streams.flush()
    except LocalStoreError as error:
        LOG.error("counts of sources not kept: %s", error)  # noqa: TRY400 -- it says all there is
