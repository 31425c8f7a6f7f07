"""Outcomes: what a client must expect instead of an explanation or a decision, each a type with a code.

Their words name no customer and no value: what a client sent it knows, and what it did not send may be somebody's.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from api.access.field_rules import plain
from api.access.masking import classify
from api.contract.exposure import Exposed, expose, expose_choice
from graph.errors import (
    BusyError,
    CdpError,
    ConflictingDecisionError,
    NothingResolvedError,
    ReadTimeoutError,
    UnknownCustomerError,
    UnknownDecisionError,
    UnknownLinkError,
    WriteConflictError,
)

RETRY_AFTER_S = 5


class OutcomeCode(StrEnum):
    """What came instead of what was asked for."""

    UNKNOWN_CUSTOMER = "UNKNOWN_CUSTOMER"
    UNKNOWN_LINK = "UNKNOWN_LINK"
    UNKNOWN_DECISION = "UNKNOWN_DECISION"
    NOT_TOGETHER = "NOT_TOGETHER"
    NOTHING_RESOLVED = "NOTHING_RESOLVED"
    CONFLICTING_DECISION = "CONFLICTING_DECISION"
    BUSY = "BUSY"
    MAYBE_DONE = "MAYBE_DONE"


@dataclass(frozen=True, slots=True)
class UnknownCustomer:
    """A customer that was named is not known; nothing was done."""

    reason: str = "A customer that was named is not known."
    code: OutcomeCode = OutcomeCode.UNKNOWN_CUSTOMER


@dataclass(frozen=True, slots=True)
class UnknownLink:
    """The pair was never compared, so there is no link to confirm or to reject; nothing was done."""

    reason: str = "These two were never compared. Link or unlink them instead."
    code: OutcomeCode = OutcomeCode.UNKNOWN_LINK


@dataclass(frozen=True, slots=True)
class UnknownDecision:
    """No decision of this key is in force; nothing was done."""

    reason: str = "No decision of this key is in force."
    code: OutcomeCode = OutcomeCode.UNKNOWN_DECISION


@dataclass(frozen=True, slots=True)
class NotTogether:
    """The two are not one person at this confidence, so nothing says why they are."""

    reason: str = "These two are not one person at this confidence. Ask `whyNot`."
    code: OutcomeCode = OutcomeCode.NOT_TOGETHER


@dataclass(frozen=True, slots=True)
class NothingResolved:
    """There was no resolution yet, so there is nothing to explain or to decide."""

    reason: str = "Nothing has been resolved yet. Run `cdp resolve`."
    code: OutcomeCode = OutcomeCode.NOTHING_RESOLVED


@dataclass(frozen=True, slots=True)
class ConflictingDecision:
    """Decisions in force say the opposite, directly or through each other; nothing was done."""

    decisions: tuple[str, ...]
    reason: str = "Decisions in force say the opposite. Withdraw one of them first."
    code: OutcomeCode = OutcomeCode.CONFLICTING_DECISION


@dataclass(frozen=True, slots=True)
class Busy:
    """Somebody else is writing, mostly another resolution; nothing was done."""

    retry_after_s: int = RETRY_AFTER_S
    reason: str = "Another resolution is writing. Nothing was done: send it again later."
    code: OutcomeCode = OutcomeCode.BUSY


@dataclass(frozen=True, slots=True)
class MaybeDone:
    """It took too long to wait for: it is done whole or not at all, and may still be done after this answer."""

    reason: str = "This took too long to wait for, and may have been done. The same `clientMutationId` finds out."
    code: OutcomeCode = OutcomeCode.MAYBE_DONE


Outcome = UnknownCustomer | UnknownLink | UnknownDecision | NothingResolved | ConflictingDecision | Busy | MaybeDone

expose_choice(
    OutcomeCode,
    {
        OutcomeCode.UNKNOWN_CUSTOMER: "A customer that was named is not known.",
        OutcomeCode.UNKNOWN_LINK: "The pair was never compared.",
        OutcomeCode.UNKNOWN_DECISION: "No decision of this key is in force.",
        OutcomeCode.NOT_TOGETHER: "The two are not one person at this confidence.",
        OutcomeCode.NOTHING_RESOLVED: "There was no resolution yet.",
        OutcomeCode.CONFLICTING_DECISION: "Decisions in force say the opposite.",
        OutcomeCode.BUSY: "Somebody else is writing; nothing was done.",
        OutcomeCode.MAYBE_DONE: "It took too long to wait for, and may have been done.",
    },
)
_WORDS = {"code": "Code, for programs.", "reason": "Why, in words."}
for kind in (UnknownCustomer, UnknownLink, UnknownDecision, NotTogether, NothingResolved, MaybeDone):
    classify(kind, {"reason": plain})
    expose(kind, Exposed(_WORDS))
classify(ConflictingDecision, {"reason": plain})
classify(Busy, {"reason": plain})
expose(ConflictingDecision, Exposed({**_WORDS, "decisions": "Keys of decisions in force."}, ids=("decisions",)))
expose(Busy, Exposed({**_WORDS, "retry_after_s": "Seconds to wait before it is sent again."}))

# The first that fits counts, so a class stands before its parents.
_OUTCOMES: tuple[tuple[type[CdpError], Callable[[], Outcome]], ...] = (
    (UnknownLinkError, UnknownLink),
    (UnknownDecisionError, UnknownDecision),
    (UnknownCustomerError, UnknownCustomer),
    (NothingResolvedError, NothingResolved),
    (BusyError, Busy),
    (ReadTimeoutError, Busy),
    (WriteConflictError, Busy),
)
EXPECTED = (ConflictingDecisionError, *(error for error, _ in _OUTCOMES))


def outcome_of(error: CdpError) -> Outcome:
    """What one of the ``EXPECTED`` errors of a decision is to a client."""
    if isinstance(error, ConflictingDecisionError):
        return ConflictingDecision(error.decisions)
    return next(outcome for kind, outcome in _OUTCOMES if isinstance(error, kind))()
