"""Endpoints: the paths that Segment's, RudderStack's and Jitsu's clients call."""

from collections.abc import Sequence
from functools import partial

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from api.tracking.answers import point, refused, taken
from api.tracking.bodies import unpacked_body
from api.tracking.endpoint import Endpoint
from api.tracking.keys import keys_of
from api.tracking.messages import NAMES, Refusal
from api.tracking.reading.refusing import check_count
from api.tracking.receiving import Receiver, origin_of
from api.tracking.requests import RequestFacts, facts_of
from api.tracking.segment.again import PROTOCOL, whole_message
from api.tracking.segment.envelopes import BATCH, Envelope, read_envelope
from api.tracking.segment.messages import KINDS, read_messages
from api.tracking.segment.pixels import pixel_envelope
from api.tracking.segment.settings_answers import rudder_settings, segment_settings
from graph.sources import TrackedSource

CALLS = {
    "/v1/identify": "identify",
    "/v1/track": "track",
    "/v1/page": "page",
    "/v1/screen": "screen",
    "/v1/group": "group",
    "/v1/alias": "alias",
    "/v1/batch": BATCH,
    "/v1/merge": "merge",
    "/v1/import": BATCH,
    "/v1/i": "identify",
    "/v1/t": "track",
    "/v1/p": "page",
    "/v1/s": "screen",
    "/v1/g": "group",
    "/v1/a": "alias",
    "/v1/b": BATCH,
    "/beacon/v1/batch": BATCH,
}
"""Path -> what its body is."""

JITSU = {f"/api/s/{way}{call}": call for way in ("", "s2s/") for call in (*NAMES, "track", BATCH)} | {
    "/api/s/event": None,
    "/api/s/s2s/event": None,
}
"""The paths of Jitsu 2, from browsers and from servers; none: the message says itself what it is."""

PIXELS = {
    "/pixel/v1/track": "track",
    "/pixel/v1/page": "page",
    **{f"/v1/pixel/{kind}": kind for kind in sorted(KINDS)},
}
"""The same: RudderStack's, and Segment's, whose message is base64."""
SEGMENT_SETTINGS = "/v1/projects/{write_key}/settings"
RUDDER_SETTINGS = ("/sourceConfig", "/sourceConfig/")


def segment_routes() -> Sequence[BaseRoute]:
    """The routes of the protocol."""
    calls = (CALLS | JITSU).items()
    routes: list[BaseRoute] = [Route(path, Endpoint(Call(kind), "POST"), methods=None) for path, kind in calls]
    routes += [Route(path, Endpoint(Pixel(kind), "GET"), methods=None) for path, kind in PIXELS.items()]
    routes += [Route(SEGMENT_SETTINGS, Endpoint(answer_segment, "GET"), methods=None)]
    routes += [Route(path, Endpoint(answer_rudder, "GET"), methods=None) for path in RUDDER_SETTINGS]
    return routes


class Call:
    """A call with a body. ``kind``: batch, or what its one message is, none where that says it itself."""

    def __init__(self, kind: str | None) -> None:
        self._kind = kind

    async def __call__(self, request: Request, receiver: Receiver) -> Response:
        """Take its messages. Raises ProblemError."""
        facts, limit = facts_of(request), receiver.settings.max_body_bytes
        keys = keys_of(request.headers, request.query_params)
        source = await receiver.keys.source_of(keys) if keys else None
        with receiver.in_hand.share() as share:
            envelope = read_envelope(await unpacked_body(request, share, limit), self._kind)
            check_count(envelope.messages, receiver.settings.max_messages)
            source = source or await receiver.keys.source_of(envelope.write_keys)
            refusals = await _receive(envelope, source, facts, request, receiver)
        return refused(refusals[0]) if refusals and self._kind != BATCH else taken(refusals)


class Pixel:
    """A call in the address of a picture."""

    def __init__(self, kind: str) -> None:
        self._kind = kind

    async def __call__(self, request: Request, receiver: Receiver) -> Response:
        """Take its message. Raises ProblemError."""
        envelope = pixel_envelope(request.query_params.multi_items(), self._kind)
        keys = keys_of(request.headers, request.query_params) or envelope.write_keys
        source = await receiver.keys.source_of(keys)
        refusals = await _receive(envelope, source, facts_of(request), request, receiver)
        return refused(refusals[0]) if refusals else point()


async def _receive(
    envelope: Envelope, source: TrackedSource, facts: RequestFacts, request: Request, receiver: Receiver
) -> list[Refusal]:
    messages = read_messages(envelope, facts, receiver.settings.max_message_bytes)
    whole = partial(whole_message, envelope=envelope, request=facts)
    return await receiver.receive(messages, source, origin_of(request, source, PROTOCOL.connector, facts, whole))


async def answer_segment(request: Request, receiver: Receiver) -> Response:
    """What Segment's browser client asks for when it starts. Raises ProblemError."""
    key: str = request.path_params["write_key"]
    await receiver.keys.source_of([key])
    return JSONResponse(segment_settings(request.url.netloc, request.url.scheme, key))


async def answer_rudder(request: Request, receiver: Receiver) -> Response:
    """What RudderStack's clients ask for when they start. Raises ProblemError."""
    keys = keys_of(request.headers, request.query_params)
    source = await receiver.keys.source_of(keys)
    return JSONResponse(rudder_settings(f"{request.url.scheme}://{request.url.netloc}", keys[0], source.name))
