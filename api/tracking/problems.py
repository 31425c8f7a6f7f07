"""Problems: why a tracking call is not taken, with the status that clients of the family understand.

Clients repeat what is answered with 429 or 5xx, and drop what is answered with another 4xx. So data that can never be
taken must not be answered with 5xx, and what can be sent again must not be answered with 400.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Problem:
    """An answer other than 200. ``message`` says what to do, and quotes nothing of the request."""

    status: int
    code: str
    message: str
    headers: Mapping[str, str] = field(default_factory=dict[str, str])


class ProblemError(Exception):
    """Ends a request with a problem. Never leaves the package."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.code)
        self.problem = problem


def _again(status: int, code: str, message: str, seconds: int) -> Problem:
    return Problem(status, code, message, {"Retry-After": str(seconds)})


NO_KEY = Problem(401, "no_write_key", "Send the source's write key as the user name of Basic authorization.")
UNKNOWN_KEY = Problem(401, "unknown_write_key", "No source has this write key; see: cdp source list.")
UNKNOWN_NAME = Problem(401, "unknown_name", "No source is open for this name, nor has it as a key: cdp source open.")
DISABLED = Problem(404, "source_disabled", "This source is disabled; see: cdp source list.")
NOT_JSON = Problem(400, "invalid_json", "The body must be one JSON object in UTF-8.")
NOT_GZIP = Problem(400, "invalid_compression", "The body is not what its Content-Encoding says, or ends too soon.")
UNKNOWN_ENCODING = Problem(415, "unknown_compression", "Compress with gzip or deflate, or not at all.")
NO_BATCH = Problem(400, "no_batch", "A batch is a JSON object with a list `batch` of messages, one at least.")
NO_EVENTS = Problem(400, "no_events", "The body has no events where the protocol has them.")
TOO_MANY = Problem(413, "too_many_messages", "The batch has too many messages. Send smaller ones.")
TOO_LARGE = Problem(413, "too_large", "The body is too large. Send smaller batches.")
BROKEN_OFF = Problem(400, "incomplete_body", "The body did not arrive.")
WRONG_METHOD = Problem(405, "method_not_allowed", "Send it with another method; see Allow.")
BUSY = _again(429, "too_busy", "More arrives than can be written. Send it again later.", 1)
UNAVAILABLE = _again(503, "database_unavailable", "The database does not answer. Nothing was taken: send it again.", 2)
TOO_SLOW = _again(503, "database_slow", "It could not be written in time. Send it again.", 2)
FAILED = Problem(500, "failed", "Something failed here. Send it again.", {"Retry-After": "5"})
