"""Endpoints: the paths that Snowplow's trackers call.

The protocol has no credential: the app id (``aid``) of an event is a source's write key, or a name that a source was
opened for. Events of several apps may come in one request.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from api.tracking.answers import point, refused, taken
from api.tracking.bodies import parsed, unpacked_body
from api.tracking.endpoint import Endpoint, Handler
from api.tracking.named import receive_named
from api.tracking.problems import BUSY, NO_EVENTS, ProblemError
from api.tracking.reading.refusing import check_count
from api.tracking.receiving import Receiver
from api.tracking.requests import RequestFacts, facts_of
from api.tracking.snowplow.events import PROTOCOL

PAYLOADS = "/com.snowplowanalytics.snowplow/tp2"
PIXELS = ("/i", "/ice.png")

# Trackers drop what is answered with one of these, and repeat all else, some for ever.
# Source: dontRetryStatusCodes of the browser, iOS and Android trackers, and of snowplow-tracker for Python.
_DROPPED = frozenset({400, 401, 403, 410, 422})
_UNUSABLE = 422


def snowplow_routes() -> Sequence[BaseRoute]:
    """The routes of the protocol."""
    pixel = Endpoint(_final(answer_pixel), "GET")
    return [
        Route(PAYLOADS, Endpoint(_final(answer_payload), "POST"), methods=None),
        *(Route(path, pixel, methods=None) for path in PIXELS),
    ]


def _final(handler: Handler) -> Handler:
    """The handler, where what cannot be taken later either is answered with a status that trackers drop it for."""

    async def answered(request: Request, receiver: Receiver) -> Response:
        try:
            return await handler(request, receiver)
        except ProblemError as error:
            found = error.problem
            if found.status < 500 and found.status not in {*_DROPPED, BUSY.status}:  # noqa: PLR2004
                raise ProblemError(replace(found, status=_UNUSABLE)) from None
            raise

    return answered


async def answer_payload(request: Request, receiver: Receiver) -> Response:
    """Take the events of a body. Raises ProblemError."""
    facts = _facts(request)
    with receiver.in_hand.share() as share:
        events = _events(await unpacked_body(request, share, receiver.settings.max_body_bytes))
        check_count(events, receiver.settings.max_messages)
        return taken(await receive_named(PROTOCOL, events, facts, request))


async def answer_pixel(request: Request, _: Receiver) -> Response:
    """Take the event in an address. Raises ProblemError."""
    event = {name: value for name, value in request.query_params.items() if name != "writeKey"}
    refusals = await receive_named(PROTOCOL, [event], _facts(request), request)
    return refused(refusals[0]) if refusals else point()


def _events(body: bytes) -> list[Any]:
    document = parsed(body)
    events = document.get("data") if isinstance(document, dict) else None
    if not isinstance(events, list) or not events:
        raise ProblemError(NO_EVENTS)
    return events


def _facts(request: Request) -> RequestFacts:
    """Without the address of who asks to be tracked anonymously (the header SP-Anonymous)."""
    facts = facts_of(request)
    return replace(facts, ip=None) if "sp-anonymous" in request.headers else facts
