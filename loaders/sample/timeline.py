"""The calendar of the sample: three years that end on a fixed day, so that no run depends on the clock."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Generic, TypeVar

import orjson

WORLD_START = datetime(2023, 7, 1, tzinfo=UTC)
WORLD_END = datetime(2026, 7, 1, tzinfo=UTC)
"""The first moment that is not in the sample."""
TRACKING_START = datetime(2025, 7, 1, tzinfo=UTC)
"""Web and app tracking are kept for twelve months."""
ALWAYS = datetime(1900, 1, 1, tzinfo=UTC)

T = TypeVar("T")


def _months(moment: datetime) -> int:
    """Months since the year 0."""
    return 12 * moment.year + moment.month - 1


TRACKED_MONTHS = tuple(
    f"{month // 12}-{month % 12 + 1:02}" for month in range(_months(TRACKING_START), _months(WORLD_END))
)


@dataclass(frozen=True, slots=True)
class History(Generic[T]):
    """A fact that changes: its values with the moment from which each holds, oldest first."""

    entries: tuple[tuple[datetime, T], ...]

    @classmethod
    def of(cls, value: T) -> "History[T]":
        """A fact that has always been so."""
        return cls(((ALWAYS, value),))

    def at(self, moment: datetime) -> T:
        """The value that held at a moment."""
        held = self.entries[0][1]
        for since, value in self.entries:
            if since > moment:
                break
            held = value
        return held

    def changed(self, since: datetime, value: T) -> "History[T]":
        """The same fact with one more value, later than all others."""
        return History((*self.entries, (since, value)))

    @property
    def last(self) -> T:
        """The value that holds at the end."""
        return self.entries[-1][1]

    @property
    def changes(self) -> bool:
        """Whether there was more than one value."""
        return len(self.entries) > 1


def iso(moment: datetime) -> str:
    """ISO 8601 in UTC with milliseconds and ``Z``, as trackers write it."""
    written = orjson.dumps(moment).decode()  # in a fifth of the time that isoformat takes
    return f"{written[1:24]}Z" if moment.microsecond else f"{written[1:20]}.000Z"


def german(moment: datetime) -> str:
    """``31.12.2025 23:59``, in UTC."""
    return f"{german_day(moment)} {moment.hour:02}:{moment.minute:02}"  # in half the time that strftime takes


def german_day(day: date) -> str:
    """``31.12.2025``."""
    return f"{day.day:02}.{day.month:02}.{day.year}"


def iso_seconds(moment: datetime) -> str:
    """ISO 8601 in UTC with seconds and ``Z``."""
    return f"{orjson.dumps(moment)[1:20].decode()}Z"
