"""Schema: types, queries, mutations, limits and caches put together."""

from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing
from functools import cache
from typing import Any

import strawberry
from graphql import (
    ASTValidationRule,
    GraphQLError,
    GraphQLSchema,
)
from strawberry.extensions import AddValidationRules, SchemaExtension
from strawberry.schema.config import StrawberryConfig
from strawberry.types import ExecutionContext, ExecutionResult
from strawberry.types.execution import PreExecutionError
from strawberry.types.graphql import OperationType

from api.contract.changes import Subscription
from api.contract.exposure import expose_choice
from api.contract.introspection import IntrospectionByScope
from api.contract.mutations.mutation import Mutation
from api.contract.queries import Query
from api.contract.scalars import SCALARS
from api.execution.context import RequestContext
from api.execution.errors import ERROR_CODES, ErrorCode, is_logged, log_failure
from api.execution.guarding import Guarding
from api.execution.limits import OperationLimits, operations_of
from api.execution.masked_objects import MaskingExecution
from api.execution.plain_fields import FastExecution
from api.execution.recording import Recording

expose_choice(ErrorCode, ERROR_CODES)


class CdpSchema(strawberry.Schema):
    """Strawberry's schema; its log of errors quotes the document with its literals, ours quotes nothing."""

    @property
    def core(self) -> GraphQLSchema:
        """The schema as graphql-core knows it."""
        return self._schema

    async def execute(self, *args: Any, **kwargs: Any) -> ExecutionResult:  # noqa: ANN401 -- Strawberry's arguments
        """Answer a query or a mutation; a subscription needs ``stream``. Raises InvalidOperationTypeError."""
        kwargs["allowed_operation_types"] = (OperationType.QUERY, OperationType.MUTATION)
        return await super().execute(*args, **kwargs)

    async def stream(self, *args: Any, **kwargs: Any) -> AsyncGenerator[Any]:  # noqa: ANN401 -- Strawberry's arguments
        """The results of a subscription; what Strawberry raises while it prepares one is its only result."""
        return self._with_refusals(await super().stream(*args, **kwargs))

    async def _with_refusals(self, results: AsyncGenerator[Any]) -> AsyncGenerator[Any]:
        try:
            async with aclosing(results):
                async for result in results:
                    yield result
        except Exception as error:  # noqa: BLE001 -- the last stop before the connection
            told = error if isinstance(error, GraphQLError) else GraphQLError("It failed.", original_error=error)
            self.process_errors([told])
            yield PreExecutionError(data=None, errors=[told])

    def process_errors(self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None) -> None:
        """Log what failed here: its kind and its place, never its message. What the client did wrong is not logged."""
        context = execution_context.context if execution_context else None
        request_id = context.request_id if isinstance(context, RequestContext) else "-"
        for error in errors:
            cause = error.original_error
            if cause is not None and not isinstance(cause, GraphQLError) and is_logged(cause):
                log_failure(request_id, cause)


class NamedOperation(SchemaExtension):
    """Refuses a document with several operations where none is named; Strawberry would run the first."""

    def on_execute(self) -> Iterator[None]:
        """Raises GraphQLError."""
        context = self.execution_context
        operations = operations_of(context.graphql_document) if context.graphql_document else []
        if len(operations) > 1 and context._provided_operation_name is None:  # noqa: SLF001 # pyright: ignore[reportPrivateUsage]
            words = "Name one operation of the document as `operationName`."
            raise GraphQLError(words, extensions={"code": ErrorCode.BAD_USER_INPUT})
        yield


@cache
def build_schema(*, fast_execution: bool) -> CdpSchema:
    """The schema. Built once for each executor, because the caches are keyed by it and its rules."""
    rules: list[type[ASTValidationRule]] = [OperationLimits]
    return CdpSchema(
        Query,
        mutation=Mutation,
        subscription=Subscription,
        config=StrawberryConfig(disable_field_suggestions=True, scalar_map=SCALARS),
        execution_context_class=FastExecution if fast_execution else MaskingExecution,
        extensions=[
            lambda: AddValidationRules(rules),
            IntrospectionByScope,
            Guarding,
            NamedOperation,
            Recording,
        ],
        types=[ErrorCode],
    )
