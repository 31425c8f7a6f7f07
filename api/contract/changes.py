"""Changes: what a subscription tells of a profile, each with the cursor after which another connection goes on."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

import strawberry

from api.access.field_rules import plain
from api.access.masking import classify
from api.access.viewer import Scope
from api.contract.arguments import AtConfidence, By
from api.contract.exposure import Exposed, expose
from api.contract.guesses import found_profile
from api.contract.inputs import ProfileBy, identity_of
from api.execution.context import RequestContext, RequestInfo
from api.live.following import Begun, Moved, Subscriber, Told, follow
from api.live.positions import Position, position_of
from graph.errors import InputError
from graph.identities import AmbiguousIdentity, FoundProfile, MergedProfile, UnknownIdentity
from graph.identity_events import RecordedEvent
from graph.journeys import JourneyInteraction
from graph.profile_ids import customer_of
from graph.times import milliseconds


@dataclass(frozen=True, slots=True)
class FollowingBegan:
    """The first answer: from here on everything is told."""

    cursor: str
    profile_id: str


@dataclass(frozen=True, slots=True)
class InteractionWritten:
    """An interaction of the profile was written, now or late."""

    cursor: str
    profile_id: str
    interaction: JourneyInteraction


@dataclass(frozen=True, slots=True)
class IdentityChanged:
    """Customers joined or left the profile, at the default confidence."""

    cursor: str
    profile_id: str
    kind: str
    at: datetime
    cause: str
    profiles_before: tuple[str, ...]
    profiles_after: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ProfileIdChanged:
    """The profile has another id now; the subscription goes on with it."""

    cursor: str
    former_id: str
    profile_id: str


@dataclass(frozen=True, slots=True)
class ProfileGone:
    """Nobody of the profile is left; the subscription ends."""

    cursor: str
    former_id: str


_CURSOR = "Opaque cursor, for `after`: another connection goes on behind this change."
for kind in (FollowingBegan, InteractionWritten, ProfileIdChanged, ProfileGone):
    classify(kind, {"cursor": plain})
classify(IdentityChanged, dict.fromkeys(("cursor", "kind", "cause"), plain))
expose(FollowingBegan, Exposed({"cursor": _CURSOR, "profile_id": "Id of the profile."}, ids=("profile_id",)))
expose(
    InteractionWritten,
    Exposed(
        {"cursor": _CURSOR, "profile_id": "Id of the profile.", "interaction": "The interaction."}, ids=("profile_id",)
    ),
)
expose(
    IdentityChanged,
    Exposed(
        {
            "cursor": _CURSOR,
            "profile_id": "Id of the profile, as it was known before.",
            "kind": "`merged`, `split`, `linked` (new customers joined), `unlinked` (customers are gone) or `renamed`.",
            "at": "When it took effect.",
            "cause": "`resolve`, `online`, `steward` or `delete`.",
            "profiles_before": "Ids of the profiles that it began with.",
            "profiles_after": "Ids of the profiles that it ended with.",
        },
        ids=("profile_id", "profiles_before", "profiles_after"),
    ),
)
expose(
    ProfileIdChanged,
    Exposed(
        {
            "cursor": _CURSOR,
            "former_id": "Id until now; it keeps leading to the profile.",
            "profile_id": "Id from now on.",
        },
        ids=("former_id", "profile_id"),
    ),
)
expose(ProfileGone, Exposed({"cursor": _CURSOR, "former_id": "Id that it had."}, ids=("former_id",)))

ProfileChange = Annotated[
    FollowingBegan
    | InteractionWritten
    | IdentityChanged
    | ProfileIdChanged
    | ProfileGone
    | AmbiguousIdentity
    | UnknownIdentity,
    strawberry.union("ProfileChange", description="What changed in a profile, or why there is none to follow."),
]
Since = Annotated[
    datetime | None,
    strawberry.argument(description="Tells first what was written from this moment on. Left out: it begins now."),
]
After = Annotated[
    str | None, strawberry.argument(description="Cursor of a change; goes on behind it, on whichever server.")
]


@strawberry.type(description="What can be followed, over WebSocket (`graphql-transport-ws`) or as `text/event-stream`.")
class Subscription:
    """The root of every subscription."""

    @strawberry.subscription(
        description="New interactions and identity changes of a profile, in the order in which they were written."
    )
    async def profile_changes(
        self,
        info: RequestInfo,
        by: By,
        confidence: AtConfidence = None,
        since: Since = None,
        after: After = None,
    ) -> AsyncGenerator[ProfileChange]:
        """Raises InputError, AccessError, GraphError."""
        context, position = info.context, _position(since, after)
        await _admit(context)
        async with context.feed.beginning:
            wanted = await context.levels.confidence_of(confidence)
            found = await _found(context, by, wanted)
        asked_id, profile = (found.asked_id, found.profile) if isinstance(found, MergedProfile) else ("", found)
        if isinstance(profile, UnknownIdentity | AmbiguousIdentity):
            yield profile
            return
        subscriber = Subscriber(
            customer=customer_of(profile.id) or "",
            confidence=wanted,
            asked_id=asked_id or profile.id,
            subject=context.viewer.subject,
            renew=lambda: _admit(context),
            position=position,
        )
        async with aclosing(follow(context.feed, context.graph, subscriber)) as following:
            async for told in following:
                yield _change(told)


async def _found(context: RequestContext, by: ProfileBy, confidence: float) -> FoundProfile:
    identity = identity_of(by, context.country)
    if isinstance(identity, UnknownIdentity):
        return identity
    return await found_profile(context, identity, confidence)


async def _admit(context: RequestContext) -> None:
    """Raises AccessError where the viewer may not follow a profile, or not any more."""
    await context.renew_viewer()
    context.viewer.require(Scope.PROFILE_READ)
    context.viewer.require(Scope.EVENTS_READ)


def _position(since: datetime | None, after: str | None) -> Position | None:
    if after is not None:
        if since is not None:
            raise InputError("`since` and `after` contradict each other.", "Give one of them.")
        return position_of(after)
    return Position((milliseconds(since), b"")) if since is not None else None


def _change(
    told: Told,
) -> FollowingBegan | InteractionWritten | IdentityChanged | ProfileIdChanged | ProfileGone:
    what = told.what
    if isinstance(what, Begun):
        return FollowingBegan(told.cursor, told.profile_id)
    if isinstance(what, Moved):
        if what.id is None:
            return ProfileGone(told.cursor, what.former_id)
        return ProfileIdChanged(told.cursor, what.former_id, what.id)
    if isinstance(what.what, RecordedEvent):
        event = what.what
        return IdentityChanged(
            cursor=told.cursor,
            profile_id=told.profile_id,
            kind=event.kind,
            at=event.at,
            cause=event.cause,
            profiles_before=event.profiles_before,
            profiles_after=event.profiles_after,
        )
    return InteractionWritten(told.cursor, told.profile_id, what.what)
