"""Endpoint: GraphQL over HTTP, one POST with JSON at a time, and subscriptions over WebSocket or as events.

What is not such a request is refused before it is parsed, each with the status that HTTP has for it. No GET, so that a
query with an email never stands in a URL; only JSON bodies, so that a form of another site cannot send one; no batch,
no upload. A page of another site cannot open a WebSocket either: its ``Origin`` is looked at.
"""

import asyncio
from collections.abc import Mapping
from functools import partial
from typing import Any, cast

import orjson
from cross_web import HTTPException
from starlette.requests import ClientDisconnect, HTTPConnection, Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Message, Receive, Scope, Send
from starlette.websockets import WebSocket
from strawberry.http import GraphQLHTTPResponse
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.types import ExecutionResult

from api.access.authentication import ANYBODY, CHALLENGE, is_authenticated
from api.access.viewer import Viewer
from api.contract.schema import CdpSchema
from api.execution.context import RequestContext
from api.execution.errors import ErrorCode, answer_to, log_failure
from api.execution.negotiation import GRAPHQL_JSON, JSON, is_json, negotiate
from api.execution.results import body_of, is_refused
from api.execution.streaming import EVENT_STREAM, STREAM_HEADERS, StreamingGraphQL, accepts_events
from api.operation.backend import backend_of
from api.settings import ApiSettings
from graph.errors import UnauthenticatedError

_HEADERS = {"Cache-Control": "private, no-store", "Vary": "Accept, Authorization"}
_BAD_REQUEST, _TOO_LARGE = 400, 413


class GraphQLEndpoint(StreamingGraphQL):
    """Strawberry's ASGI view behind our checks."""

    def __init__(self, schema: CdpSchema, settings: ApiSettings) -> None:
        super().__init__(schema)
        self._settings = settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request, or serve one WebSocket."""
        if scope["type"] == "websocket":
            await self.serve_websocket(WebSocket(scope, receive, send))
            return
        request = Request(scope, self._bounded(receive))
        response = self._refusal(request) or await self._answer(request)
        response.headers.update(STREAM_HEADERS if isinstance(response, StreamingResponse) else _HEADERS)
        await response(scope, receive, send)

    def _refusal(self, request: Request) -> Response | None:
        """Why a request is not even read; none where it is."""
        headers, key = request.headers, self._settings.api_key
        if request.method != "POST":
            return _problem(request, 405, "Use POST.", headers={"Allow": "POST"})
        if not is_authenticated(headers.get("authorization", ""), key):
            words = "Send the key as `Authorization: Bearer <key>`."
            return _problem(request, 401, words, ErrorCode.UNAUTHENTICATED, CHALLENGE)
        if not is_json(headers.get("content-type", "")):
            return _problem(request, 415, f"Send {JSON} in UTF-8.")
        accept = headers.get("accept", "")
        if negotiate(accept) is None and not accepts_events(accept):
            return _problem(request, 406, f"The answer is {GRAPHQL_JSON}, {JSON} or {EVENT_STREAM}.")
        return None

    async def _answer(self, request: Request) -> Response:
        try:
            async with asyncio.timeout(self._settings.deadline_s):
                response = await self.run(request)
        except TimeoutError:
            words = "The answer took too long. Ask for less."
            return _problem(request, 503, words, ErrorCode.TIMEOUT, {"Retry-After": "1"})
        except HTTPException as error:
            return _problem(request, error.status_code, _words(error))
        except ClientDisconnect:
            return _problem(request, _BAD_REQUEST, "The body did not arrive.")
        except Exception as error:  # noqa: BLE001 -- a server would log it with its message, which may quote values
            log_failure(request_id_of(request), error)
            return _problem(request, 500, answer_to(error)[1], ErrorCode.INTERNAL)
        if isinstance(response, StreamingResponse):
            return response
        media_type = negotiate(request.headers.get("accept", "")) or JSON
        response.headers["content-type"] = f"{media_type}; charset=utf-8"
        if media_type == GRAPHQL_JSON and getattr(request.state, "refused", False):
            response.status_code = _BAD_REQUEST
        return response

    def _bounded(self, receive: Receive) -> Receive:
        """Receive that stops reading a body that is too large, whatever its headers say."""
        received = 0

        async def bounded() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > self._settings.max_body_bytes:
                raise HTTPException(_TOO_LARGE, f"The body is larger than {self._settings.max_body_bytes:,} bytes.")
            return message

        return bounded

    async def get_context(self, request: Request | WebSocket, response: Response | WebSocket) -> RequestContext:  # noqa: ARG002
        """The context of one request, or of one connection whose ``connection_init`` is still to come."""
        backend, country = backend_of(request), self._settings.country
        context = RequestContext(backend.graph, backend.levels, request_id_of(request), country, ANYBODY, backend.feed)
        context.ask_again = partial(self._viewer_of, request, context)
        return context

    async def _viewer_of(self, request: HTTPConnection, context: RequestContext) -> Viewer:
        """Who asks, now: by the header, or by what a WebSocket said at its beginning. Raises AccessError."""
        said = context.connection_params or {}
        given = said.get("authorization", said.get("Authorization", request.headers.get("authorization", "")))
        if not isinstance(given, str) or not is_authenticated(given, self._settings.api_key):
            raise UnauthenticatedError("Nobody is known by this.", "Send `authorization`: `Bearer <key>`.")
        return ANYBODY

    async def process_result(self, request: Request, result: ExecutionResult) -> GraphQLHTTPResponse:
        """The body of the answer."""
        request.state.refused = is_refused(result)
        return cast("GraphQLHTTPResponse", body_of(result, request_id_of(request)))

    def encode_json(self, data: object) -> bytes:
        """With orjson, ten times as fast as the standard library."""
        return orjson.dumps(data)

    def decode_json(self, data: str | bytes) -> Any:  # noqa: ANN401 -- whatever JSON holds
        """The request, which must be an object. orjson's error is the standard library's."""
        decoded = orjson.loads(data)
        if not isinstance(decoded, dict):
            raise HTTPException(_BAD_REQUEST, "The body must be one JSON object; batches are not answered.")
        return decoded


def request_id_of(request: HTTPConnection) -> str:
    """The id that the edge gave to the request."""
    return request.scope.get("request_id", "-")


def _problem(
    request: Request,
    status: int,
    message: str,
    code: ErrorCode = ErrorCode.BAD_REQUEST,
    headers: Mapping[str, str] | None = None,
) -> Response:
    extensions = {"code": code.value, "requestId": request_id_of(request)}
    body = {"errors": [{"message": message, "extensions": extensions}]}
    return Response(orjson.dumps(body), status, dict(headers or {}), JSON)


def _words(error: HTTPException) -> str:
    if isinstance(error.__cause__, CannotGetOperationTypeError):
        return "Name one operation of the document as `operationName`."
    if isinstance(error.__cause__, InvalidOperationTypeError):
        return f"Subscribe over WebSocket (`graphql-transport-ws`), or accept {EVENT_STREAM}."
    return error.reason
