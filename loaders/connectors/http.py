"""REST sources that answer with JSON: page by page, politely, and on from where the last load ended."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from graph.errors import SourceReadError
from graph.times import milliseconds
from loaders.connectors.http_pages import Asker, Page, pages_of
from loaders.connectors.nested import inside
from loaders.connectors.protocol import Cursor
from loaders.mappings.places import HttpPlace, Since
from loaders.sources.growing import GrowingColumn
from loaders.sources.jsonl import read_object
from loaders.sources.rows import CursorPart, Delivery, Read, ReadRow


@dataclass(frozen=True, slots=True)
class HttpConnector:
    """One source; all pages together are one delivery, because rows may move from page to page meanwhile."""

    input: str
    place: HttpPlace
    is_sequence: bool = True

    def read(self, cursor: Cursor) -> Iterator[Delivery]:
        """All rows since the cursor."""
        reading = _Reading(self, cursor)
        address = self.place.url.partition("?")[0]
        yield Delivery(
            name=address,
            delivered_at=datetime.now(UTC),
            read=reading.read,
            path=address,
            has_fixed_columns=False,
            connector="http",
            after=reading.after,
        )


class _Reading:
    def __init__(self, connector: HttpConnector, cursor: Cursor) -> None:
        self._input, self._place, self._cursor = connector.input, connector.place, cursor
        self._largest = _Largest(self._place.since) if self._place.since else None
        self._token: str | None = None

    def read(self) -> Iterator[Read]:
        number = 0
        with Asker(self._place) as asker:
            for page in pages_of(asker, self._place, self._stored()):
                self._token = page.token or self._token
                for row in self._rows(page):
                    number += 1
                    read = read_object(number, row)
                    if self._largest is not None and isinstance(read, ReadRow):
                        self._largest.see(read.row)
                    yield read

    def after(self) -> Sequence[CursorPart]:
        pages, now = self._place.pages, milliseconds(datetime.now(UTC))
        if self._largest is not None and self._largest.position is not None:
            return (CursorPart(self._input, self._largest.parameter, self._largest.position, self._largest.raw),)
        if pages is not None and pages.resume and self._token is not None:
            return (CursorPart(self._input, "token", now, self._token),)
        return ()

    def _stored(self) -> Mapping[str, str]:
        """Parameters of the first request that go on from the cursor."""
        place = self._place
        known = {part: cursor.value for part, cursor in self._cursor.items() if cursor.value is not None}
        if place.since is not None and place.since.parameter in known:
            return {place.since.parameter: known[place.since.parameter]}
        if place.pages is not None and place.pages.resume and place.pages.parameter and "token" in known:
            return {place.pages.parameter: known["token"]}
        return {}

    def _rows(self, page: Page) -> list[Any]:
        rows = inside(page.body, self._place.rows)
        if isinstance(rows, list):
            return rows
        problem = f"{self._place.url.partition('?')[0]}: there is no list of rows at {self._place.rows or 'the top'}."
        raise SourceReadError(problem, "Say with `rows` where it is.")


class _Largest:
    """The largest value of the column that says what has changed, and how the source wrote it."""

    def __init__(self, since: Since) -> None:
        self.parameter, self.raw = since.parameter, ""
        self._path, self._column = since.column, GrowingColumn(since.column)

    @property
    def position(self) -> int | str | None:
        return self._column.position

    def see(self, row: Mapping[str, Any]) -> None:
        raw = inside(row, self._path)
        before = self._column.position
        self._column.see(_moment(raw))
        if self._column.position != before:
            self.raw = str(raw)


def _moment(raw: Any) -> Any:  # noqa: ANN401 -- whatever JSON holds
    """A time where a text is one, so that texts with several offsets compare as they should."""
    if not isinstance(raw, str):
        return raw
    try:
        at = datetime.fromisoformat(raw)
    except ValueError:
        return raw
    return at if at.tzinfo else at.replace(tzinfo=UTC)
