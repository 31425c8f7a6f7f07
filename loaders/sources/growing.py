"""The column by which a database is read on: the largest value so far, as it is stored and asked for again."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, TypeAlias

import orjson

from graph.errors import SourceReadError
from graph.records import SourceCursor

Value: TypeAlias = int | str | date | datetime

_TOMORROW = timedelta(days=1)
# Of whole numbers as the graph keeps them.
_LARGEST = 2**63 - 1


@dataclass(slots=True)
class GrowingColumn:
    """The largest value of a column of dates, times, whole numbers or texts, growing as rows are read.

    Times beyond tomorrow do not count: with one wrong clock, nothing would be read any more. Their rows are read each
    time, as those without a value are.
    """

    column: str
    largest: Value | None = None

    def see(self, value: object) -> None:
        """The value of one more row. Raises SourceReadError where it is of a kind that cannot be gone on from."""
        found = self._usable(value)
        if found is None or _is_beyond_tomorrow(found):
            return
        if self.largest is None or type(found) is not type(self.largest) or _position(found) > _position(self.largest):  # pyright: ignore[reportOperatorIssue]
            self.largest = found

    @property
    def position(self) -> int | str | None:
        """The largest value, so that greater values have greater positions."""
        return None if self.largest is None else _position(self.largest)

    @property
    def stored(self) -> str:
        """The largest value as JSON text."""
        kind = type(self.largest).__name__
        value = self.largest.isoformat() if isinstance(self.largest, date) else self.largest
        return orjson.dumps({"kind": kind, "value": value}).decode()

    def _usable(self, value: object) -> Value | None:
        if isinstance(value, Decimal) and value == value.to_integral_value():
            value = int(value)
        kind = type(value).__name__
        if isinstance(value, int) and abs(value) > _LARGEST:
            kind = "int of more than 64 bits"
        elif value is None or (isinstance(value, int | str | date) and not isinstance(value, bool)):
            return value
        problem = f"{self.column} has values of the type {kind}, which cannot be gone on from."
        raise SourceReadError(problem, "Choose a column of dates, times, whole numbers or texts.")


def resumed(cursor: SourceCursor, overlap_s: int = 0) -> Value:
    """The value from which to read on. Raises SourceReadError where an overlap is asked for of what is no time."""
    stored = orjson.loads(cursor.value or "{}")
    kind, value = stored["kind"], stored["value"]
    found: Value = value
    if kind in {"datetime", "date"}:
        found = datetime.fromisoformat(value) if kind == "datetime" else date.fromisoformat(value)
    if not overlap_s:
        return found
    if not isinstance(found, date):
        problem = f"overlap_s: {cursor.part} holds no times."
        raise SourceReadError(problem, "Leave it out, or choose a column of dates or times.")
    return found - timedelta(seconds=overlap_s) if isinstance(found, datetime) else found - _days(overlap_s)


def _days(seconds: int) -> timedelta:
    return timedelta(days=-(-seconds // 86_400))


def _position(value: Value) -> int | str:
    if isinstance(value, datetime):
        return (value.astimezone(UTC) if value.tzinfo else value).isoformat(timespec="microseconds")
    return value.isoformat() if isinstance(value, date) else value


def _is_beyond_tomorrow(value: Any) -> bool:  # noqa: ANN401
    tomorrow = datetime.now(UTC) + _TOMORROW
    if isinstance(value, datetime):
        return (value if value.tzinfo else value.replace(tzinfo=UTC)) > tomorrow
    return isinstance(value, date) and value > tomorrow.date()
