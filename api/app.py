"""The application: GraphQL, tracking calls, health, and in development GraphiQL."""

from fastapi import FastAPI
from starlette.routing import Route, WebSocketRoute

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
from api.settings import ApiSettings, api_settings
from api.tracking.cloudevents.endpoints import cloudevents_routes
from api.tracking.posthog.endpoints import posthog_routes
from api.tracking.segment.endpoints import segment_routes
from api.tracking.snowplow.endpoints import snowplow_routes
from api.webhooks import webhook_routes
from graph.address import Address


def create_app(settings: ApiSettings | None = None, address: Address | None = None) -> FastAPI:
    """The application for an address; without one, for the configured or the embedded server.

    GraphQL is a plain ASGI route: FastAPI's own router for it costs 400 to 830 us more a request.
    """
    chosen = settings or api_settings()
    schema = build_schema(fast_execution=chosen.fast_execution)
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, lifespan=connected_to(address, chosen))
    graphql = app.state.traced = TracedOperations(GraphQLEndpoint(schema, chosen))
    app.router.routes += [Route("/graphql", graphql, methods=None), WebSocketRoute("/graphql", graphql)]
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
    app.state.draining = draining = Draining()
    app.add_middleware(Edge, allowed_hosts=chosen.allowed_hosts, draining=draining)
    return app
