"""Guarding: every operation is prepared once, measured, and paid for before it is executed."""

from collections.abc import Generator, Iterator
from contextlib import contextmanager

from graphql import GraphQLError
from strawberry.extensions import SchemaExtension
from strawberry.types import ExecutionContext, ExecutionResult
from strawberry.types.execution import StreamExecutionResult
from strawberry.types.graphql import OperationType

from api.audit.recording import record_event
from api.execution.context import AskedOperation, Refused, RequestContext
from api.execution.limits import Cost, require_affordable
from api.execution.prepared import PreparedDocument
from graph.errors import AuditError, RateLimitedError

_TOO_MANY, _UNAVAILABLE = 429, 503
_RETRY_AFTER_S = 5


class Guarding(SchemaExtension):
    """Parses, validates and measures with what is remembered; keeps what was asked in the request's context."""

    def on_operation(self) -> Iterator[None]:
        """Raises RateLimitedError where the actor has nothing left."""
        context = self._context
        with _told(context):
            context.allowances.require_credit(context.viewer.subject)
        try:
            yield
        finally:
            if context.asked.cost is None:
                context.allowances.spend_on_refusal(context.viewer.subject)

    def on_parse(self) -> Iterator[None]:
        """Raises GraphQLError for a text that is no document."""
        self.execution_context.graphql_document = self._prepared.document
        yield

    def on_validate(self) -> Iterator[None]:
        """Raises GraphQLError where the operation costs more than any may, RateLimitedError."""
        execution = self.execution_context
        document = self._prepared
        execution.pre_execution_errors = document.errors(execution.validation_rules)
        if not execution.pre_execution_errors:
            context = self._context
            cost = document.cost(execution.operation_name, execution.variables or {})
            context.asked, context.selections = _asked(execution, cost), document.selections
            require_affordable(cost)
            with _told(context):
                _require_record(context, execution.operation_type)
                context.allowances.spend(context.viewer.subject, cost)
        yield

    def on_stream_result(self, result: StreamExecutionResult) -> Iterator[None]:
        """What a subscription tells is recorded event by event; without a record nothing personal is told."""
        context = self._context
        if isinstance(result, ExecutionResult) and not record_event(context, result):
            refusal = AuditError("The audit log cannot be written.", "Try again.")
            result.data, result.errors = None, [GraphQLError(refusal.problem, original_error=refusal)]
        context.seen.forget()
        yield

    @property
    def _prepared(self) -> PreparedDocument:
        return self._context.documents.get(self.execution_context.query or "")

    @property
    def _context(self) -> RequestContext:
        context = self.execution_context.context
        assert isinstance(context, RequestContext)
        return context


def _asked(execution: ExecutionContext, cost: Cost) -> AskedOperation:
    return AskedOperation(
        text=execution.query,
        name=execution.operation_name,
        kind=execution.operation_type.value,
        variables=execution.variables,
        cost=cost,
    )


def _require_record(context: RequestContext, kind: OperationType) -> None:
    """Nothing is changed or followed of which there would be no record. Raises AuditError."""
    if kind is not OperationType.QUERY and not context.audit.accepts:
        raise AuditError("The audit log cannot be written.", "Try again.")


@contextmanager
def _told(context: RequestContext) -> Generator[None]:
    """The endpoint learns when the operation can be asked again."""
    try:
        yield
    except RateLimitedError as error:
        context.asked.refused = Refused(_TOO_MANY, error.retry_after_s)
        raise
    except AuditError:
        context.asked.refused = Refused(_UNAVAILABLE, _RETRY_AFTER_S)
        raise
