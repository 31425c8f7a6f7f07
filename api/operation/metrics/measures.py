"""Measures: everything that is counted, with what it means."""

from contextlib import AbstractContextManager
from functools import cache
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
    _answers_of(str(status)).inc()


def measure_operation(record: RequestRecord, status: int, seconds: float) -> None:
    """Count one GraphQL request."""
    operation = registered(record.operation)
    _operations_of(operation, _outcome(record, status)).observe(seconds)
    for code in record.codes:
        ERRORS.labels(operation, code).inc()
    if record.cost is not None:
        _costs_of(operation).observe(record.cost)


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
    """Counts the statements of this process; a ``graph.watching.Watcher``.

    Entered several times a request, so without generators, and every label is looked up once: 7 us a
    statement became 2.5.
    """

    def statement(self, name: str) -> AbstractContextManager[None]:
        """Seconds of one statement."""
        return _Timed(_seconds_of(name))

    def connection(self, access: Access) -> AbstractContextManager[None]:
        """One connection."""
        return _used(access)


class _Timed(AbstractContextManager[None]):
    __slots__ = ("_seconds", "_started")

    def __init__(self, seconds: Histogram) -> None:
        self._seconds, self._started = seconds, perf_counter()

    def __enter__(self) -> None:
        """The clock runs since it was made."""

    def __exit__(self, *_: object) -> None:
        self._seconds.observe(perf_counter() - self._started)


class _InUse(AbstractContextManager[None]):
    """Holds no state of its own, so one serves all."""

    def __init__(self, access: Access) -> None:
        self._in_use = CONNECTIONS.labels(access)

    def __enter__(self) -> None:
        self._in_use.inc()

    def __exit__(self, *_: object) -> None:
        self._in_use.dec()


_seconds_of, _used = cache(STATEMENTS.labels), cache(_InUse)
_answers_of, _operations_of, _costs_of = cache(RESPONSES.labels), cache(OPERATIONS.labels), cache(COST.labels)
