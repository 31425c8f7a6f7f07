"""Recording: one record for each request, before its answer is sent."""

from time import monotonic, perf_counter

from starlette.requests import Request
from strawberry.types import ExecutionResult

from api.audit.log import AuditLog
from api.audit.records import address_class, operation_record, refusal_record
from api.execution.context import RequestContext
from api.execution.results import errors_of

OK = "OK"
_ONCE_IN_S = 1.0


def outcome_of(result: ExecutionResult, request_id: str) -> str:
    """OK, or the code of the first error."""
    return errors_of(result, request_id)[0]["extensions"]["code"] if result.errors else OK


def record_event(context: RequestContext, result: ExecutionResult) -> bool:
    """Keep a record of one event of a subscription; false as for an answer."""
    record = operation_record(context, context.audit.key, outcome_of(result, context.request_id), 0.0)
    return context.audit.write(record) or not context.seen.in_clear


class Recorder:
    """Writes records of requests. Strangers get one a second for each outcome, or they could fill the disk."""

    def __init__(self, log: AuditLog) -> None:
        self.log = log
        # (class of address, outcome) -> when a record of it was written, and how many there were since.
        self._strangers: dict[tuple[str, str], tuple[float, int]] = {}

    def record(self, request: Request, outcome: str, started: float) -> bool:
        """Keep a record of a request; false where it could not be kept and the answer shows personal data in clear.

        ``started``: of ``perf_counter``.
        """
        context = getattr(request.state, "context", None)
        if not isinstance(context, RequestContext):
            self._record_stranger(request, outcome)
            return True
        record = operation_record(context, self.log.key, outcome, (perf_counter() - started) * 1_000)
        return self.log.write(record) or not context.seen.in_clear

    def _record_stranger(self, request: Request, outcome: str) -> None:
        address = address_class(request.client.host if request.client else None)
        written_at, unseen = self._strangers.get((address, outcome), (float("-inf"), 0))
        if monotonic() - written_at < _ONCE_IN_S:
            self._strangers[address, outcome] = written_at, unseen + 1
            return
        self._strangers[address, outcome] = monotonic(), 0
        request_id = request.scope.get("request_id", "-")
        self.log.write(refusal_record(request_id, address, outcome, unseen + 1))
