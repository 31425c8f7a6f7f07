"""Messages: what a tracking call says, in our words, whatever protocol it came in.

An adapter gives ``Message``s and ``Refusal``s in the order of the request; the rest knows no protocol.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

NAMES = {
    "identify": "User Identified",
    "page": "Page Viewed",
    "screen": "Screen Viewed",
    "group": "Group Joined",
    "alias": "User Aliased",
}
"""What happened, where a message has no name of its own."""

# Clients that know no time say the year 1 or 1970.
_BEGINNING = datetime(1971, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Times:
    """The times that came with a message, by its own clock, and when it arrived, by ours.

    ``stated_at``: one that is right whatever the clock says, such as of an import.
    """

    received_at: datetime
    original_at: datetime | None = None
    sent_at: datetime | None = None
    stated_at: datetime | None = None

    @property
    def happened_at(self) -> datetime:
        """When it happened by our clock. A moment to come is none that has happened, nor is a clock's beginning one."""
        found = self.stated_at or self._corrected_at
        return found if _BEGINNING < found < self.received_at else self.received_at

    @property
    def _corrected_at(self) -> datetime:
        """What lies between happening and sending is right, however wrong the client's clock is."""
        if self.original_at is None:
            return self.received_at
        if self.sent_at is None:
            return self.original_at
        try:
            return self.received_at - (self.sent_at - self.original_at)
        except OverflowError:
            return self.received_at


class ConsentState(StrEnum):
    """What became of a consent."""

    GRANTED = "granted"
    DENIED = "denied"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Consent:
    """A purpose that the sender says was agreed to or not.

    ``basis``: the legal one. ``is_decision``: this message is where it was decided.
    """

    purpose: str
    state: ConsentState
    evidence: str
    basis: str | None = None
    is_decision: bool = False


@dataclass(frozen=True, slots=True)
class Visited:
    """What a message shows of the visit. ``session_id``: none where the sender numbers no sessions."""

    session_id: str | None = None
    page: str | None = None
    campaign: str | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """One message. ``user_id``, ``anonymous_id`` or ``installation_id`` is given, else it belongs to nobody.

    ``type``: identify, track, page, screen, group or alias; ``name``: what happened; ``former_id``: the id that an
    alias replaces, of a user or of a device; ``traits``: what it says of the user; ``initial_traits``: what it says in
    case that nothing else is known; ``identifiers``: kinds and values by which it names them besides; ``properties``:
    the rest; ``sent``: the message as it came, should the database refuse it.
    """

    message_id: str
    type: str
    name: str
    at: datetime
    times: Times
    user_id: str | None = None
    anonymous_id: str | None = None
    installation_id: str | None = None
    former_id: str | None = None
    channel: str | None = None
    visited: Visited = Visited()
    traits: Mapping[str, Any] = field(default_factory=dict[str, Any])
    initial_traits: Mapping[str, Any] = field(default_factory=dict[str, Any])
    identifiers: tuple[tuple[str, str], ...] = ()
    properties: Mapping[str, Any] = field(default_factory=dict[str, Any])
    consents: tuple[Consent, ...] = ()
    sent: Any = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Refusal:
    """A message that cannot be used: where it stood in the request, why, and what was sent."""

    index: int
    code: str
    reason: str
    sent: Any = None
