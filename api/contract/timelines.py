"""Timelines as a keyset connection: interactions and identity changes in one list."""

from dataclasses import dataclass
from typing import Annotated

import strawberry

from api.access.field_rules import FieldClass, explained, ids, plain, sentence
from api.access.masking import classify, hides
from api.contract.exposure import Exposed, expose, expose_choice
from api.contract.journeys import After, First, PageInfo, Wanted, filter_of
from api.contract.paging import DEFAULT_PAGE, cursor_of, page_size, position_of
from api.contract.profile_parts import resolved_by
from api.execution.context import RequestInfo
from graph.journeys import JourneyFilter, JourneyInteraction, JourneyPosition
from graph.profiles import Profile
from graph.timelines import (
    MOST_LINKS,
    IdentityChange,
    IdentityChangeKind,
    TimelineKind,
    TimelinePage,
    WantedTimeline,
    list_timelines,
)

expose_choice(
    TimelineKind,
    {
        TimelineKind.INTERACTION: "What happened on a channel.",
        TimelineKind.IDENTITY_CHANGE: "What became known of who is who.",
    },
)
expose_choice(
    IdentityChangeKind,
    {
        IdentityChangeKind.MERGED: "Several profiles became one.",
        IdentityChangeKind.SPLIT: "One profile became several.",
        IdentityChangeKind.LINKED: "New customers joined a profile.",
        IdentityChangeKind.UNLINKED: "Customers left a profile because they are gone.",
        IdentityChangeKind.RENAMED: "A profile has another id: another of its members is the first known now.",
    },
)
classify(
    IdentityChange,
    {
        **dict.fromkeys(("key", "cause", "run_id"), plain),
        "reason": sentence,
        "customers": ids,
        "links": explained,
    },
)
expose(
    IdentityChange,
    Exposed(
        {
            "key": "Key of the change.",
            "kind": "What became of the profiles.",
            "at": "When it took effect.",
            "cause": "What caused it: `resolve`, `online`, `steward` or `delete`.",
            "run_id": "Run that caused it.",
            "reason": "What happened and why, in words.",
            "customers": "Keys of the customers of this profile that it concerns.",
            "profiles_before": "Ids of the profiles that it began with.",
            "profiles_after": "Ids of the profiles that it ended with.",
            "links": f"Links of this profile that the run wrote about them, strongest first, at most {MOST_LINKS}.",
        },
        words="A change of who is who at the default confidence: why customers are here.",
        ids=("profiles_before", "profiles_after"),
    ),
)

TimelineItem = Annotated[
    JourneyInteraction | IdentityChange,
    strawberry.union("TimelineItem", description="An interaction, or a change of who is who."),
]


@dataclass(frozen=True, slots=True)
class TimelineEdge:
    """An item with the cursor after which the timeline goes on."""

    cursor: str
    node: TimelineItem


@dataclass(frozen=True, slots=True)
class TimelineConnection:
    """A page of a timeline, newest item first."""

    edges: tuple[TimelineEdge, ...]
    nodes: tuple[TimelineItem, ...]
    page_info: PageInfo
    masked: bool = False


NOTHING_SHOWN = TimelineConnection((), (), PageInfo(has_next_page=False, end_cursor=None), masked=True)

classify(TimelineEdge, {"cursor": plain})
expose(TimelineEdge, Exposed({"cursor": "Opaque cursor, for `after`.", "node": "The item."}))
expose(
    TimelineConnection,
    Exposed(
        {
            "edges": "The items with their cursors.",
            "nodes": "The items alone.",
            "page_info": "Whether and where it goes on.",
            "masked": "It is left out, because the viewer may not see what people did. See `viewer`.",
        }
    ),
)

Include = Annotated[
    list[TimelineKind] | None, strawberry.argument(description="What is shown; everything where it is left out.")
]


async def timeline(  # noqa: PLR0913, PLR0917 -- the arguments of a field
    profile: strawberry.Parent[Profile],
    info: RequestInfo,
    first: First = DEFAULT_PAGE,
    after: After = None,
    wanted: Wanted = None,
    include: Include = None,
) -> TimelineConnection:
    """The journey with the changes of who is who among it, newest first: why somebody's past is here."""
    asked = WantedTimeline(
        first=page_size(first),
        after=position_of(after) if after is not None else None,
        interactions=filter_of(wanted) if wanted else JourneyFilter(),
        kinds=tuple(include) if include else tuple(TimelineKind),
    )
    if hides(info.context.viewer, FieldClass.EVENTS):
        return NOTHING_SHOWN
    owners = await info.context.journey_owners(profile)
    return _connection(await info.context.together.read(list_timelines, (profile, owners), asked))


def _connection(page: TimelinePage) -> TimelineConnection:
    edges = tuple(TimelineEdge(cursor_of(JourneyPosition(item.at, item.key)), item) for item in page.items)
    return TimelineConnection(edges, page.items, PageInfo(page.has_more, edges[-1].cursor if edges else None))


PROFILE_TIMELINE = resolved_by(timeline)
