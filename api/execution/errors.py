"""Errors of the API: which code a client sees for which of our errors, and in which words.

Outcomes that a client must expect (an unknown email, a merged id) are types of the schema. What is left are requests
that cannot be answered and failures; each carries a code, and none carries a value, a statement or a stack.
"""

import logging
from dataclasses import dataclass
from enum import StrEnum

from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError

from api.operation.failures import error_fields
from graph.errors import (
    AuditError,
    BusyError,
    CdpError,
    ClosedRunError,
    ConfigurationError,
    ConflictingDecisionError,
    EmbeddedServerError,
    ForbiddenError,
    GraphError,
    GraphUnavailableError,
    InputError,
    LocalStoreError,
    ModelError,
    NothingResolvedError,
    RateLimitedError,
    ReadTimeoutError,
    SubscriptionError,
    UnauthenticatedError,
    UncheckedError,
    UnfinishedRunError,
    UnknownCustomerError,
    UnknownKeyError,
    UntrustedDocumentError,
    WriteConflictError,
)

LOG = logging.getLogger("cdp.api")


class ErrorCode(StrEnum):
    """The codes in `errors[].extensions.code`."""

    UNAUTHENTICATED = "UNAUTHENTICATED"
    FORBIDDEN = "FORBIDDEN"
    BAD_REQUEST = "BAD_REQUEST"
    BAD_USER_INPUT = "BAD_USER_INPUT"
    GRAPHQL_PARSE_FAILED = "GRAPHQL_PARSE_FAILED"
    GRAPHQL_VALIDATION_FAILED = "GRAPHQL_VALIDATION_FAILED"
    QUERY_TOO_COMPLEX = "QUERY_TOO_COMPLEX"
    PERSISTED_QUERY_NOT_FOUND = "PERSISTED_QUERY_NOT_FOUND"
    RATE_LIMITED = "RATE_LIMITED"
    TIMEOUT = "TIMEOUT"
    UNAVAILABLE = "UNAVAILABLE"
    INTERNAL = "INTERNAL"


ERROR_CODES: dict[ErrorCode, str] = {
    ErrorCode.UNAUTHENTICATED: "The request carries no key or token, or one that counts no more.",
    ErrorCode.FORBIDDEN: "The viewer may not do this; the message names the scope that is missing.",
    ErrorCode.BAD_REQUEST: "The HTTP request is not a GraphQL request; the status says why.",
    ErrorCode.BAD_USER_INPUT: "An argument or a variable cannot be used; the message says what can.",
    ErrorCode.GRAPHQL_PARSE_FAILED: "The document is not GraphQL.",
    ErrorCode.GRAPHQL_VALIDATION_FAILED: "The document does not fit the schema.",
    ErrorCode.QUERY_TOO_COMPLEX: "The operation asks for too much at once; the message names the limit.",
    ErrorCode.PERSISTED_QUERY_NOT_FOUND: "Only trusted documents are answered here, and this is none of them.",
    ErrorCode.RATE_LIMITED: "The viewer asked for too much in a short time; `Retry-After` says when to ask again.",
    ErrorCode.TIMEOUT: "The answer took too long; ask for less.",
    ErrorCode.UNAVAILABLE: "The database does not answer, there is too much to do, or this server lacks something; the "
    "message says whether to try again or what its operator has to do.",
    ErrorCode.INTERNAL: "Something failed here; quote the requestId.",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """What a client sees of an error. ``message``: none where the error's own words may be shown."""

    code: ErrorCode
    message: str | None


# What an operator has to mend is logged, though it is no bug.
_OF_THE_OPERATOR = (ModelError, LocalStoreError, EmbeddedServerError)

# The first that fits counts, so a class stands before its parents.
ANSWERS: tuple[tuple[type[BaseException], Answer], ...] = (
    (ForbiddenError, Answer(ErrorCode.FORBIDDEN, None)),
    (UnauthenticatedError, Answer(ErrorCode.UNAUTHENTICATED, None)),
    (UncheckedError, Answer(ErrorCode.UNAVAILABLE, "Keys and tokens cannot be checked now. Try again.")),
    (UntrustedDocumentError, Answer(ErrorCode.PERSISTED_QUERY_NOT_FOUND, None)),
    (RateLimitedError, Answer(ErrorCode.RATE_LIMITED, None)),
    (SubscriptionError, Answer(ErrorCode.UNAVAILABLE, None)),
    (InputError, Answer(ErrorCode.BAD_USER_INPUT, None)),
    (InvalidOperationTypeError, Answer(ErrorCode.BAD_REQUEST, "Only subscriptions are answered here.")),
    (
        CannotGetOperationTypeError,
        Answer(ErrorCode.BAD_USER_INPUT, "Name one operation of the document as `operationName`."),
    ),
    (ConfigurationError, Answer(ErrorCode.BAD_USER_INPUT, None)),
    (
        ModelError,
        Answer(
            ErrorCode.UNAVAILABLE,
            "The model in force cannot be used on this server. Its operator has to copy the folder models of the data "
            "folder here, or run `cdp resolve --train`; `cdp doctor` says more.",
        ),
    ),
    (
        NothingResolvedError,
        Answer(ErrorCode.UNAVAILABLE, "Nothing has been resolved yet. The operator has to run `cdp resolve`."),
    ),
    (
        UnfinishedRunError,
        Answer(ErrorCode.UNAVAILABLE, "A resolution was interrupted. The operator has to run `cdp resolve`."),
    ),
    (BusyError, Answer(ErrorCode.UNAVAILABLE, "Another resolution is writing. Try again.")),
    (ClosedRunError, Answer(ErrorCode.UNAVAILABLE, "Another resolution has begun, and nothing was kept. Try again.")),
    (
        UnknownCustomerError,
        Answer(ErrorCode.BAD_USER_INPUT, "A customer, link or decision that was named is not known."),
    ),
    (
        ConflictingDecisionError,
        Answer(ErrorCode.BAD_USER_INPUT, "Decisions in force say the opposite. Withdraw one of them first."),
    ),
    (UnknownKeyError, Answer(ErrorCode.UNAUTHENTICATED, "The key is not known, or counts no more.")),
    (ReadTimeoutError, Answer(ErrorCode.TIMEOUT, "The database needed too long. Ask for less.")),
    (WriteConflictError, Answer(ErrorCode.UNAVAILABLE, "The database is busy. Try again.")),
    (AuditError, Answer(ErrorCode.UNAVAILABLE, "The audit log cannot be written. Try again.")),
    (
        LocalStoreError,
        Answer(ErrorCode.UNAVAILABLE, "A store on this server cannot be used. Its operator has to run `cdp doctor`."),
    ),
    (
        EmbeddedServerError,
        Answer(ErrorCode.UNAVAILABLE, "A part of this server cannot be used. Its operator has to run `cdp doctor`."),
    ),
    (GraphUnavailableError, Answer(ErrorCode.UNAVAILABLE, "The database does not answer. Try again.")),
    (GraphError, Answer(ErrorCode.INTERNAL, "The database refused the request. Quote the requestId.")),
    (RecursionError, Answer(ErrorCode.QUERY_TOO_COMPLEX, "The document is nested too deeply.")),
    (BaseException, Answer(ErrorCode.INTERNAL, "Something failed. Quote the requestId.")),
)


def answer_to(error: BaseException) -> tuple[ErrorCode, str]:
    """Code and message for an error that was raised while a request was answered."""
    answer = next(answer for kind, answer in ANSWERS if isinstance(error, kind))
    return answer.code, answer.message or _own_words(error)


def is_logged(error: BaseException) -> bool:
    """Whether somebody who runs this server has to look at an error: a failure here, or what only they can mend."""
    return isinstance(error, _OF_THE_OPERATOR) or answer_to(error)[0] is ErrorCode.INTERNAL


def _own_words(error: BaseException) -> str:
    return f"{error.problem} {error.advice}".strip() if isinstance(error, CdpError) else ""


def log_failure(request_id: str, error: BaseException) -> None:
    """Log that something failed here: its kind and its place, never its message."""
    LOG.error("failed", extra={"request": request_id, **error_fields(error)})
