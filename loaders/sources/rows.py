"""What readers give: rows, and what could not be read as one."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, TypeAlias

from loaders.sources.json_values import fitting

Row: TypeAlias = Mapping[str, Any]
"""Values by column: text, numbers, booleans, none, and where the format has them lists and mappings of such."""


@dataclass(frozen=True, slots=True)
class ReadRow:
    """A row with its place: the line on which it begins, or its number where the format has no lines; from 1.

    ``at``: its own age, where it has another one than its delivery, as messages of a stream have.
    """

    line: int
    row: Row
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class BrokenRow:
    """What could not be read as a row. ``raw``: its text, or its cells with the ``columns`` they should have had."""

    line: int
    raw: str | Sequence[str]
    code: str
    reason: str
    columns: Sequence[str] | None = None
    at: datetime | None = None


Read: TypeAlias = ReadRow | BrokenRow


@dataclass(frozen=True, slots=True)
class CursorPart:
    """How far one part of an input was read (``graph.records.SourceCursor``)."""

    input: str
    part: str
    position: int | str
    value: str | None = None


def no_cursor() -> Sequence[CursorPart]:
    """Of deliveries that are read again each time."""
    return ()


@dataclass(frozen=True, slots=True)
class Delivery:
    """One file, table, query or page: what is loaded whole or not at all.

    ``name``: for people; ``path``: to find it again; ``connector``: how it came. ``delivered_at``: age of its rows
    where they have none of their own. ``read``: starts from the beginning each time; raises SourceReadError.
    ``after``: once it was read to its end, the cursor after it. ``is_snapshot``: there is nothing of the input but its
    rows.
    """

    name: str
    delivered_at: datetime
    read: Callable[[], Iterator[Read]]
    path: str
    has_fixed_columns: bool = True
    connector: str = "file"
    after: Callable[[], Sequence[CursorPart]] = no_cursor
    is_snapshot: bool = False


def plain(value: Any) -> Any:  # noqa: ANN401 -- whatever a database gives
    """A value of a database or a Parquet file as text, number, boolean, list, mapping or none.

    Bytes become none: nothing that is compared or shown is a picture.
    """
    if value is None or isinstance(value, str | bool):
        return value
    if isinstance(value, int):
        return fitting(value)
    if isinstance(value, float):
        return None if value != value else value  # noqa: PLR0124 -- not a number
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    return _plain_structure(value)


def _plain_structure(value: Any) -> Any:  # noqa: ANN401
    if isinstance(value, Mapping):
        return {str(key): plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [plain(part) for part in value]
    if isinstance(value, Decimal):
        return str(value)
    return None if isinstance(value, bytes | bytearray | memoryview) else str(value)
