"""Guarding: every operation is prepared once, measured, and paid for before it is executed."""

from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from graphql import (
    DocumentNode,
    GraphQLError,
    NoSchemaIntrospectionCustomRule,
    OperationDefinitionNode,
    specified_rules,
)
from strawberry.extensions import SchemaExtension
from strawberry.types import ExecutionContext, ExecutionResult
from strawberry.types.execution import StreamExecutionResult
from strawberry.types.graphql import OperationType

from api.access.viewer import Scope
from api.audit.recording import record_event
from api.execution.context import AskedOperation, Refused, RequestContext
from api.execution.errors import ErrorCode
from api.execution.limits import Cost, OperationLimits, operations_of, require_affordable
from api.execution.prepared import PreparedDocument, Rules
from api.operation.record import current_record
from graph.errors import AuditError, RateLimitedError
from graph.nesting import MOST_LEVELS, is_too_deep

_TOO_MANY, _UNAVAILABLE = 429, 503
_RETRY_AFTER_S = 5
# Made once, so that validations are remembered for each of both.
RULES: Rules = (*specified_rules, OperationLimits)
_RULES_WITHOUT_INTROSPECTION: Rules = (*RULES, NoSchemaIntrospectionCustomRule)


class Guarding(SchemaExtension):
    """The steps of one operation around its execution. What was asked is kept in the request's context.

    ``CdpSchema.answer`` takes them one after the other; for subscriptions Strawberry does, through the hooks below.
    """

    @contextmanager
    def admitted(self) -> Generator[None]:
        """Around everything. Raises RateLimitedError where the actor has nothing left.

        The endpoint learns when what was refused can be asked again.
        """
        context = self._context
        actor = context.viewer.subject
        try:
            context.allowances.require_credit(actor)
            try:
                yield
            finally:
                cost = context.asked.cost
                if cost is None or cost.is_too_much:
                    context.allowances.spend_on_refusal(actor)
        except RateLimitedError as error:
            context.asked.refused = Refused(_TOO_MANY, error.retry_after_s)
            raise
        except AuditError:
            context.asked.refused = Refused(_UNAVAILABLE, _RETRY_AFTER_S)
            raise
        record = current_record()
        if record is not None:
            record.name_operation(self._name(), actor)

    def parse(self) -> DocumentNode:
        """The document. Raises GraphQLError for a text that is none, UntrustedDocumentError."""
        document = self.execution_context.graphql_document = self._prepared.document
        return document

    def validate(self) -> list[GraphQLError]:
        """What is wrong with the document; where nothing is, the operation is paid for.

        Raises GraphQLError where it costs more than any may, RateLimitedError, AuditError.
        """
        execution, context, document = self.execution_context, self._context, self._prepared
        may_introspect = context.viewer.may(Scope.INTROSPECT)
        errors = document.errors(RULES if may_introspect else _RULES_WITHOUT_INTROSPECTION)
        if not errors:
            _require_shallow(execution.variables or {})
            cost = document.cost(execution.operation_name, execution.variables or {})
            context.asked, context.selections = _asked(execution, cost), document.selections
            require_affordable(cost)
            _require_record(context, execution.operation_type)
            context.allowances.spend(context.viewer.subject, cost)
        return errors

    def require_name(self) -> None:
        """Strawberry would run the first of several operations. Raises GraphQLError where none is named."""
        if len(self._operations) > 1 and self.execution_context._provided_operation_name is None:  # noqa: SLF001 # pyright: ignore[reportPrivateUsage]
            words = "Name one operation of the document as `operationName`."
            raise GraphQLError(words, extensions={"code": ErrorCode.BAD_USER_INPUT})

    def on_operation(self) -> Iterator[None]:
        """Around a subscription."""
        with self.admitted():
            yield

    def on_parse(self) -> Iterator[None]:
        """Before it is parsed."""
        self.parse()
        yield

    def on_validate(self) -> Iterator[None]:
        """Before it is validated."""
        self.execution_context.pre_execution_errors = self.validate()
        yield

    def on_execute(self) -> Iterator[None]:
        """Before it is executed."""
        self.require_name()
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

    def _name(self) -> str | None:
        """As the document has it: what the client calls it beside the document may be anything, and stands in logs."""
        named = (operation.name.value for operation in self._operations if operation.name)
        return next((name for name in named if name == self.execution_context.operation_name), None)

    @property
    def _operations(self) -> list[OperationDefinitionNode]:
        document = self.execution_context.graphql_document
        return operations_of(document) if document else []


def _asked(execution: ExecutionContext, cost: Cost) -> AskedOperation:
    return AskedOperation(
        text=execution.query,
        name=execution.operation_name,
        kind=execution.operation_type.value,
        variables=execution.variables,
        cost=cost,
    )


def _require_shallow(variables: Mapping[str, Any]) -> None:
    """What cannot be written cannot be recorded. Raises GraphQLError."""
    if is_too_deep(variables):
        words = f"Variables have at most {MOST_LEVELS} objects and lists within each other."
        raise GraphQLError(words, extensions={"code": ErrorCode.BAD_USER_INPUT})


def _require_record(context: RequestContext, kind: OperationType) -> None:
    """Nothing is changed or followed of which there would be no record. Raises AuditError."""
    if kind is not OperationType.QUERY and not context.audit.accepts:
        raise AuditError("The audit log cannot be written.", "Try again.")
