"""Endpoints: the paths that Segment's and RudderStack's clients call."""

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from api.tracking.answers import point, refused, taken
from api.tracking.bodies import read_body, unpacked
from api.tracking.endpoint import Endpoint
from api.tracking.keys import keys_of
from api.tracking.messages import Refusal
from api.tracking.receiving import Receiver
from api.tracking.requests import RequestFacts, request_facts
from api.tracking.segment.envelopes import BATCH, Envelope, read_envelope
from api.tracking.segment.messages import KINDS, check_count, read_messages
from api.tracking.segment.pixels import pixel_envelope
from api.tracking.segment.settings_answers import rudder_settings, segment_settings
from api.tracking.set_aside import Origin
from graph.sources import TrackedSource

CONNECTOR = "segment"

CALLS = {
    "/v1/identify": "identify",
    "/v1/track": "track",
    "/v1/page": "page",
    "/v1/screen": "screen",
    "/v1/group": "group",
    "/v1/alias": "alias",
    "/v1/batch": BATCH,
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
    routes: list[BaseRoute] = [Route(path, Endpoint(Call(kind), "POST"), methods=None) for path, kind in CALLS.items()]
    routes += [Route(path, Endpoint(Pixel(kind), "GET"), methods=None) for path, kind in PIXELS.items()]
    routes += [Route(SEGMENT_SETTINGS, Endpoint(answer_segment, "GET"), methods=None)]
    routes += [Route(path, Endpoint(answer_rudder, "GET"), methods=None) for path in RUDDER_SETTINGS]
    return routes


class Call:
    """A call with a body. ``kind``: batch, or what its one message is."""

    def __init__(self, kind: str) -> None:
        self._kind = kind

    async def __call__(self, request: Request, receiver: Receiver) -> Response:
        """Take its messages. Raises ProblemError."""
        facts, limit = _facts(request), receiver.settings.max_body_bytes
        keys = keys_of(request.headers, request.query_params)
        source = await receiver.keys.source_of(keys) if keys else None
        with receiver.in_hand.share() as share:
            sent = await read_body(request.receive, share, limit)
            encoding = request.headers.get("content-encoding", "").strip().lower()
            envelope = read_envelope(unpacked(sent, encoding, share, limit), self._kind)
            check_count(envelope, receiver.settings.max_messages)
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
        refusals = await _receive(envelope, source, _facts(request), request, receiver)
        return refused(refusals[0]) if refusals else point()


async def _receive(
    envelope: Envelope, source: TrackedSource, facts: RequestFacts, request: Request, receiver: Receiver
) -> list[Refusal]:
    messages = read_messages(envelope, facts, receiver.settings.max_message_bytes)
    origin = Origin(source.name, CONNECTOR, request.scope.get("request_id", "-"), facts.received_at)
    return await receiver.receive(messages, source, origin)


def _facts(request: Request) -> RequestFacts:
    return request_facts(request.headers, request.client.host if request.client else None)


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
