"""Schema: types, queries, mutations, limits and caches put together."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from functools import cache
from typing import Any, cast

import strawberry
from graphql import GraphQLError, GraphQLSchema, execute
from strawberry.exceptions import MissingQueryError
from strawberry.execution.is_awaitable import optimized_is_awaitable
from strawberry.http import GraphQLRequestData
from strawberry.schema.config import StrawberryConfig
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.types import ExecutionContext, ExecutionResult
from strawberry.types.execution import PreExecutionError
from strawberry.types.graphql import OperationType
from strawberry.utils.await_maybe import await_maybe

from api.contract.changes import Subscription
from api.contract.exposure import expose_choice
from api.contract.mutations.mutation import Mutation
from api.contract.queries import Query
from api.contract.scalars import SCALARS
from api.execution.context import RequestContext
from api.execution.direct_resolvers import DirectResolvers
from api.execution.errors import ERROR_CODES, ErrorCode, is_logged, log_failure
from api.execution.guarding import Guarding
from api.execution.masked_objects import MaskingExecution
from api.execution.plain_fields import FastExecution

# Raised for a document that holds nothing to be answered here.
_UNUSABLE = MissingQueryError, CannotGetOperationTypeError, InvalidOperationTypeError
_ANSWERED = OperationType.QUERY, OperationType.MUTATION

expose_choice(ErrorCode, ERROR_CODES)


class CdpSchema(strawberry.Schema):
    """Strawberry's schema; its log of errors quotes the document with its literals, ours quotes nothing."""

    @property
    def core(self) -> GraphQLSchema:
        """The schema as graphql-core knows it."""
        return self._schema

    async def answer(self, asked: GraphQLRequestData, context: RequestContext) -> ExecutionResult:
        """Answer a query or a mutation; a subscription needs ``stream``.

        In place of ``execute``, whose extensions are made and wrapped anew for each request: 0.2 ms. Raises
        MissingQueryError, CannotGetOperationTypeError, InvalidOperationTypeError.
        """
        execution = self._create_execution_context(
            asked.query, _ANSWERED, asked.variables, context, operation_name=asked.operation_name
        )
        guarding = Guarding()
        guarding.execution_context = execution
        try:
            with guarding.admitted():
                result = await self._guarded(guarding)
        except _UNUSABLE:
            raise
        except Exception as error:  # noqa: BLE001 -- the last stop before the answer
            result = PreExecutionError(None, [_told(error)])
        if result.errors:
            self.process_errors(result.errors, execution)
        return result

    async def _guarded(self, guarding: Guarding) -> ExecutionResult:
        execution = guarding.execution_context
        if not execution.query:
            raise MissingQueryError
        document = guarding.parse()
        try:
            kind = execution.operation_type
        except RuntimeError as error:
            raise CannotGetOperationTypeError(execution.operation_name) from error
        if kind not in _ANSWERED:
            raise InvalidOperationTypeError(kind)
        if errors := guarding.validate():
            return PreExecutionError(None, errors)
        guarding.require_name()
        found = await await_maybe(
            execute(
                self.core,
                document,
                context_value=execution.context,
                variable_values=execution.variables,
                operation_name=execution.operation_name,
                is_awaitable=cast("Any", optimized_is_awaitable),
                executor_class=self.execution_context_class,
            )
        )
        return ExecutionResult(found.data, found.errors)

    async def stream(self, *args: Any, **kwargs: Any) -> AsyncGenerator[Any]:  # noqa: ANN401 -- Strawberry's arguments
        """The results of a subscription; what Strawberry raises while it prepares one is its only result."""
        return self._with_refusals(await super().stream(*args, **kwargs))

    async def _with_refusals(self, results: AsyncGenerator[Any]) -> AsyncGenerator[Any]:
        try:
            async with aclosing(results):
                async for result in results:
                    yield result
        except Exception as error:  # noqa: BLE001 -- the last stop before the connection
            told = _told(error)
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


def _told(error: Exception) -> GraphQLError:
    return error if isinstance(error, GraphQLError) else GraphQLError("It failed.", original_error=error)


@cache
def build_schema(*, fast_execution: bool) -> CdpSchema:
    """The schema. Built once for each executor, because the caches are keyed by it."""
    schema = CdpSchema(
        Query,
        mutation=Mutation,
        subscription=Subscription,
        config=StrawberryConfig(disable_field_suggestions=True, scalar_map=SCALARS),
        execution_context_class=FastExecution if fast_execution else MaskingExecution,
        extensions=[Guarding],
        types=[ErrorCode],
    )
    DirectResolvers(schema).set_in(schema.core)
    return schema
