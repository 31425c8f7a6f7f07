"""Roles: names for the sets of scopes that people ask for. What is stored with a key are its scopes."""

from collections.abc import Iterable

from api.access.viewer import EVERY_SCOPE, Scope
from graph.errors import ConfigurationError

_READ = frozenset({Scope.PROFILE_READ, Scope.EVENTS_READ})
_PERSONAL = frozenset({Scope.PII_CONTACT, Scope.PII_DEMOGRAPHIC})

ROLES: dict[str, frozenset[Scope]] = {
    # Websites: whose a visit is taken for and what was done, in types that hold nothing personal.
    "recommender": frozenset({Scope.EVENTS_READ}),
    # The call centre's screen.
    "agent": _READ | _PERSONAL,
    # Figures and questions of identity, on masked data.
    "analyst": _READ | {Scope.IDENTITY_EXPLAIN},
    # Campaigns: where to reach somebody.
    "marketer": _READ | {Scope.PII_CONTACT},
    "steward": _READ | _PERSONAL | {Scope.IDENTITY_EXPLAIN, Scope.STEWARD},
    # Requests for information and erasure.
    "privacy": _READ | _PERSONAL | {Scope.PRIVACY_ERASE},
    # Reads the schema, and nothing of what is stored.
    "developer": frozenset({Scope.INTROSPECT}),
    "admin": EVERY_SCOPE,
}


def scopes_of(scopes: Iterable[str], roles: Iterable[str] = ()) -> frozenset[Scope]:
    """The scopes of some names and roles. Raises ConfigurationError naming those that exist."""
    found = set[Scope]()
    for role in roles:
        if role not in ROLES:
            raise ConfigurationError("There is no such role.", f"The roles are {', '.join(ROLES)}.")
        found |= ROLES[role]
    for scope in scopes:
        if scope not in EVERY_SCOPE:
            raise ConfigurationError("There is no such scope.", f"The scopes are {', '.join(Scope)}.")
        found.add(Scope(scope))
    return frozenset(found)


def known_scopes(names: Iterable[str]) -> frozenset[Scope]:
    """The scopes among some names; what means nothing here is left out.

    ``role:agent`` stands for a role: an identity provider has names of its own, and `admin` is a scope as well.
    """
    found = set[Scope]()
    for name in names:
        if name in EVERY_SCOPE:
            found.add(Scope(name))
        elif name.startswith("role:"):
            found |= ROLES.get(name.removeprefix("role:"), frozenset())
    return frozenset(found)
