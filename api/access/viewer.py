"""Viewer: who asks, and what they may see and do."""

from dataclasses import dataclass, field
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


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who asks. ``subject``: an opaque id that may stand in logs. ``purpose``: why personal data is read in clear."""

    subject: str
    kind: str
    scopes: frozenset[Scope] = field(default_factory=frozenset[Scope])
    purpose: str | None = None

    def may(self, scope: Scope) -> bool:
        """Whether a scope was given to the viewer."""
        return scope in self.scopes

    def require(self, scope: Scope) -> None:
        """Go on only with a scope. Raises ForbiddenError."""
        if scope not in self.scopes:
            raise ForbiddenError(f"This needs the scope {scope}.", "Ask with a key that has it.")
