"""Measures: everything that is counted, with what it means."""

from collections.abc import Generator
from contextlib import contextmanager
from time import perf_counter

from prometheus_client import Counter, Gauge, Histogram

from api.operation.metrics.names import registered
from api.operation.record import RequestRecord
from graph.watching import Access

_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_COSTS = (1, 10, 100, 1_000, 10_000, 100_000)

RESPONSES = Counter("http_responses", "Answers over HTTP.", ["status"])
OPERATIONS = Histogram(
    "graphql_operation_seconds", "GraphQL requests, refused ones too.", ["operation", "outcome"], buckets=_SECONDS
)
ERRORS = Counter("graphql_errors", "Errors in answers to GraphQL requests.", ["operation", "code"])
COST = Histogram("graphql_operation_cost", "Cost of GraphQL operations.", ["operation"], buckets=_COSTS)
IN_FLIGHT = Gauge("graphql_in_flight", "GraphQL requests that are being answered.", multiprocess_mode="livesum")
STATEMENTS = Histogram("neo4j_query_seconds", "Statements, with all their rows.", ["statement"], buckets=_SECONDS)
CONNECTIONS = Gauge(
    "neo4j_connections_in_use", "Connections of the pools that are used.", ["access"], multiprocess_mode="livesum"
)
MESSAGES = Counter("tracking_messages", "Messages of tracking calls.", ["source", "protocol", "outcome"])
AUDIT_QUEUE = Gauge("audit_queue", "Records of the audit that wait to be written.", multiprocess_mode="livesum")


def measure_answer(status: int) -> None:
    """Count one answer."""
    RESPONSES.labels(str(status)).inc()


def measure_operation(record: RequestRecord, status: int, seconds: float) -> None:
    """Count one GraphQL request."""
    operation = registered(record.operation)
    OPERATIONS.labels(operation, _outcome(record, status)).observe(seconds)
    for code in record.codes:
        ERRORS.labels(operation, code).inc()
    if record.cost is not None:
        COST.labels(operation).observe(record.cost)


def _outcome(record: RequestRecord, status: int) -> str:
    """``ok``, ``failed`` (here, or in the database), or ``refused`` (something that the client can mend)."""
    if not status or status >= 500 or record.failed:  # noqa: PLR2004 -- of HTTP
        return "failed"
    return "refused" if record.codes or status >= 400 else "ok"  # noqa: PLR2004 -- of HTTP


def measure_messages(source: str, protocol: str, taken: int, refused: int) -> None:
    """Count the messages of one tracking call, or of one group of them."""
    MESSAGES.labels(source, protocol, "taken").inc(taken)
    if refused:
        MESSAGES.labels(source, protocol, "refused").inc(refused)


class MeasuredStatements:
    """Counts the statements of this process; a ``graph.watching.Watcher``."""

    @contextmanager
    def statement(self, name: str) -> Generator[None]:
        """Seconds of one statement."""
        started = perf_counter()
        try:
            yield
        finally:
            STATEMENTS.labels(name).observe(perf_counter() - started)

    @contextmanager
    def connection(self, access: Access) -> Generator[None]:
        """One connection."""
        CONNECTIONS.labels(access).inc()
        try:
            yield
        finally:
            CONNECTIONS.labels(access).dec()
