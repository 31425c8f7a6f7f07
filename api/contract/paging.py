"""Paging by key: opaque cursors, bounded page sizes, and connections.

A cursor holds the position, not an offset, so that a page neither loses nor repeats anything while newer things arrive.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Generic, TypeVar

import orjson
import strawberry

from api.access.field_rules import plain
from api.access.masking import classify
from api.contract.cursors import decoded, encoded
from api.contract.exposure import Exposed, expose
from graph.errors import InputError
from graph.journeys import JourneyPosition
from graph.times import milliseconds, moment

DEFAULT_PAGE, MAX_PAGE = 20, 100
DEFAULT_PART, MAX_PART = 100, 1_000
_JOURNEY = "journey"

Node = TypeVar("Node")
# What a list is sorted by: texts and numbers, as they go into a cursor.
Key = tuple[str | float, ...]

First = Annotated[int, strawberry.argument(description=f"At most so many, 1 to {MAX_PAGE}.")]
After = Annotated[str | None, strawberry.argument(description="Cursor after which the page begins.")]


@dataclass(frozen=True, slots=True)
class PageInfo:
    """Whether and where a list goes on."""

    has_next_page: bool
    end_cursor: str | None


classify(PageInfo, {"end_cursor": plain})
expose(
    PageInfo,
    Exposed(
        {"has_next_page": "More follow.", "end_cursor": "Cursor of the last one, for `after`; none on an empty page."}
    ),
)


@strawberry.type(description="One of a list, with the cursor after which the list goes on.")
class Edge(Generic[Node]):
    """One of a list."""

    cursor: str = strawberry.field(description="Opaque cursor, for `after`.")
    node: Node = strawberry.field(description="What it is about.")


classify(Edge, {"cursor": plain})


@strawberry.type(description="A page of a list.")
class Connection(Generic[Node]):
    """A page of a list."""

    edges: list[Edge[Node]] = strawberry.field(description="The page with its cursors.")
    nodes: list[Node] = strawberry.field(description="The page alone.")
    page_info: PageInfo = strawberry.field(description="Whether and where it goes on.")


@dataclass(frozen=True, slots=True)
class Paging:
    """Which page is asked for: at most ``first``, after the ``position`` where an earlier one ended.

    ``name``: of the list; cursors of another list are refused.
    """

    name: str
    first: int
    position: Key | None

    @classmethod
    def of(cls, name: str, first: int, after: str | None, kinds: tuple[type, ...]) -> "Paging":
        """``kinds``: what the key of the list consists of. Raises InputError."""
        return cls(name, page_size(first), None if after is None else key_of(name, after, kinds))

    def page(self, found: Sequence[Node], key: Callable[[Node], Key]) -> Connection[Node]:
        """A connection of what was read for it, up to one more than ``first``."""
        edges = [Edge(cursor=cursor_for(self.name, key(node)), node=node) for node in found[: self.first]]
        page_info = PageInfo(len(found) > self.first, edges[-1].cursor if edges else None)
        return Connection(edges=edges, nodes=[edge.node for edge in edges], page_info=page_info)


def page_size(first: int, largest: int = MAX_PAGE) -> int:
    """``first`` where it lies within the bounds. Raises InputError."""
    if not 1 <= first <= largest:
        raise InputError("`first` is out of bounds.", f"Ask for 1 to {largest}.")
    return first


def cursor_of(position: JourneyPosition) -> str:
    """The cursor of a position in a journey."""
    return cursor_for(_JOURNEY, (milliseconds(position.at), position.key))


def position_of(cursor: str) -> JourneyPosition:
    """The position in a journey that a cursor means. Raises InputError for one that is not ours."""
    return JourneyPosition(*moment_of(key_of(_JOURNEY, cursor, (int, str))))


def moment_of(key: Key) -> tuple[datetime, str]:
    """The time and the key of a position in a list sorted by them. Raises InputError where there is no such time."""
    at, name = key
    try:
        return moment(int(at)), str(name)
    except OverflowError:
        raise _not_ours() from None


def cursor_for(name: str, key: Key) -> str:
    """The cursor of a position in a list."""
    return encoded(name, orjson.dumps(key))


def key_of(name: str, cursor: str, kinds: tuple[type, ...]) -> Key:
    """The position in a list that a cursor means. Raises InputError for one that is not ours."""
    try:
        key = tuple(orjson.loads(decoded(name, cursor)))
        ours = tuple(map(type, key)) == kinds and cursor_for(name, key) == cursor
    except (ValueError, TypeError):
        raise _not_ours() from None
    if not ours:
        raise _not_ours()
    return key


def _not_ours() -> InputError:
    return InputError("The cursor is not one of ours.", "Use a cursor of an earlier page as it was.")
