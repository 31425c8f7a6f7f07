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
from typing import TypeAlias

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


@dataclass(slots=True)
class _Hour:
    """An hour of a source: one delivery. Counted in place, as part of every request."""

    last_at: datetime
    rows: int = 0
    rejected: int = 0
    newest_at: datetime | None = None
    mapping: str = ""

    def add(self, more: "Heard | _Hour", at: datetime) -> None:
        self.rows += more.rows
        self.rejected += more.rejected
        self.mapping = more.mapping
        if more.newest_at is not None and (self.newest_at is None or more.newest_at > self.newest_at):
            self.newest_at = more.newest_at
        self.last_at = max(self.last_at, at)


_Key: TypeAlias = tuple[datetime, str, str]
"""Beginning of the hour, source, connector."""


class Streams:
    """Counts for a process; every method may be called from any thread."""

    def __init__(self, log: DeliveryLog, run_id: str) -> None:
        self._log, self._run_id = log, run_id
        self._hours: dict[_Key, _Hour] = {}
        self._lock = Lock()

    def count(self, heard: Heard, at: datetime | None = None) -> None:
        """One more request. ``at``: when, now if not given."""
        now = at or datetime.now(UTC)
        key = now.replace(minute=0, second=0, microsecond=0), heard.source, heard.connector
        with self._lock:
            self._add(key, heard, now)

    def flush(self) -> None:
        """Tell the log. Raises LocalStoreError; what the log did not take is told the next time."""
        # The log waits for the disk, and for others that write to it: who counts must not.
        with self._lock:
            hours, self._hours = self._hours, {}
        try:
            while hours:
                key, hour = next(iter(hours.items()))
                self._log.add(self._delivered(key, hour), hour.last_at)
                del hours[key]
        finally:
            with self._lock:
                for key, hour in hours.items():
                    self._add(key, hour, hour.last_at)

    def _add(self, key: _Key, more: Heard | _Hour, at: datetime) -> None:
        hour = self._hours.get(key)
        if hour is None:
            hour = self._hours[key] = _Hour(at)
        hour.add(more, at)

    def _delivered(self, key: _Key, hour: _Hour) -> Delivered:
        began, source, connector = key
        return Delivered(
            run_id=f"{self._run_id}-{began:%Y%m%dT%H}",
            source=source,
            connector=connector,
            place=connector,
            delivered_at=began,
            mapping=hour.mapping,
            newest_at=hour.newest_at,
            rows=hour.rows,
            rejected_rows=hour.rejected,
            created=hour.rows - hour.rejected,
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
