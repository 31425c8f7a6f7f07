"""Endpoint: the path that takes CloudEvents.

The write key comes as in every call; an event without one is taken where a source was opened for its ``source``.
"""

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from api.tracking.answers import refused, taken
from api.tracking.bodies import unpacked_body
from api.tracking.cloudevents.events import PROTOCOL
from api.tracking.cloudevents.modes import events_of, is_batch
from api.tracking.endpoint import Endpoint
from api.tracking.keys import keys_of
from api.tracking.named import receive_named
from api.tracking.problems import ProblemError
from api.tracking.reading.refusing import check_count
from api.tracking.receiving import Receiver, receiver_of
from api.tracking.requests import facts_of

EVENTS = "/events"


def cloudevents_routes() -> Sequence[BaseRoute]:
    """The route of the protocol."""
    return [Route(EVENTS, _Webhook(answer_events, "POST"), methods=None)]


class _Webhook(Endpoint):
    async def options(self, request: Request) -> Response:
        """Whoever delivers events may ask first whether they are wanted; they are of who knows a write key.

        Source: HTTP 1.1 Web Hooks for Event Delivery, "Abuse Protection".
        """
        response = await super().options(request)
        asked = request.headers.get("webhook-request-origin")
        if asked is not None and await _is_known(request):
            response.headers.update({"WebHook-Allowed-Origin": asked, "WebHook-Allowed-Rate": "*", "Allow": "POST"})
        return response


async def _is_known(request: Request) -> bool:
    try:
        await receiver_of(request).keys.source_of(keys_of(request.headers, request.query_params))
    except ProblemError:
        return False
    return True


async def answer_events(request: Request, receiver: Receiver) -> Response:
    """Take the events of a request. Raises ProblemError."""
    facts = facts_of(request)
    with receiver.in_hand.share() as share:
        body = await unpacked_body(request, share, receiver.settings.max_body_bytes)
        events = events_of(request.headers, body)
        check_count(events, receiver.settings.max_messages)
        refusals = await receive_named(PROTOCOL, events, facts, request)
    return refused(refusals[0]) if refusals and not is_batch(request.headers) else taken(refusals)
