"""Results on their way out: every error with a code and the request id, and without values.

graphql-core quotes what it refuses ("found: 'anna@example.org'"). The client knows its own value; its log files and
whoever reads them need not, so the quotation is cut.
"""

import re
from collections.abc import Sequence
from typing import Any

from graphql import GraphQLError, GraphQLSyntaxError
from strawberry.types import ExecutionResult
from strawberry.types.execution import PreExecutionError

from api.execution.errors import ErrorCode, answer_to
from api.execution.limits import Cost

MAX_ERRORS = 5

_VARIABLE = re.compile(r"^Variable '\$\w+' has invalid value(?: at [\w.\[\]]+)?: ")
_QUOTATION = re.compile(r"(?<= value): .*|,? [Ff]ound:? .*|\.? Did you mean .*", re.DOTALL)
_UNEXPECTED = re.compile(r"(Unexpected \w+) .*", re.DOTALL)
_TOO_COMPLEX = "Document contains more than", "Document is nested too deeply"


def body_of(result: ExecutionResult, request_id: str, cost: Cost | None = None) -> dict[str, Any]:
    """The JSON body of a result. Without ``data`` where the request itself was refused."""
    body: dict[str, Any] = {}
    if result.errors:
        body["errors"] = errors_of(result, request_id)
    if not is_refused(result):
        body["data"] = result.data
    if cost:
        body["extensions"] = {"cost": {"requested": cost.requested, "limit": cost.limit}}
    return body


def is_refused(result: ExecutionResult) -> bool:
    """True where nothing was executed: the document or a variable could not be used."""
    return result.data is None and bool(result.errors) and all(error.path is None for error in result.errors or ())


def errors_of(result: ExecutionResult, request_id: str) -> list[dict[str, Any]]:
    """The first errors of a result, formatted."""
    before_execution = isinstance(result, PreExecutionError)
    errors: Sequence[GraphQLError] = result.errors or ()
    return [_error(error, request_id, before_execution=before_execution) for error in errors[:MAX_ERRORS]]


def _error(error: GraphQLError, request_id: str, *, before_execution: bool) -> dict[str, Any]:
    code, message = _code_and_message(error, before_execution=before_execution)
    body: dict[str, Any] = {"message": message}
    if error.locations:
        body["locations"] = [location.formatted for location in error.locations]
    if error.path is not None:
        body["path"] = error.path
    return {**body, "extensions": {"code": code.value, "requestId": request_id}}


def _code_and_message(error: GraphQLError, *, before_execution: bool) -> tuple[ErrorCode, str]:
    """What we raised keeps our words, what the client wrote wrongly gets graphql-core's, anything else is masked."""
    cause = error.original_error
    if cause is not None and not isinstance(cause, GraphQLError):
        return answer_to(cause)
    if error.path is not None:
        return answer_to(cause or error)
    if any(words in error.message for words in _TOO_COMPLEX):
        return ErrorCode.QUERY_TOO_COMPLEX, without_values(error.message)
    return _code_of_refusal(error, before_execution=before_execution), without_values(error.message)


def _code_of_refusal(error: GraphQLError, *, before_execution: bool) -> ErrorCode:
    given = (error.extensions or {}).get("code")
    if isinstance(given, ErrorCode):
        return given
    if isinstance(error, GraphQLSyntaxError):
        return ErrorCode.GRAPHQL_PARSE_FAILED
    return ErrorCode.GRAPHQL_VALIDATION_FAILED if before_execution else ErrorCode.BAD_USER_INPUT


def without_values(message: str) -> str:
    """A message of graphql-core without the value that it quotes, and without suggestions."""
    variable = _VARIABLE.match(message)
    where = variable[0] if variable else ""
    what = _UNEXPECTED.sub(r"\1", message[len(where) :])
    return where + _QUOTATION.sub("", what).rstrip(".") + "."
