"""Inputs: by what a profile can be asked for."""

import strawberry

from api.contract.identifiers import identifier_key
from graph.errors import InputError
from graph.identities import Identity, IdentityKind, UnknownIdentity
from graph.kinds import IDENTIFIER_KINDS
from loaders.standardise.unusable import Unusable

MAX_KEY = 1_000


@strawberry.input(description="An identifier of any kind.")
class IdentifierInput:
    """An identifier as a caller writes it."""

    kind: str = strawberry.field(description="Kind, such as `customer_number`, `loyalty_card` or `user_id`.")
    value: str = strawberry.field(description="The value in any spelling; it is standardised as at load time.")


@strawberry.input(one_of=True, description="By what a profile is asked for: exactly one of these.")
class ProfileBy:
    """By what a profile is asked for."""

    id: strawberry.Maybe[strawberry.ID] = strawberry.field(description="Profile id, current or former.")
    email: strawberry.Maybe[str] = strawberry.field(description="Email address in any spelling.")
    phone: strawberry.Maybe[str] = strawberry.field(description="Telephone number in any spelling.")
    customer: strawberry.Maybe[str] = strawberry.field(description="Customer of a source, `source:external id`.")
    identifier: strawberry.Maybe[IdentifierInput] = strawberry.field(description="Identifier of any kind.")
    session: strawberry.Maybe[str] = strawberry.field(description="Session, `source:session id`.")
    device: strawberry.Maybe[str] = strawberry.field(description="Device, `kind:id`.")


def identity_of(by: ProfileBy, country: str | None) -> Identity | UnknownIdentity:
    """What is asked for, standardised; or why a value can be nobody's. ``country``: of national telephone numbers.

    Raises InputError for a kind of identifier that does not exist.
    """
    by_key = {
        IdentityKind.PROFILE: by.id,
        IdentityKind.CUSTOMER: by.customer,
        IdentityKind.SESSION: by.session,
        IdentityKind.DEVICE: by.device,
    }
    for kind, given in by_key.items():
        if given is not None:
            return _bounded(Identity(kind, given.value))
    kind, value = _kind_and_value(by)
    return _identifier(kind, value, country)


def _kind_and_value(by: ProfileBy) -> tuple[str, str]:
    if by.email is not None:
        return "email", by.email.value
    if by.phone is not None:
        return "phone", by.phone.value
    if by.identifier is not None:
        return by.identifier.value.kind, by.identifier.value.value
    raise InputError("`by` is empty.", "Give exactly one of its fields.")


def _identifier(kind: str, value: str, country: str | None) -> Identity | UnknownIdentity:
    if kind not in IDENTIFIER_KINDS:
        raise InputError("This kind of identifier does not exist.", f"The kinds are {', '.join(IDENTIFIER_KINDS)}.")
    if len(value) > MAX_KEY:
        return UnknownIdentity(f"This is too long for a value of the kind {kind}.")
    key = identifier_key(kind, value, country)
    if isinstance(key, Unusable):
        return UnknownIdentity(f"This cannot be a value of the kind {kind}: {key.reason}.")
    return Identity(IdentityKind.IDENTIFIER, key)


def _bounded(identity: Identity) -> Identity | UnknownIdentity:
    if len(identity.key) > MAX_KEY:
        return UnknownIdentity(f"This is too long for the key of a {identity.kind}.")
    return identity
