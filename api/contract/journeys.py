"""Journeys as a keyset connection, and the sessions of a profile."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

import strawberry

from api.access.field_rules import FieldClass, plain
from api.access.masking import classify, hides
from api.contract.exposure import Exposed, expose
from api.contract.paging import DEFAULT_PAGE, After, First, PageInfo, cursor_of, page_size, position_of
from api.contract.profile_parts import resolved_by
from api.execution.context import RequestInfo
from graph.errors import InputError
from graph.journeys import (
    JourneyFilter,
    JourneyInteraction,
    JourneyPage,
    JourneyPosition,
    ProfileSession,
    list_journeys,
    list_sessions,
)
from graph.profiles import Profile

MAX_FILTER_VALUES = 50


@dataclass(frozen=True, slots=True)
class JourneyEdge:
    """An interaction with the cursor after which the journey goes on."""

    cursor: str
    node: JourneyInteraction


@dataclass(frozen=True, slots=True)
class JourneyConnection:
    """A page of a journey, newest interaction first."""

    nodes: tuple[JourneyInteraction, ...]
    page_info: PageInfo
    masked: bool = False


NOTHING_SHOWN = JourneyConnection((), PageInfo(has_next_page=False, end_cursor=None), masked=True)


def edges(page: strawberry.Parent[JourneyConnection]) -> Sequence[JourneyEdge]:
    """The interactions with their cursors."""
    return [JourneyEdge(_cursor_of(node), node) for node in page.nodes]


def _cursor_of(node: JourneyInteraction) -> str:
    return cursor_of(JourneyPosition(node.at, node.key))


classify(JourneyEdge, {"cursor": plain})
expose(JourneyEdge, Exposed({"cursor": "Opaque cursor, for `after`.", "node": "The interaction."}))
expose(
    JourneyConnection,
    Exposed(
        {
            "nodes": "The interactions alone.",
            "page_info": "Whether and where it goes on.",
            "masked": "It is left out, because the viewer may not see what people did. See `viewer`.",
        },
        resolved=(resolved_by(edges),),
    ),
)


@strawberry.input(
    name="JourneyFilter", description="Which interactions are shown. A part that is left out lets everything through."
)
class JourneyFilterInput:
    """Which interactions of a journey are asked for."""

    channels: list[str] | None = strawberry.field(default=None, description="Channels, such as `web`; at most 50.")
    types: list[str] | None = strawberry.field(default=None, description="Types, such as `track`; at most 50.")
    names: list[str] | None = strawberry.field(default=None, description="Names, such as `Call Started`; at most 50.")
    since: datetime | None = strawberry.field(default=None, description="Not before this moment.")
    until: datetime | None = strawberry.field(default=None, description="Before this moment.")
    sources: list[str] | None = strawberry.field(default=None, description="Sources, such as `crm`; at most 50.")


Wanted = Annotated[JourneyFilterInput | None, strawberry.argument(name="filter", description="Which interactions.")]


async def journey(
    profile: strawberry.Parent[Profile],
    info: RequestInfo,
    first: First = DEFAULT_PAGE,
    after: After = None,
    wanted: Wanted = None,
) -> JourneyConnection:
    """Interactions over all channels, newest first: of the customers, and of devices while they were theirs."""
    size, position = page_size(first), position_of(after) if after is not None else None
    chosen = filter_of(wanted) if wanted else JourneyFilter()
    if hides(info.context.viewer, FieldClass.EVENTS):
        return NOTHING_SHOWN
    owners = await info.context.journey_owners(profile)
    known = info.context.ahead.page(profile, owners, size) if after is None and wanted is None else None
    return connection_of(known or await info.context.together.read(list_journeys, owners, chosen, size, position))


async def sessions(
    profile: strawberry.Parent[Profile], info: RequestInfo, first: First = DEFAULT_PAGE
) -> list[ProfileSession]:
    """The newest sessions: with a login, or on devices that are the profile's alone; none without `events:read`."""
    size = page_size(first)
    if hides(info.context.viewer, FieldClass.EVENTS):
        return []
    owners = await info.context.journey_owners(profile)
    return list(await info.context.together.read(list_sessions, owners, size))


def filter_of(wanted: JourneyFilterInput) -> JourneyFilter:
    """The filter of the graph. Raises InputError where a list is too long."""
    lists = wanted.channels, wanted.types, wanted.names, wanted.sources
    require_short(lists)
    channels, types, names, sources = (tuple(values) if values else None for values in lists)
    return JourneyFilter(channels, types, names, wanted.since, wanted.until, sources)


def require_short(lists: Iterable[object]) -> None:
    """Raises InputError where one of the lists of a filter is too long."""
    if any(isinstance(values, list) and len(values) > MAX_FILTER_VALUES for values in lists):
        raise InputError("A list of the filter is too long.", f"Give at most {MAX_FILTER_VALUES} values.")


def connection_of(page: JourneyPage) -> JourneyConnection:
    """A page of a journey as a connection."""
    nodes = page.interactions
    return JourneyConnection(nodes, PageInfo(page.has_more, _cursor_of(nodes[-1]) if nodes else None))


PROFILE_JOURNEY = resolved_by(journey)
PROFILE_SESSIONS = resolved_by(sessions)
