"""Streaming: subscriptions over WebSocket (``graphql-transport-ws``) and as server-sent events.

A subscription whose POST accepts ``text/event-stream`` is answered with events: ``next`` for each result, ``complete``
at the end, and a comment every 15 seconds so that nobody in between closes a silent connection. Both ways run
subscriptions only: a query has its deadline, its status and its negotiation in the usual request. Clients that name
every type they know get JSON for it; one that accepts nothing but events is told so by an event.

Source: GraphQL over Server-Sent Events, "distinct connections mode".
"""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from starlette.websockets import WebSocket
from strawberry.asgi import GraphQL
from strawberry.exceptions import ConnectionRejectionError
from strawberry.http.streaming import SSETransport
from strawberry.subscriptions import GRAPHQL_SSE_PROTOCOL, GRAPHQL_TRANSPORT_WS_PROTOCOL
from strawberry.types.graphql import OperationType
from strawberry.types.unset import UNSET, UnsetType

from api.execution.context import RequestContext
from api.execution.negotiation import names
from api.execution.websockets import SubscriptionsOnly, TextMessages
from graph.errors import AccessError, InputError

STREAM_HEADERS = {"Cache-Control": "private, no-store, no-transform", "Vary": "Accept, Authorization"}
EVENT_STREAM = "text/event-stream"
# So long somebody who has connected may take to say who it is.
INTRODUCED_S = 10
MOST_OF_ONE_CONNECTION = 50


class EventStream(SSETransport):
    """Server-sent events, of subscriptions only."""

    def accepts(self, accept: str) -> bool:
        """Whether a request can be answered with events."""
        return names(accept, EVENT_STREAM)

    def allowed_operation_types(self, allowed_operation_types: set[OperationType]) -> Iterable[OperationType]:
        """Only subscriptions."""
        del allowed_operation_types
        return (OperationType.SUBSCRIPTION,)


class StreamingGraphQL(GraphQL[RequestContext, None]):
    """Strawberry's ASGI view with the two ways of subscribing."""

    websocket_adapter_class = TextMessages
    graphql_transport_ws_handler_class = SubscriptionsOnly

    def __init__(self, schema: Any) -> None:  # noqa: ANN401 -- Strawberry's own type is no part of its interface
        super().__init__(
            schema,
            graphql_ide=None,
            allow_queries_via_get=False,
            subscription_protocols=(GRAPHQL_TRANSPORT_WS_PROTOCOL, GRAPHQL_SSE_PROTOCOL),
            connection_init_wait_timeout=timedelta(seconds=INTRODUCED_S),
            max_subscriptions_per_connection=MOST_OF_ONE_CONNECTION,
        )
        self.stream_transport_classes_by_protocol = {GRAPHQL_SSE_PROTOCOL: EventStream}

    async def on_ws_connect(self, context: RequestContext) -> UnsetType:
        """Let a connection in by what its ``connection_init`` says. Raises ConnectionRejectionError."""
        try:
            await context.renew_viewer()
        except (AccessError, InputError):
            raise ConnectionRejectionError from None
        return UNSET

    async def serve_websocket(self, websocket: WebSocket) -> None:
        """One connection, from its handshake to its end."""
        await self.run(websocket)


def accepts_events(accept: str) -> bool:
    """Whether a request can be answered with a stream of events."""
    return EventStream().accepts(accept)
