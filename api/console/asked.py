"""Whom the command line asks for: exactly one way of saying it."""

from dataclasses import asdict, dataclass

from api.contract.identifiers import identifier_key
from graph.errors import ConfigurationError
from graph.identities import Identity, IdentityKind
from graph.kinds import IDENTIFIER_KINDS
from loaders.standardise.unusable import Unusable


@dataclass(frozen=True, slots=True)
class Asked:
    """The options of ``cdp profile``, of which one is given."""

    id: str | None = None
    customer: str | None = None
    email: str | None = None
    phone: str | None = None
    identifier: str | None = None
    session: str | None = None
    device: str | None = None

    def identity(self, country: str | None) -> Identity:
        """What is asked for; identifiers are standardised as at load time. Raises ConfigurationError."""
        given = {name: value for name, value in asdict(self).items() if value is not None}
        if len(given) != 1:
            options = ", ".join(f"--{name}" for name in asdict(self))
            raise ConfigurationError(f"{len(given)} ways of asking were given.", f"Give exactly one of {options}.")
        ((name, text),) = given.items()
        if name == "id":
            return Identity(IdentityKind.PROFILE, text)
        if name in {"customer", "session", "device"}:
            return Identity(IdentityKind(name), text)
        kind, value = text.partition(":")[::2] if name == "identifier" else (name, text)
        return _identifier(kind, value, country)


def _identifier(kind: str, value: str, country: str | None) -> Identity:
    if kind not in IDENTIFIER_KINDS:
        kinds = ", ".join(IDENTIFIER_KINDS)
        raise ConfigurationError("There are no identifiers of this kind.", f"Write kind:value; kinds: {kinds}.")
    key = identifier_key(kind, value, country)
    if isinstance(key, Unusable):
        raise ConfigurationError(f"This is no usable {kind}: {key.reason}.", "Write it in another way.")
    return Identity(IdentityKind.IDENTIFIER, key)
