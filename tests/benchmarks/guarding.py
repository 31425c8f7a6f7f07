"""What guarding adds to a request, in microseconds of one core: no database takes part."""

from collections.abc import Callable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time, sleep
from types import SimpleNamespace
from typing import Any, cast

from strawberry.extensions.parser_cache import DEFAULT_MAXSIZE, ParserCache
from strawberry.extensions.validation_cache import ValidationCache

from api.access.viewer import EVERY_SCOPE, Viewer, ViewerKind
from api.audit.log import AuditLog
from api.audit.records import operation_record
from api.audit.seen import Seen
from api.contract.schema import build_schema
from api.execution.allowances import Allowances
from api.execution.context import AskedOperation, RequestContext
from api.execution.limits import Cost
from api.execution.prepared import PreparedDocuments
from tests.asking import keyed_settings
from tests.benchmarks.sections import Options, Rows
from tests.integration.api.operations import WHOLE

_TIMES = 20_000
_VARIABLES: Mapping[str, Any] = {"by": {"email": "anna@example.org"}, "confidence": "STRICT"}


def measure_guarding(options: Options) -> Rows:
    """A remembered document with its cost, its price, and its audit record, for a profile with all its parts."""
    schema = build_schema(fast_execution=True)
    documents = PreparedDocuments(schema.core)
    steps: dict[str, Callable[[], object]] = {
        "document, errors and cost, remembered": lambda: _prepare(documents),
        "the same by strawberry's two caches": _strawberry_caches(schema.core),
        "rate limit": _payment(),
    }
    rows: Rows = [{"step": name, "us": _best(step, options.rounds)} for name, step in steps.items()]
    with TemporaryDirectory() as folder:
        rows += _audit_rows(Path(folder), options.rounds)
    return rows


def _prepare(documents: PreparedDocuments) -> None:
    prepared = documents.get(WHOLE)
    prepared.errors(())
    prepared.cost(None, _VARIABLES)


def _strawberry_caches(schema: Any) -> Callable[[], object]:
    parse, validate = ParserCache(DEFAULT_MAXSIZE).cached_parse_document, ValidationCache().cached_validate_document
    return lambda: validate(schema, parse(WHOLE, max_tokens=2_000), ())


def _payment() -> Callable[[], object]:
    allowances, cost = Allowances(keyed_settings(cost_per_second=10**9, cost_at_once=10**9)), Cost(100)

    def pay() -> None:
        allowances.require_credit("actor")
        allowances.spend("actor", cost)

    return pay


def _audit_rows(folder: Path, rounds: int) -> Rows:
    """The record on the request's way, and everything until it is on the disk, with the thread that writes it."""
    log = AuditLog(folder, keyed_settings(audit_dir=folder, audit_waiting=10**9))
    context = _context()
    record = operation_record(context, log.key, "OK", 1.0)
    building = _best(lambda: operation_record(context, log.key, "OK", 1.0), rounds)
    before = process_time()
    for _ in range(_TIMES):
        log.write(record)
        if log.waiting > 200:  # as many as come in 20 ms
            sleep(0.02)
    log.close()
    writing = (process_time() - before) / _TIMES * 1e6
    return [
        {"step": "audit record", "us": building},
        {"step": "audit record sealed and written, in its thread", "us": round(writing, 1)},
    ]


def _context() -> RequestContext:
    """A request of which only what a record says is there."""
    seen = Seen()
    seen.profile("p_1")
    seen.clear("contact", 2)
    asked = AskedOperation(WHOLE, "Whole", "query", _VARIABLES, Cost(100))
    viewer = Viewer("key:agents", ViewerKind.KEY, EVERY_SCOPE, "call of the customer")
    return cast("RequestContext", SimpleNamespace(request_id="r", viewer=viewer, seen=seen, asked=asked))


def _best(step: Callable[[], object], rounds: int) -> float:
    return round(min(_once(step) for _ in range(rounds)) / _TIMES * 1e6, 1)


def _once(step: Callable[[], object]) -> float:
    before = process_time()
    for _ in range(_TIMES):
        step()
    return process_time() - before
