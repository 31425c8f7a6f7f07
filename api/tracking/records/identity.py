"""Identity: the customer and the device that a message speaks of.

A message that carries both a user id and a device is proof that the device was this customer then; many of them make an
interval. A device alone proves nothing: what happens on it is its own until somebody logs in.
"""

from dataclasses import dataclass, replace
from datetime import UTC
from functools import lru_cache
from typing import Any

from api.tracking.messages import Message
from graph.kinds import IDENTIFIER_KINDS, DeviceKind
from graph.records import CustomerRecord, CustomerRef, DeviceRef, IdentifierValue, SourceRecord
from graph.sources import TrackedSource
from loaders.mappings.columns import used_columns
from loaders.mappings.model import CustomerMapping, IdentifierMapping, InputMapping, Location, Value
from loaders.records.context import Context
from loaders.records.customers import CustomerReader
from loaders.records.findings import Findings
from loaders.standardise.identifiers import standardise_identifier

USER_ID = "user_id"
_ID = "\x00id"
# Columns of identifiers that a message names besides its traits, by their kinds.
_NAMED = "\x00named "
_CACHED = 50_000


def _columns(*names: str) -> tuple[Value, ...]:
    return tuple(Value(name) for name in names)


TRAITS = CustomerMapping(
    external_id=(Value(_ID),),
    fields={
        "given_name": _columns("firstName", "first_name", "firstname"),
        "family_name": _columns("lastName", "last_name", "lastname"),
        "full_name": _columns("name"),
        "birth_date": _columns("birthday", "birth_date", "dateOfBirth"),
        "gender": _columns("gender"),
        "street": _columns("address.street", "street"),
        "postcode": _columns("address.postalCode", "address.postal_code", "address.zip", "postalCode", "postal_code"),
        "city": _columns("address.city", "city"),
        "state": _columns("address.state", "state"),
        "country": _columns("address.country", "country"),
        "company": _columns("company.name", "company"),
    },
    identifiers=(
        IdentifierMapping("email", _columns("email")),
        IdentifierMapping("phone", _columns("phone")),
        IdentifierMapping("advertising_id", _columns("advertisingId")),
    ),
    created_at=_columns("createdAt", "created_at"),
)
"""The traits that have a meaning of their own (Segment's reserved ones); all others are kept as they are."""

_WITH_NAMED = replace(
    TRAITS,
    identifiers=(
        *TRAITS.identifiers,
        *(IdentifierMapping(kind, _columns(_NAMED + kind)) for kind in IDENTIFIER_KINDS),
    ),
)


@dataclass(frozen=True, slots=True)
class Whose:
    """Whom a message belongs to. ``logged_in``: it proves that whoever used the device then was the customer."""

    customer: CustomerRef | None
    device: DeviceRef | None
    former: CustomerRef | None
    logged_in: bool


def whose(message: Message, source: TrackedSource) -> Whose:
    """The customer and the device of a message. The id that an alias replaces may be a device's."""
    external_id = _external_id(message)
    customer = None if external_id is None else CustomerRef(source.name, external_id)
    former = None if message.former_id is None else CustomerRef(source.name, message.former_id)
    device = _device(message)
    return Whose(customer, device, former, logged_in=device is not None and message.user_id is not None)


def _external_id(message: Message) -> str | None:
    """The user, or who is only known by what was filled in on a device: told about, but not logged in."""
    if message.user_id is not None:
        return message.user_id
    has_traits = bool(message.traits or message.initial_traits)
    is_told = bool(message.identifiers) or (message.type == "identify" and has_traits)
    known = message.anonymous_id is not None
    return f"{DeviceKind.ANONYMOUS_ID}:{message.anonymous_id}" if is_told and known else None


def _device(message: Message) -> DeviceRef | None:
    device_id = message.anonymous_id or message.former_id
    if device_id is not None:
        return DeviceRef(DeviceKind.ANONYMOUS_ID, device_id)
    if message.installation_id is not None:
        return DeviceRef(DeviceKind.APP_INSTALLATION, message.installation_id)
    return None


class CustomerTranslation:
    """Reads what messages say of their users. ``country``: of national telephone numbers."""

    def __init__(self, country: str | None) -> None:
        self._country = country
        self._readers: dict[tuple[str, bool], CustomerReader] = {}

    def customer(self, message: Message, source: TrackedSource) -> CustomerRecord | None:
        """As much of the customer as a message tells, none where it names and tells of nobody."""
        external_id = _external_id(message)
        if external_id is None:
            return None
        record = CustomerRecord(source.name, external_id, message.at)
        if message.traits or message.identifiers:
            record = self._told(message, source, external_id)
        if message.user_id is None:
            return record
        known = user_id_of(source.name, message.user_id, own=source.own_user_ids)
        return replace(record, identifiers=(known, *record.identifiers))

    def initial(self, message: Message, source: TrackedSource) -> CustomerRecord | None:
        """What a message tells of the customer in case that nothing else is known, none where it tells nothing such."""
        external_id = _external_id(message) if message.initial_traits else None
        if external_id is None:
            return None
        return self._told(replace(message, traits=message.initial_traits, identifiers=()), source, external_id)

    def _told(self, message: Message, source: TrackedSource, external_id: str) -> CustomerRecord:
        row: dict[str, Any] = {**message.traits, _ID: external_id}
        for kind, text in message.identifiers:
            row.setdefault(_NAMED + kind, []).append(text)
        # Few messages have others than traits, and looking for them costs as much as a tenth of the translation.
        mapping = _WITH_NAMED if message.identifiers else TRAITS
        record = self._reader(source, mapping).read(row, message.at, Findings())
        assert record is not None
        identifiers = tuple(_owned(identifier, source) for identifier in record.identifiers)
        return replace(record, observed_at=message.at, identifiers=identifiers)

    def _reader(self, source: TrackedSource, mapping: CustomerMapping) -> CustomerReader:
        key = (source.name, mapping is TRAITS)
        reader = self._readers.get(key)
        if reader is None:
            context = Context(SourceRecord(source.name, source.kind, source.channel, source.trust), UTC, self._country)
            used = used_columns(InputMapping(Location(), 1, mapping))
            reader = self._readers[key] = CustomerReader(mapping, context, used)
        return reader


@lru_cache(_CACHED)
def user_id_of(source: str, user_id: str, *, own: bool) -> IdentifierValue:
    """The identifier that a user id is: the same in every source, or the source's own."""
    found = standardise_identifier(USER_ID, user_id)
    assert isinstance(found, IdentifierValue)
    return _of(source, found) if own else found


def _owned(identifier: IdentifierValue, source: TrackedSource) -> IdentifierValue:
    return _of(source.name, identifier) if identifier.kind == USER_ID and source.own_user_ids else identifier


def _of(source: str, user_id: IdentifierValue) -> IdentifierValue:
    return replace(user_id, match_key=f"{source}/{user_id.match_key}")
