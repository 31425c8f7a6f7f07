"""Endpoint: GraphQL over HTTP, one POST with JSON at a time, and subscriptions over WebSocket or as events.

What is not such a request is refused before it is parsed, each with the status that HTTP has for it. No GET, so that a
query with an email never stands in a URL; only JSON bodies, so that a form of another site cannot send one; no batch,
no upload. A page of another site cannot open a WebSocket either: its ``Origin`` is looked at.
"""

import asyncio
import json
from collections.abc import Mapping
from functools import partial
from time import monotonic, perf_counter
from typing import Any, cast

import orjson
from cross_web import HTTPException
from graphql import GraphQLError
from starlette.requests import ClientDisconnect, HTTPConnection, Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Message, Receive, Scope, Send
from starlette.websockets import WebSocket
from strawberry.exceptions import MissingQueryError
from strawberry.http import GraphQLHTTPResponse, GraphQLRequestData
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.types import ExecutionResult
from strawberry.types.graphql import OperationType
from strawberry.utils.operation import get_operation_type

from api.access.authentication import CHALLENGE
from api.access.viewer import STRANGER, Viewer
from api.audit.recording import OK
from api.contract.schema import CdpSchema
from api.execution.allowances import Allowances
from api.execution.context import RequestContext
from api.execution.errors import ErrorCode, answer_to, log_failure
from api.execution.negotiation import GRAPHQL_JSON, JSON, is_json, negotiate
from api.execution.prepared import PreparedDocuments
from api.execution.results import body_of, is_refused
from api.execution.streaming import EVENT_STREAM, STREAM_HEADERS, StreamingGraphQL, accepts_events
from api.execution.trusted_documents import id_in, read_trusted_documents, trusted_text
from api.operation.backend import backend_of
from api.operation.metrics.names import register_operations
from api.operation.record import current_record
from api.settings import ApiSettings
from graph.errors import AccessError, InputError, UntrustedDocumentError

_HEADERS = {"Cache-Control": "private, no-store", "Vary": "Accept, Authorization"}
_OK, _BAD_REQUEST, _TOO_LARGE = 200, 400, 413


class GraphQLEndpoint(StreamingGraphQL):
    """Strawberry's ASGI view behind our checks."""

    def __init__(self, schema: CdpSchema, settings: ApiSettings) -> None:
        super().__init__(schema)
        self._schema, self._settings = schema, settings
        self._allowances = Allowances(settings)
        place = settings.trusted_documents
        self._trusted = read_trusted_documents(place, schema.core) if place else None
        self._documents = PreparedDocuments(schema.core, self._trusted and self._trusted.values())
        register_operations((self._trusted or {}).values())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request, or serve one WebSocket."""
        if scope["type"] == "websocket":
            await self.serve_websocket(WebSocket(scope, receive, send))
            return
        request = Request(scope, self._bounded(receive))
        try:
            await self._serve(request, send)
        finally:
            context = getattr(request.state, "context", None)
            if isinstance(context, RequestContext):
                context.close()

    async def _serve(self, request: Request, send: Send) -> None:
        started = perf_counter()
        response = self._refusal(request) or await self._answer(request)
        if isinstance(response, StreamingResponse):
            await self._stream(response, request, send, started)
            return
        if not _is_recorded(request, started):
            words = "The audit log cannot be written, so no personal data is shown. Try again."
            response = _problem(request, 503, words, ErrorCode.UNAVAILABLE, {"Retry-After": "5"})
        await response(request.scope, request.receive, send)

    async def _stream(self, response: StreamingResponse, request: Request, send: Send, started: float) -> None:
        """Send events until the client or the subscription ends; then it is known what was seen."""
        response.headers.update(STREAM_HEADERS)
        try:
            await response(request.scope, request.receive, send)
        finally:
            _is_recorded(request, started)

    def _refusal(self, request: Request) -> Response | None:
        """Why a request is not even read; none where it is."""
        headers = request.headers
        if request.method != "POST":
            return _problem(request, 405, "Use POST.", headers={"Allow": "POST"})
        if not is_json(headers.get("content-type", "")):
            return _problem(request, 415, f"Send {JSON} in UTF-8.")
        accept = headers.get("accept", "")
        if negotiate(accept) is None and not accepts_events(accept):
            return _problem(request, 406, f"The answer is {GRAPHQL_JSON}, {JSON} or {EVENT_STREAM}.")
        return None

    async def _answer(self, request: Request) -> Response:
        if not self._allowances.enter():
            words = "There is too much to do. Try again."
            return _problem(request, 503, words, ErrorCode.UNAVAILABLE, {"Retry-After": "1"})
        try:
            return await self._executed(request)
        finally:
            self._allowances.leave()

    async def _executed(self, request: Request) -> Response:
        try:
            async with asyncio.timeout(self._settings.deadline_s):
                context = request.state.context = self._context_of(request, await _viewer_of(request))
                accept = request.headers.get("accept", "")
                if negotiate(accept) is None:
                    return await self.run(request, context)
                asked = self._asked(await request.body())
                if accepts_events(accept) and self._is_subscription(asked, context.viewer):
                    return await self.run(request, context)
                return await self._answered(request, asked, context)
        except Exception as error:  # noqa: BLE001 -- a server would log it with its message, which may quote values
            return _failed(request, error)

    def _is_subscription(self, asked: GraphQLRequestData, viewer: Viewer) -> bool:
        """Whether a subscription is asked for. What cannot be used is none, and is refused as a query is."""
        # Nothing is parsed for whoever has nothing left.
        if not self._allowances.has_credit(viewer.subject):
            return False
        try:
            document = self._documents.get(asked.query or "").document
            return get_operation_type(document, asked.operation_name) is OperationType.SUBSCRIPTION
        except (GraphQLError, RuntimeError, UntrustedDocumentError):
            return False

    async def _answered(self, request: Request, asked: GraphQLRequestData, context: RequestContext) -> Response:
        """The answer to a query or a mutation. Strawberry's view takes 0.1 ms for the same, and runs subscriptions."""
        result = await self._schema.answer(asked, context)
        content = _encoded(self._body_of(request, result, context))
        media_type, headers, status = negotiate(request.headers.get("accept", "")) or JSON, _HEADERS, _OK
        if media_type == GRAPHQL_JSON and is_refused(result):
            status = _BAD_REQUEST
        if refused := context.asked.refused:
            status, headers = refused.status, {**_HEADERS, "Retry-After": str(refused.retry_after_s)}
        return Response(content, status, headers, f"{media_type}; charset=utf-8")

    def _asked(self, body: bytes) -> GraphQLRequestData:
        """What the body of a request asks for. Raises HTTPException, UntrustedDocumentError."""
        sent = self.parse_json(body)
        query, variables, extensions = sent.get("query"), sent.get("variables"), sent.get("extensions")
        if not isinstance(query, str | None):
            raise HTTPException(_BAD_REQUEST, "`query` must be a text.")
        if not isinstance(variables, dict | None) or not isinstance(extensions, dict | None):
            raise HTTPException(_BAD_REQUEST, "`variables` and `extensions` must be objects.")
        return GraphQLRequestData(query, variables, sent.get("operationName"), extensions)

    def _body_of(self, request: Request, result: ExecutionResult, context: RequestContext) -> dict[str, Any]:
        body = body_of(result, context.request_id, context.asked.cost)
        request.state.outcome = body["errors"][0]["extensions"]["code"] if "errors" in body else OK
        return _noted(body)

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

    async def get_context(self, request: Request | WebSocket, response: Response | WebSocket) -> RequestContext:
        """The context of one connection, whose ``connection_init`` is still to come."""
        del response
        return self._context_of(request, STRANGER)

    def _context_of(self, request: HTTPConnection, viewer: Viewer) -> RequestContext:
        backend = backend_of(request)
        context = RequestContext(
            graph=backend.graph,
            levels=backend.levels,
            request_id=request_id_of(request),
            country=self._settings.country,
            viewer=viewer,
            allowances=self._allowances,
            documents=self._documents,
            audit=backend.recorder.log,
            sync_work=backend.sync_work,
            until=monotonic() + self._settings.deadline_s,
            feed=backend.feed,
        )
        context.ask_again = partial(_viewer_of, request, context)
        return context

    async def process_result(self, request: Request, result: ExecutionResult) -> GraphQLHTTPResponse:
        """The body of an event."""
        return cast("GraphQLHTTPResponse", self._body_of(request, result, request.state.context))

    def encode_json(self, data: object) -> bytes:
        """As JSON."""
        return _encoded(data)

    def decode_json(self, data: str | bytes) -> Any:  # noqa: ANN401 -- whatever JSON holds
        """The request, which must be an object. orjson's error is the standard library's."""
        decoded = orjson.loads(data)
        if not isinstance(decoded, dict):
            raise HTTPException(_BAD_REQUEST, "The body must be one JSON object; batches are not answered.")
        if self._trusted is None and id_in(decoded) and not decoded.get("query"):
            raise HTTPException(_BAD_REQUEST, "Documents are not kept here; send the whole document as `query`.")
        return self.with_document(decoded)

    def with_document(self, request: dict[str, Any]) -> dict[str, Any]:
        """A request with the document that it means. Raises UntrustedDocumentError."""
        return request if self._trusted is None else {**request, "query": trusted_text(request, self._trusted)}


def _encoded(body: object) -> bytes:
    """With orjson, ten times as fast as the standard library, which writes what lies deeper than 254 levels."""
    try:
        return orjson.dumps(body)
    except TypeError:
        return json.dumps(body, ensure_ascii=False).encode()


def request_id_of(request: HTTPConnection) -> str:
    """The id that the edge gave to the request."""
    return request.scope.get("request_id", "-")


def _is_recorded(request: Request, started: float) -> bool:
    """Whether the audit log has its record. A process that could not start has no log, and shows nothing."""
    if not hasattr(request.app.state, "backend"):
        return True
    return backend_of(request).recorder.record(request, getattr(request.state, "outcome", OK), started)


async def _viewer_of(request: HTTPConnection, context: RequestContext | None = None) -> Viewer:
    """Who asks, now: by the headers, or by what a WebSocket said at its beginning. Raises AccessError, InputError."""
    authentication = backend_of(request).authentication
    authorization, purpose = request.headers.get("authorization", ""), request.headers.get("x-purpose")
    if context is None or not context.connection_params:
        return await authentication.viewer_of(authorization, purpose)
    sent = {"authorization": authorization, "x-purpose": purpose}
    return await authentication.viewer_of_connection({**sent, **context.connection_params})


def _failed(request: Request, error: Exception) -> Response:
    """The answer where there is no result."""
    match error:
        case TimeoutError():
            failed = _problem(request, 503, _too_long(request), ErrorCode.TIMEOUT, {"Retry-After": "1"})
        case AccessError() | InputError():
            failed = _not_let_in(request, error)
        case HTTPException():
            failed = _problem(request, error.status_code, error.reason)
        case MissingQueryError():
            failed = _problem(request, _BAD_REQUEST, "Send a document as `query`.")
        case CannotGetOperationTypeError():
            failed = _problem(request, _BAD_REQUEST, "Name one operation of the document as `operationName`.")
        case InvalidOperationTypeError():
            words = f"Subscribe over WebSocket (`graphql-transport-ws`), or accept {EVENT_STREAM}."
            failed = _problem(request, _BAD_REQUEST, words)
        case ClientDisconnect():
            failed = _problem(request, _BAD_REQUEST, "The body did not arrive.")
        case _:
            log_failure(request_id_of(request), error)
            failed = _problem(request, 500, answer_to(error)[1], ErrorCode.INTERNAL)
    return failed


def _not_let_in(request: Request, error: AccessError | InputError) -> Response:
    code, words = answer_to(error)
    match code:
        case ErrorCode.UNAUTHENTICATED:
            return _problem(request, 401, words, code, CHALLENGE)
        case ErrorCode.UNAVAILABLE:
            return _problem(request, 503, words, code, {"Retry-After": "1"})
        case _:
            return _problem(request, _BAD_REQUEST, words, code)


def _problem(
    request: Request,
    status: int,
    message: str,
    code: ErrorCode = ErrorCode.BAD_REQUEST,
    headers: Mapping[str, str] | None = None,
) -> Response:
    request.state.outcome = code.value
    extensions = {"code": code.value, "requestId": request_id_of(request)}
    body = _noted({"errors": [{"message": message, "extensions": extensions}]})
    return Response(orjson.dumps(body), status, {**_HEADERS, **(headers or {})}, JSON)


def _noted(body: dict[str, Any]) -> dict[str, Any]:
    """The body of an answer, of which logs and metrics learn the codes."""
    record = current_record()
    if record is not None:
        record.note_answer(body)
    return body


def _too_long(request: Request) -> str:
    context = getattr(request.state, "context", None)
    if isinstance(context, RequestContext) and context.asked.kind == "mutation":
        return "The answer took too long. The mutation may have been done: look, or send it with its clientMutationId."
    return "The answer took too long. Ask for less."
