"""What was found wrong with a row."""

from dataclasses import dataclass, field

from loaders.standardise.unusable import Unusable

MISSING_ID = Unusable("missing_id", "no id")
MISSING_TIME = Unusable("missing_time", "no time")
MISSING_NAME = Unusable("missing_name", "no type or name")
NOT_TEXT = Unusable("not_text", "an object or a list where a text should be")
NO_OWNER = Unusable("no_owner", "names neither a customer nor a device")


@dataclass(frozen=True, slots=True)
class Finding:
    """A value that is set aside, in the words of the mapping: ``field``, and the text as it was sent."""

    field: str
    problem: Unusable
    sent: str


@dataclass(slots=True)
class Findings:
    """All that is set aside of one row. Placeholders are noted too, but are nothing to look at."""

    found: list[Finding] = field(default_factory=list[Finding])

    def add(self, name: str, problem: Unusable, sent: str) -> None:
        """One more value."""
        self.found.append(Finding(name, problem, sent))

    @property
    def rejected(self) -> list[Finding]:
        """Those that somebody should look at."""
        return [finding for finding in self.found if not finding.problem.is_placeholder]


class RowRejectedError(Exception):
    """A row that cannot be used at all: nothing of it is kept. Never leaves the package."""

    def __init__(self, field: str, problem: Unusable) -> None:
        super().__init__(problem.code)
        self.field, self.problem = field, problem
