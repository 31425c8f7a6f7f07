"""Viewer: who asks, and what they may see and do."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from graph.errors import ForbiddenError


class Scope(StrEnum):
    """What a viewer may see or do."""

    PROFILE_READ = "profile:read"
    EVENTS_READ = "events:read"
    IDENTITY_EXPLAIN = "identity:explain"
    PII_CONTACT = "pii:contact"
    PII_DEMOGRAPHIC = "pii:demographic"
    STEWARD = "steward"
    PRIVACY_ERASE = "privacy:erase"
    INTROSPECT = "introspect"
    ADMIN = "admin"


EVERY_SCOPE = frozenset(Scope)
PERSONAL_SCOPES = frozenset({Scope.PII_CONTACT, Scope.PII_DEMOGRAPHIC})
"""Personal data in clear: people give a purpose for them."""


class ViewerKind(StrEnum):
    """By what somebody is known."""

    KEY = "key"
    PERSON = "person"


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who asks.

    ``subject``: an opaque id that may stand in logs. ``purpose``: why personal data is read in clear. ``expires_at``:
    from when on the credential counts no more; what stays open longer has to look at it.
    """

    subject: str
    kind: ViewerKind
    scopes: frozenset[Scope] = field(default_factory=frozenset[Scope])
    purpose: str | None = None
    expires_at: datetime | None = None

    def may(self, scope: Scope) -> bool:
        """Whether a scope was given to the viewer."""
        return scope in self.scopes

    def require(self, scope: Scope) -> None:
        """Go on only with a scope. Raises ForbiddenError."""
        if scope not in self.scopes:
            raise ForbiddenError(f"This needs the scope {scope}.", "Ask with a key that has it.")


STRANGER = Viewer("stranger", ViewerKind.KEY)
"""Somebody who has not said yet who they are."""
