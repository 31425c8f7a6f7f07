"""Sessions: whose one is, in a type for each level of recognition.

Only ``AuthenticatedSession`` leads to a profile. From the types of the other levels nothing personal can be selected,
whoever asks and whatever they may see: a session id is a guessable thing in a cookie, and a recognition may be wrong.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Annotated, Any

import strawberry

from api.access.field_rules import customer_of_profile, plain, sentence
from api.access.masking import classify
from api.access.viewer import Scope
from api.contract.arguments import AtConfidence
from api.contract.exposure import Exposed, expose, expose_choice
from api.contract.inputs import MAX_KEY
from api.contract.journeys import JourneyFilterInput, filter_of
from api.contract.paging import DEFAULT_PAGE, MAX_PAGE, page_size
from api.contract.profile_parts import resolved_by
from api.execution.context import RequestInfo
from graph.identities import Identity, IdentityKind, UnknownIdentity, nobody
from graph.journeys import JourneyFilter, JourneyOwners, Window, get_journey, get_journey_owners
from graph.profiles import Profile, get_profile
from graph.recognition import RecognitionLevel, Session, SessionRecognition, recognise_session
from graph.visitors import (
    MAX_PRODUCTS,
    Visit,
    VisitorConsent,
    VisitorInteraction,
    get_visitor,
    visit_of,
    visitor_interaction,
)

expose_choice(
    RecognitionLevel,
    {
        RecognitionLevel.AUTHENTICATED: "The customer logged in during the session.",
        RecognitionLevel.RECOGNISED: "The device was this customer's alone at that time.",
        RecognitionLevel.PROBABLE: "The customer was the last to log in on a device that others use as well.",
        RecognitionLevel.UNKNOWN: "Nothing shows whose it is.",
    },
)
expose(
    Session,
    Exposed(
        {
            "key": "Key of the session, `source:session id`.",
            "source": "Source that recorded it.",
            "channel": "Channel, such as `web` or `app`.",
            "started_at": "First sign of it.",
            "ended_at": "Last sign of it.",
            "entry_page": "First page that was seen.",
            "campaign": "Campaign that led to it.",
            "device": "Key of its device, `kind:id`.",
        }
    ),
)
classify(Visit, dict.fromkeys(("key", "source", "channel", "campaign"), plain))
expose(
    Visit,
    Exposed(
        {
            "key": "Key of the session, `source:session id`.",
            "source": "Source that recorded it.",
            "channel": "Channel, such as `web` or `app`.",
            "started_at": "First sign of it.",
            "ended_at": "Last sign of it.",
            "campaign": "Campaign that led to it, where it has a short name.",
        }
    ),
)
classify(VisitorConsent, dict.fromkeys(("purpose", "channel", "state"), plain))
expose(
    VisitorConsent,
    Exposed(
        {
            "purpose": "What it allows or forbids.",
            "channel": "Channel that it is about; none where it is about all.",
            "state": "`granted`, `denied` or `withdrawn`.",
            "effective_at": "From when it holds.",
        }
    ),
)
# Plain by their making: see graph/visitors.py.
_CODES = ("source", "channel", "type", "name", "intent", "reason", "products", "currency")
classify(VisitorInteraction, dict.fromkeys(_CODES, plain))
expose(
    VisitorInteraction,
    Exposed(
        {
            "at": "When it happened.",
            "source": "Source that recorded it.",
            "channel": "Channel, such as `web`, `call_centre` or `email`.",
            "type": "Type: `track`, `page`, `screen` or `identify`.",
            "name": "What happened, such as `Call Started` or `Order Completed`.",
            "intent": "What the customer wants, such as `terminate`, where the source says so in a word.",
            "reason": "Why, such as `contract`, where the source says so in a word.",
            "products": f"Ids of the products, those of the cart or the order too; at most {MAX_PRODUCTS}.",
            "amount": "Amount of money, where there is one.",
            "currency": "Currency of the amount.",
        }
    ),
)

SessionKey = Annotated[strawberry.ID, strawberry.argument(description="Key of the session, `source:session id`.")]
First = Annotated[int, strawberry.argument(description=f"At most so many, 1 to {MAX_PAGE}.")]
RecognisedAt = Annotated[
    datetime | None,
    strawberry.argument(
        description="A past moment: whose the session was by what had happened by then, with the links and levels that "
        "the graph knew then. Sessions and logins count from when they happened, also where they reached the graph "
        "later; a session that had not begun is unknown, one that went on ends at that moment. Visitor and profile "
        "are the customers of that time; consents are those recorded by then, and activity ends then. Whose the "
        "activity on a shared device is, and whatever else a profile shows of its customers, is today's; deleted "
        "customers are gone from the past as well."
    ),
]
Wanted = Annotated[JourneyFilterInput | None, strawberry.argument(name="filter", description="Which interactions.")]


async def did(
    visitor: strawberry.Parent["Visitor | AnonymousSession"],
    info: RequestInfo,
    first: First = DEFAULT_PAGE,
    wanted: Wanted = None,
) -> Sequence[VisitorInteraction]:
    """What was done over all channels, newest first, without anything personal."""
    size, chosen = page_size(first), _until(visitor.as_of, filter_of(wanted) if wanted else JourneyFilter())
    page = await get_journey(info.context.graph, await visitor.owners(info), chosen, size)
    return [visitor_interaction(found) for found in page.interactions]


def _until(at: datetime | None, wanted: JourneyFilter) -> JourneyFilter:
    """A filter that lets nothing through that happened after a time, which itself counts."""
    if at is None:
        return wanted
    end = at + timedelta(milliseconds=1)
    return replace(wanted, until=min(wanted.until, end) if wanted.until else end)


@strawberry.type(description="Who a visitor is taken for, as far as it may be known without a login: nothing personal.")
class Visitor:
    """Who a visitor is taken for."""

    id: strawberry.ID = strawberry.field(description="Opaque id of the person; no profile can be asked for by it.")
    consents: list[VisitorConsent] = strawberry.field(description="Consent that holds, by purpose and channel.")
    members: strawberry.Private[tuple[str, ...]]
    confidence: strawberry.Private[float]
    as_of: strawberry.Private[datetime | None]
    activity = resolved_by(did)

    async def owners(self, info: RequestInfo) -> JourneyOwners:
        """Through whom and what interactions are the visitor's."""
        return await get_journey_owners(info.context.graph, self.members, self.confidence)


@strawberry.interface(description="A session that is known, and how surely it is somebody's. Nothing here is personal.")
class KnownSession:
    """What every answer about a session says."""

    visit: Visit = strawberry.field(description="The session, without device and pages.")
    level: RecognitionLevel = strawberry.field(description="How surely it is somebody's.")
    reason: str = strawberry.field(description="Why, in words that name nobody.")
    confidence: float = strawberry.field(description="Confidence at which people were told apart.")
    as_of: datetime | None = strawberry.field(description="The past moment of which this is said; none: now.")
    found: strawberry.Private[SessionRecognition]


async def visitor(session: strawberry.Parent[KnownSession], info: RequestInfo) -> Visitor | None:
    """Whom the session is taken for, without anything personal; none where they were erased meanwhile."""
    customer = session.found.recognition.customer
    if customer is None:
        return None
    known = await get_visitor(info.context.graph, customer, session.confidence, session.as_of)
    if known is None:
        return None
    return Visitor(
        id=strawberry.ID(known.id),
        consents=list(known.consents),
        members=known.members,
        confidence=session.confidence,
        as_of=session.as_of,
    )


async def profile(session: strawberry.Parent[KnownSession], info: RequestInfo) -> Profile | None:
    """The profile of the customer who logged in; none where it was erased, not resolved then, or may not be seen."""
    customer = session.found.recognition.customer
    if customer is None or not info.context.viewer.may(Scope.PROFILE_READ):
        return None
    return await get_profile(info.context.graph, customer, session.confidence, session.as_of)


@strawberry.type(description="A session in which a customer logged in.")
class AuthenticatedSession(KnownSession):
    """The only one that leads to a profile."""

    session: Session = strawberry.field(description="The session with its device and its first page.")
    customer: str = strawberry.field(description="Key of the customer who logged in.")
    masked: bool = strawberry.field(default=False, description="The key is masked, because the viewer may not see it.")
    profile = resolved_by(profile)
    visitor = resolved_by(visitor)


@strawberry.type(description="A session on a device that was one person's alone at that time. Nobody logged in.")
class RecognisedSession(KnownSession):
    """Recognised by its device."""

    visitor = resolved_by(visitor)


@strawberry.type(description="A session on a device of several people, right after one of them. Nobody logged in.")
class ProbableSession(KnownSession):
    """Probably somebody's."""

    visitor = resolved_by(visitor)


@strawberry.type(description="A session of which nothing shows whose it is.")
class AnonymousSession(KnownSession):
    """Nobody's that is known."""

    activity = resolved_by(did)

    async def owners(self, info: RequestInfo) -> JourneyOwners:
        """The device while the session lasted, without sessions in which somebody logged in."""
        del info
        session = self.found.session
        window = Window(session.device, session.started_at, session.ended_at, ()) if session.device else None
        return JourneyOwners((), (window,) if window else (), (), ())


classify(Visitor, {"id": plain})
classify(AuthenticatedSession, {"reason": sentence, "customer": customer_of_profile})
for known in (RecognisedSession, ProbableSession, AnonymousSession):
    classify(known, {"reason": sentence})

SessionResult = Annotated[
    AuthenticatedSession | RecognisedSession | ProbableSession | AnonymousSession | UnknownIdentity,
    strawberry.union("SessionResult", description="The session by how surely it is somebody's, or why there is none."),
]
_BY_LEVEL: dict[RecognitionLevel, type[RecognisedSession | ProbableSession | AnonymousSession]] = {
    RecognitionLevel.RECOGNISED: RecognisedSession,
    RecognitionLevel.PROBABLE: ProbableSession,
    RecognitionLevel.UNKNOWN: AnonymousSession,
}


def session_of_level(found: SessionRecognition) -> KnownSession:
    """The answer of the type that the level allows."""
    recognition = found.recognition
    common: dict[str, Any] = {
        "visit": visit_of(found.session),
        "level": recognition.level,
        "reason": recognition.reason,
        "confidence": found.confidence,
        "as_of": found.as_of,
        "found": found,
    }
    if recognition.level is RecognitionLevel.AUTHENTICATED and recognition.customer:
        return AuthenticatedSession(**common, session=found.session, customer=recognition.customer)
    return _BY_LEVEL[recognition.level](**common)


@strawberry.type
class SessionQueries:
    """What can be asked about sessions."""

    @strawberry.field(description="One session: whose it is, how sure that is, and why.")
    async def session(
        self,
        info: RequestInfo,
        id: SessionKey,  # noqa: A002
        confidence: AtConfidence = None,
        as_of: RecognisedAt = None,
    ) -> SessionResult:
        """Raises InputError, GraphError."""
        unknown = nobody(Identity(IdentityKind.SESSION, id), as_of)
        if not info.context.viewer.may(Scope.EVENTS_READ):
            return unknown
        wanted = await info.context.levels.confidence_of(confidence, as_of)
        if len(id) > MAX_KEY:
            return unknown
        found = await info.context.look_up(lambda: recognise_session(info.context.graph, id, wanted, as_of), None)
        if found and found.recognition.customer:
            info.context.seen.customer(found.recognition.customer)
        return session_of_level(found) if found else unknown  # pyright: ignore[reportReturnType]
