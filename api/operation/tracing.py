"""Tracing: a span for each GraphQL operation and one for each of its statements, where ``CDP_TRACING`` asks for it.

Where to is said by OpenTelemetry's own variables (``OTEL_EXPORTER_OTLP_ENDPOINT``, ``OTEL_SERVICE_NAME``, ...). Spans
carry names, never documents, parameters or values. Off, nothing of OpenTelemetry is imported. A span for each field
would make every field a coroutine: 33 ms became 201 ms at 1,000 objects.
"""

from collections.abc import Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.operation.metrics.names import registered
from api.operation.record import current_record
from graph.errors import ConfigurationError
from graph.watching import Access, watched_by

if TYPE_CHECKING:
    from opentelemetry.trace import Span, Tracer, TracerProvider

SERVICE = "identity-cdp"
_SERVER_ERROR = 500


@contextmanager
def traced(*, is_on: bool) -> Generator["Tracer | None"]:
    """A tracer while the block runs, where tracing is on; what was measured is sent by its end.

    Raises ConfigurationError where the extra ``otel`` is not installed.
    """
    if not is_on:
        yield None
        return
    provider = _exporting_provider()
    try:
        with tracing_to(provider) as tracer:
            yield tracer
    finally:
        provider.shutdown()


def _exporting_provider():  # noqa: ANN202 -- a class of the extra
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415
        from opentelemetry.sdk.resources import Resource  # noqa: PLC0415
        from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
        from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415
    except ImportError:
        raise ConfigurationError(
            "CDP_TRACING needs packages that are not installed.", "Run: pip install 'identity-cdp[otel]'."
        ) from None
    provider = TracerProvider(resource=Resource.create({"service.name": SERVICE}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return provider


@contextmanager
def tracing_to(provider: "TracerProvider") -> Generator["Tracer"]:
    """A tracer of a provider, which hears of all statements of this process while the block runs."""
    tracer = provider.get_tracer(SERVICE)
    with watched_by(TracedStatements(tracer)):
        yield tracer


class TracedStatements:
    """A span for each statement of a traced request; a ``graph.watching.Watcher``."""

    def __init__(self, tracer: "Tracer") -> None:
        self._tracer = tracer

    @contextmanager
    def statement(self, name: str) -> Generator[None]:
        """One statement, by its name. What runs outside of a request begins no trace."""
        from opentelemetry import trace  # noqa: PLC0415 -- of the extra

        if not trace.get_current_span().is_recording():
            yield
            return
        attributes = {"db.system.name": "neo4j", "db.operation.name": name}
        with self._tracer.start_as_current_span(
            f"neo4j {name}",
            kind=trace.SpanKind.CLIENT,
            attributes=attributes,
            record_exception=False,
            set_status_on_exception=False,
        ) as span:
            try:
                yield
            except BaseException as error:
                span.set_attribute("error.type", type(error).__name__)
                span.set_status(trace.StatusCode.ERROR)
                raise

    @contextmanager
    def connection(self, access: Access) -> Generator[None]:
        """Nothing: its time is in the statement's."""
        del access
        yield


class TracedOperations:
    """ASGI: a span for each request to an application, the child of a W3C ``traceparent`` that came with it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self.tracer: Tracer | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, within a span where tracing is on."""
        if self.tracer is None or scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        with _span(self.tracer, scope) as span:

            async def noted(message: Message) -> None:
                if message["type"] == "http.response.start":
                    _describe(span, message["status"])
                await send(message)

            await self._app(scope, receive, noted)


@contextmanager
def _span(tracer: "Tracer", scope: Scope) -> Generator["Span"]:
    from opentelemetry.trace import SpanKind  # noqa: PLC0415 -- of the extra
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator  # noqa: PLC0415

    sent = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    parent = TraceContextTextMapPropagator().extract(sent)
    with tracer.start_as_current_span(
        "graphql", context=parent, kind=SpanKind.SERVER, record_exception=False, set_status_on_exception=False
    ) as span:
        record = current_record()
        if record is not None:
            record.trace_id = f"{span.get_span_context().trace_id:032x}"
        yield span


def _describe(span: "Span", status: int) -> None:
    """What is known when the answer begins."""
    from opentelemetry.trace import StatusCode  # noqa: PLC0415 -- of the extra

    record = current_record()
    span.set_attribute("http.response.status_code", status)
    if record is not None:
        name = registered(record.operation)
        span.update_name(f"graphql {name}")
        span.set_attribute("graphql.operation.name", name)
        span.set_attribute("cdp.request_id", record.request_id)
        if record.codes:
            span.set_attribute("cdp.error_codes", record.codes)
    if status >= _SERVER_ERROR or (record is not None and record.failed):
        span.set_status(StatusCode.ERROR)
