"""What a check finds."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Status(StrEnum):
    """How bad it is: ``fail`` is what does not work, ``warn`` what will not work one day."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Finding:
    """One check: what was found, and where it is not ok, what to do."""

    check: str
    status: Status
    found: str
    advice: str | None = None


def ok(check: str, found: str) -> Finding:
    """All is well."""
    return Finding(check, Status.OK, found)


def warn(check: str, found: str, advice: str) -> Finding:
    """It works, and should be looked at."""
    return Finding(check, Status.WARN, found, advice)


def fail(check: str, found: str, advice: str) -> Finding:
    """It does not work."""
    return Finding(check, Status.FAIL, found, advice)


def worst(findings: Iterable[Finding]) -> Status:
    """The worst of several."""
    order = list(Status)
    return max((finding.status for finding in findings), key=order.index, default=Status.OK)
