"""Endpoints: the paths that PostHog's clients call. The project's API key is the source's write key."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from api.tracking.answers import refused, taken
from api.tracking.bodies import unpacked_body
from api.tracking.endpoint import Endpoint, Handler
from api.tracking.keys import keys_of
from api.tracking.messages import Refusal
from api.tracking.posthog.envelopes import Envelope, document_of, keys_in, read_envelope
from api.tracking.posthog.events import PROTOCOL
from api.tracking.posthog.settings_answers import config_script, flags, remote_config
from api.tracking.reading.refusing import check_count, read_each
from api.tracking.receiving import Receiver, origin_of
from api.tracking.requests import RequestFacts, facts_of

CAPTURES = ("/capture", "/batch", "/e", "/track", "/i/v0/e")
CAPTURE_V1 = "/i/v1/analytics/events"
FLAGS = ("/flags", "/decide")
CONFIG, CONFIG_SCRIPT = "/array/{write_key}/config", "/array/{write_key}/config.js"


def posthog_routes() -> Sequence[BaseRoute]:
    """The routes of the protocol; clients end most of them with a slash, and some do not."""
    routes: dict[str, Endpoint] = dict.fromkeys(CAPTURES, Endpoint(answer_capture, "GET", "POST"))
    routes |= dict.fromkeys(FLAGS, Endpoint(answer_flags, "POST"))
    routes |= {CAPTURE_V1: Endpoint(answer_capture_v1, "POST")}
    found: list[BaseRoute] = [
        Route(path + slash, endpoint, methods=None) for path, endpoint in routes.items() for slash in ("", "/")
    ]
    scripted: dict[str, Handler] = {CONFIG: answer_config, CONFIG_SCRIPT: answer_config_script}
    return found + [Route(path, Endpoint(handler, "GET"), methods=None) for path, handler in scripted.items()]


async def answer_capture(request: Request, receiver: Receiver) -> Response:
    """Take the events of a request. Raises ProblemError."""
    envelope, refusals = await _receive(request, receiver)
    return refused(refusals[0]) if refusals and envelope.is_single else taken(refusals)


async def answer_capture_v1(request: Request, receiver: Receiver) -> Response:
    """Take the events of a request, and say of each whether it was. Raises ProblemError."""
    envelope, refusals = await _receive(request, receiver)
    return JSONResponse({"results": dict(_results(envelope.events, {one.index: one for one in refusals}))})


def _results(events: Sequence[object], refusals: Mapping[int, Refusal]) -> Iterable[tuple[str, dict[str, str]]]:
    for index, event in enumerate(events):
        refusal = refusals.get(index)
        said = {"result": "ok"} if refusal is None else {"result": "drop", "details": refusal.code}
        yield str(event.get("uuid")) if isinstance(event, dict) else "", said


async def _receive(request: Request, receiver: Receiver) -> tuple[Envelope, list[Refusal]]:
    facts = _facts(request)
    with receiver.in_hand.share() as share:
        body = await unpacked_body(request, share, receiver.settings.max_body_bytes)
        envelope = read_envelope(body, request.query_params)
        check_count(envelope.events, receiver.settings.max_messages)
        source = await receiver.keys.source_of([*envelope.write_keys, *keys_of(request.headers, request.query_params)])
        facts = replace(facts, sent_at=envelope.sent_at or facts.sent_at)
        messages = read_each(envelope.events, receiver.settings.max_message_bytes, PROTOCOL.reader(facts))
        origin = origin_of(request, source, PROTOCOL.connector, facts, partial(PROTOCOL.whole, request=facts))
        return envelope, await receiver.receive(messages, source, origin)


def _facts(request: Request) -> RequestFacts:
    """Without the address where the client asks for that."""
    facts = replace(facts_of(request), sent_at=request.headers.get("posthog-request-timestamp"))
    return replace(facts, ip=None) if request.query_params.get("ip") == "0" else facts


async def answer_flags(request: Request, receiver: Receiver) -> Response:
    """Which features are on. Raises ProblemError."""
    with receiver.in_hand.share() as share:
        body = await unpacked_body(request, share, receiver.settings.max_body_bytes)
        keys = keys_in(document_of(body, request.query_params))
    await receiver.keys.source_of(keys)
    return JSONResponse(flags(keys[0]))


async def answer_config(request: Request, receiver: Receiver) -> Response:
    """What a browser may do. Raises ProblemError."""
    return JSONResponse(remote_config(await _key(request, receiver)))


async def answer_config_script(request: Request, receiver: Receiver) -> Response:
    """The same, as a script. Raises ProblemError."""
    return Response(config_script(await _key(request, receiver)), media_type="text/javascript")


async def _key(request: Request, receiver: Receiver) -> str:
    key: str = request.path_params["write_key"]
    await receiver.keys.source_of([key])
    return key
