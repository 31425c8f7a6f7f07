from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest
from httpx import ASGITransport, AsyncClient
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode

from api.app import create_app
from api.operation.metrics.names import register_operations
from api.operation.tracing import tracing_to
from graph.address import Address
from tests.asking import AUTHORIZED, keyed_settings

SEARCH = 'query TracedSearch { search(text: "anna.private@example.org") { profile { id } } }'
PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


@asynccontextmanager
async def traced(address: Address) -> AsyncGenerator[tuple[AsyncClient, InMemorySpanExporter]]:
    """A client of an application whose spans stay in memory."""
    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    app = create_app(keyed_settings(), address)
    async with (
        app.router.lifespan_context(app),
        AsyncClient(transport=ASGITransport(app), base_url="http://localhost", headers=AUTHORIZED) as client,
    ):
        with tracing_to(provider) as tracer:
            app.state.traced.tracer = tracer
            yield client, exporter


def names(spans: tuple[ReadableSpan, ...]) -> list[str]:
    return [span.name for span in spans]


@pytest.mark.usefixtures("connected_graph")
async def test_an_operation_has_a_span_with_its_statements_and_no_value(neo4j_address: Address) -> None:
    register_operations([SEARCH])
    async with traced(neo4j_address) as (client, exporter):
        response = await client.post("/graphql", json={"query": SEARCH}, headers={"traceparent": PARENT})
        await client.get("/readyz")
    *statements, operation = exporter.get_finished_spans()

    assert operation.name == "graphql TracedSearch"
    assert operation.parent is not None
    assert f"{operation.parent.trace_id:032x}" == PARENT.split("-")[1]
    assert "neo4j find_customers_by_text" in names(tuple(statements))
    assert {span.parent.span_id for span in statements if span.parent} == {
        operation.context and operation.context.span_id
    }
    assert (operation.attributes or {})["cdp.request_id"] == response.headers["x-request-id"]
    assert "anna" not in "".join(span.to_json() for span in exporter.get_finished_spans())


async def test_a_failure_is_marked_and_tells_only_its_code(
    neo4j_address: Address, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object) -> None:
        raise RuntimeError("anna.private@example.org")

    monkeypatch.setattr("api.contract.queries.search_profiles", broken)
    async with traced(neo4j_address) as (client, exporter):
        await client.post("/graphql", json={"query": '{ search(text: "a") { profile { id } } }'})
    operation = exporter.get_finished_spans()[-1]

    assert operation.name == "graphql other"
    assert operation.status.status_code is StatusCode.ERROR
    assert (operation.attributes or {})["cdp.error_codes"] == ("INTERNAL",)
    assert "anna" not in operation.to_json()


async def test_nothing_is_traced_unless_it_is_asked_for(neo4j_address: Address) -> None:
    app = create_app(keyed_settings(), neo4j_address)
    async with app.router.lifespan_context(app):
        assert app.state.traced.tracer is None
