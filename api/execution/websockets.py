"""WebSockets: subscriptions over ``graphql-transport-ws``, and nothing else.

Strawberry's handler trusts that messages have the form of the protocol, runs queries as well, and quotes errors as they
are. Here messages are looked at first, only subscriptions run, and errors leave as they do over HTTP.
"""

from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing, suppress
from time import perf_counter
from typing import Any, Protocol, cast

import orjson
from starlette.websockets import WebSocketDisconnect
from strawberry.asgi import ASGIWebSocketAdapter
from strawberry.http.exceptions import NonJsonMessageReceived, WebSocketDisconnected
from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import BaseGraphQLTransportWSHandler, Operation
from strawberry.types import ExecutionResult
from strawberry.types.graphql import OperationType

from api.audit.recording import OK, outcome_of
from api.audit.records import operation_record
from api.execution.context import RequestContext
from api.execution.errors import answer_to, log_failure
from api.execution.results import body_of, is_refused
from graph.errors import AccessError

_BAD_MESSAGE, _FAILED = 4400, 1011


class Documents(Protocol):
    """What knows the documents that are answered."""

    def with_document(self, request: dict[str, Any]) -> dict[str, Any]:
        """A request with the document that it means. Raises AccessError."""
        ...


class TextMessages(ASGIWebSocketAdapter):
    """Messages as JSON texts. Strawberry sends what orjson gives, bytes, as binary frames, which clients refuse."""

    async def iter_json(self, *, ignore_parsing_errors: bool = False) -> AsyncGenerator[object, None]:
        """The messages of the client. Raises NonJsonMessageReceived."""
        del ignore_parsing_errors
        try:
            while True:
                try:
                    yield orjson.loads(await self.ws.receive_text())
                except (orjson.JSONDecodeError, KeyError):
                    raise NonJsonMessageReceived from None
        except (WebSocketDisconnect, RuntimeError):
            return

    async def send_json(self, message: Mapping[str, object]) -> None:
        """Send one message. Raises WebSocketDisconnected."""
        try:
            await self.ws.send_text(orjson.dumps(message).decode())
        except (WebSocketDisconnect, RuntimeError) as error:
            raise WebSocketDisconnected from error

    async def close(self, code: int, reason: str) -> None:
        """Close, unless it is closed already."""
        try:
            await self.ws.close(code, reason)
        except (WebSocketDisconnect, RuntimeError) as error:
            raise WebSocketDisconnected from error


class SubscriptionsOnly(BaseGraphQLTransportWSHandler[RequestContext, None]):
    """One connection. Source of the protocol: enisdenjo/graphql-ws, PROTOCOL.md."""

    async def handle_message(self, message: Any) -> None:  # noqa: ANN401 -- whatever JSON holds
        """Take one message, or close the connection where it is none of the protocol."""
        if not _is_message(message):
            await self.websocket.close(_BAD_MESSAGE, "This is no message of graphql-transport-ws.")
        elif message["type"] == "subscribe" and self.connection_acknowledged:
            await self._subscribe(message)
        else:
            await super().handle_message(message)

    async def _subscribe(self, message: Any) -> None:  # noqa: ANN401
        """Begin a subscription with the document that it means, which may be one of the trusted ones."""
        try:
            asked = cast("Documents", self.view).with_document(message["payload"])
        except AccessError as error:
            code, words = answer_to(error)
            refusal = {"message": words, "extensions": {"code": code.value, "requestId": self.context.request_id}}
            await self.websocket.send_json({"id": message["id"], "type": "error", "payload": [refusal]})
            return
        if isinstance(asked.get("query"), str):
            whole: Any = {**message, "payload": asked}
            await super().handle_message(whole)
        else:
            await self.websocket.close(_BAD_MESSAGE, "A document is missing.")

    async def run_operation(self, operation: Operation[RequestContext, None]) -> None:
        """Run one subscription to its end."""
        context, started, outcome = self.context.for_operation(), perf_counter(), OK
        try:
            results = await self.schema.stream(
                operation.query,
                variable_values=operation.variables,
                context_value=context,
                operation_name=operation.operation_name,
                allowed_operation_types=(OperationType.SUBSCRIPTION,),
            )
            async with aclosing(results):
                async for result in results:
                    assert isinstance(result, ExecutionResult)
                    outcome = outcome_of(result, context.request_id)
                    await self._send(operation, result)
            await operation.send_operation_message({"id": operation.id, "type": "complete"})
        except WebSocketDisconnected:
            return
        except Exception as error:  # noqa: BLE001 -- Strawberry would log it with its message, which may quote values
            outcome = answer_to(error)[0].value
            log_failure(context.request_id, error)
            await self._close_after_failure()
        finally:
            milliseconds = (perf_counter() - started) * 1_000
            context.audit.write(operation_record(context, context.audit.key, outcome, milliseconds))

    async def _close_after_failure(self) -> None:
        """Close with 1011: what was sent may not be whole."""
        with suppress(WebSocketDisconnected):
            await self.websocket.close(_FAILED, "Something failed.")

    async def _send(self, operation: Operation[RequestContext, None], result: ExecutionResult) -> None:
        body: Any = body_of(result, self.context.request_id)
        if is_refused(result):
            await operation.send_operation_message({"id": operation.id, "type": "error", "payload": body["errors"]})
        else:
            await operation.send_operation_message({"id": operation.id, "type": "next", "payload": body})


def _is_message(message: object) -> bool:
    """Whether a message has the form that Strawberry takes for granted."""
    if not isinstance(message, dict) or not isinstance(message.get("type"), str):
        return False
    if message["type"] in {"subscribe", "complete"} and not isinstance(message.get("id"), str):
        return False
    if message["type"] != "subscribe":
        return True
    asked = message.get("payload")
    return (
        isinstance(asked, dict)
        and isinstance(asked.get("query"), str | None)
        and isinstance(asked.get("variables"), dict | None)
        and isinstance(asked.get("operationName"), str | None)
    )
