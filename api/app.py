"""The application: GraphQL, tracking calls, health, and in development GraphiQL."""

from fastapi import FastAPI
from fastapi.telemetry import TelemetryConfig
from starlette.routing import Route, WebSocketRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from api.contract.schema import build_schema
from api.execution.endpoint import GraphQLEndpoint
from api.ide import ide_routes
from api.operation.backend import connected_to
from api.operation.draining import Draining
from api.operation.edge import Edge
from api.operation.health import health
from api.operation.metrics.exposition import metrics_routes
from api.operation.metrics.names import register_examples
from api.operation.tracing import TracedOperations
from api.operation.watch import GRAPHQL
from api.settings import ApiSettings, api_settings
from api.tracking.cloudevents.endpoints import cloudevents_routes
from api.tracking.posthog.endpoints import posthog_routes
from api.tracking.segment.endpoints import segment_routes
from api.tracking.snowplow.endpoints import snowplow_routes
from api.webhooks import webhook_routes
from graph.address import Address

# Its own, by its own words, would measure what is measured here.
_TELEMETRY: TelemetryConfig = {"tracing": False, "metrics": False, "logs": False}


class EdgedApp(FastAPI):
    """FastAPI behind the edge, and GraphQL beside it: its layers and its router cost 0.1 ms a request."""

    def build_middleware_stack(self) -> ASGIApp:
        """The edge, and what is behind it."""
        rest, graphql, settings = super().build_middleware_stack(), self.state.traced, self.state.settings

        async def behind(scope: Scope, receive: Receive, send: Send) -> None:
            is_graphql = scope["type"] == "http" and scope["path"] == GRAPHQL
            await (graphql if is_graphql else rest)(scope, receive, send)

        return Edge(behind, settings.allowed_hosts, self.state.draining)


def create_app(settings: ApiSettings | None = None, address: Address | None = None) -> FastAPI:
    """The application for an address; without one, for the configured or the embedded server."""
    chosen = settings or api_settings()
    schema = build_schema(fast_execution=chosen.fast_execution)
    lifespan = connected_to(address, chosen)
    app = EdgedApp(openapi_url=None, docs_url=None, redoc_url=None, lifespan=lifespan, telemetry=_TELEMETRY)
    app.state.settings, app.state.draining = chosen, Draining()
    graphql = app.state.traced = TracedOperations(GraphQLEndpoint(schema, chosen))
    app.router.routes += [Route(GRAPHQL, graphql, methods=None), WebSocketRoute(GRAPHQL, graphql)]
    app.include_router(health)
    register_examples()
    app.router.routes += metrics_routes(chosen)
    app.router.routes += segment_routes()
    app.router.routes += snowplow_routes()
    app.router.routes += cloudevents_routes()
    app.router.routes += posthog_routes()
    app.router.routes += webhook_routes(chosen)
    if chosen.development:
        app.router.routes += ide_routes()
    return app
