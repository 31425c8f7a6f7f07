import pytest
from graphql import GraphQLError

import graph.errors
from api.execution.errors import ERROR_CODES, ErrorCode, answer_to
from api.execution.results import without_values
from graph.errors import (
    AccessError,
    AuditError,
    CdpError,
    ClosedRunError,
    ConfigurationError,
    ConflictingDecisionError,
    ForbiddenError,
    GraphError,
    GraphUnavailableError,
    InputError,
    LocalStoreError,
    ModelError,
    NothingResolvedError,
    RateLimitedError,
    ReadTimeoutError,
    ResolutionError,
    StorageError,
    SubscriptionError,
    UnauthenticatedError,
    UnknownKeyError,
    UnknownLinkError,
    UntrustedDocumentError,
)

# What the caller did, and where a subscription can go on.
OWN_WORDS = (
    ConfigurationError,
    ForbiddenError,
    InputError,
    RateLimitedError,
    SubscriptionError,
    UnauthenticatedError,
    UntrustedDocumentError,
)
# What the database refuses is our fault. The others are only parents.
FAILURES = {CdpError, AccessError, GraphError, ResolutionError}
CLASSES = [kind for kind in vars(graph.errors).values() if isinstance(kind, type) and issubclass(kind, CdpError)]


def raised(kind: type[CdpError]) -> CdpError:
    error = kind.__new__(kind)
    error.problem, error.advice = "At bolt://10.0.0.1 the statement failed.", "See the log."
    return error


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (InputError("The cursor is not one of ours.", "Use another."), ErrorCode.BAD_USER_INPUT),
        (ConfigurationError("Not known.", "Use another."), ErrorCode.BAD_USER_INPUT),
        (ReadTimeoutError("Too long.", ""), ErrorCode.TIMEOUT),
        (GraphUnavailableError("No answer.", ""), ErrorCode.UNAVAILABLE),
        (RecursionError(), ErrorCode.QUERY_TOO_COMPLEX),
        (ValueError("anna@example.org"), ErrorCode.INTERNAL),
        (GraphQLError("Int cannot represent 'anna@example.org'"), ErrorCode.INTERNAL),
    ],
)
def test_every_error_has_one_code(error: Exception, code: ErrorCode) -> None:
    given, message = answer_to(error)

    assert given is code
    assert message
    assert "anna" not in message


@pytest.mark.parametrize("kind", CLASSES)
def test_only_what_the_caller_did_is_told_in_our_own_words(kind: type[CdpError]) -> None:
    _, message = answer_to(raised(kind))

    assert ("10.0.0.1" in message) is issubclass(kind, OWN_WORDS)


@pytest.mark.parametrize("kind", CLASSES)
def test_what_is_no_bug_here_is_not_told_as_one(kind: type[CdpError]) -> None:
    code, _ = answer_to(raised(kind))

    assert (code is ErrorCode.INTERNAL) is (kind in FAILURES)


@pytest.mark.parametrize(
    ("kind", "code", "words"),
    [
        (ModelError, ErrorCode.UNAVAILABLE, "operator has to copy the folder models"),
        (NothingResolvedError, ErrorCode.UNAVAILABLE, "operator has to run `cdp resolve`"),
        (StorageError, ErrorCode.UNAVAILABLE, "operator has to run `cdp doctor`"),
        (LocalStoreError, ErrorCode.UNAVAILABLE, "operator has to run `cdp doctor`"),
        (AuditError, ErrorCode.UNAVAILABLE, "Try again"),
        (ClosedRunError, ErrorCode.UNAVAILABLE, "Try again"),
        (UnknownLinkError, ErrorCode.BAD_USER_INPUT, "is not known"),
        (ConflictingDecisionError, ErrorCode.BAD_USER_INPUT, "Withdraw one"),
        (UnknownKeyError, ErrorCode.UNAUTHENTICATED, "is not known"),
    ],
)
def test_a_client_is_told_who_has_to_do_what(kind: type[CdpError], code: ErrorCode, words: str) -> None:
    given, message = answer_to(raised(kind))

    assert given is code
    assert words in message


def test_every_code_is_documented() -> None:
    assert set(ERROR_CODES) == set(ErrorCode)


@pytest.mark.parametrize(
    ("message", "shown"),
    [
        (
            "Variable '$by' has invalid value at .n: Int cannot represent non-integer value: 'Anna'",
            "Variable '$by' has invalid value at .n: Int cannot represent non-integer value.",
        ),
        ("String cannot represent a non string value: 1980", "String cannot represent a non string value."),
        (
            "Variable '$by' has invalid value: Expected value of type 'By' to be an object, found: 'Anna'.",
            "Variable '$by' has invalid value: Expected value of type 'By' to be an object.",
        ),
        (
            "Expected value of type 'By' not to include unknown field 'emial'. Did you mean 'email'? Found: 'Anna'.",
            "Expected value of type 'By' not to include unknown field 'emial'.",
        ),
        ('Syntax Error: Unexpected String "Anna".', "Syntax Error: Unexpected String."),
        ('Syntax Error: Expected Name, found String "Anna".', "Syntax Error: Expected Name."),
        ("Syntax Error: Unexpected '}'.", "Syntax Error: Unexpected '}'."),
        ("Unknown argument 'x' on field 'Query.p'. Did you mean 'by'?", "Unknown argument 'x' on field 'Query.p'."),
        ("Cannot query field 'nope' on type 'Query'.", "Cannot query field 'nope' on type 'Query'."),
    ],
)
def test_what_graphql_core_says_is_told_without_the_value(message: str, shown: str) -> None:
    assert without_values(message) == shown
