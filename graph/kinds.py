"""Kinds of identifiers and devices: their labels, edges and rules."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

EMAIL, HASHED_EMAIL, PHONE = "email", "hashed_email", "phone"
IdentifierEdge = Literal["HAS_EMAIL", "HAS_PHONE", "HAS_IDENTIFIER"]


@dataclass(frozen=True, slots=True)
class IdentifierKind:
    """What a kind of identifier means for identity.

    ``one_person``: two customers that share a value are the same person (an exact rule), unless the value is a hub.
    """

    name: str
    label: str
    edge: IdentifierEdge
    one_person: bool


IDENTIFIER_KINDS: dict[str, IdentifierKind] = {
    kind.name: kind
    for kind in (
        IdentifierKind(EMAIL, "Email", "HAS_EMAIL", one_person=False),
        IdentifierKind(HASHED_EMAIL, "HashedEmail", "HAS_IDENTIFIER", one_person=False),
        IdentifierKind(PHONE, "Phone", "HAS_PHONE", one_person=False),
        IdentifierKind("user_id", "UserId", "HAS_IDENTIFIER", one_person=True),
        IdentifierKind("customer_number", "CustomerNumber", "HAS_IDENTIFIER", one_person=True),
        IdentifierKind("loyalty_card", "LoyaltyCard", "HAS_IDENTIFIER", one_person=True),
        IdentifierKind("national_id", "NationalId", "HAS_IDENTIFIER", one_person=False),
        IdentifierKind("advertising_id", "AdvertisingId", "HAS_IDENTIFIER", one_person=False),
        IdentifierKind("social_handle", "SocialHandle", "HAS_IDENTIFIER", one_person=True),
    )
}


ONE_PERSON_KINDS = frozenset(kind.name for kind in IDENTIFIER_KINDS.values() if kind.one_person)
"""Kinds of which two customers with one value are one person."""


class DeviceKind(StrEnum):
    """Kinds of devices; also the first part of a device's key, so no source may have such a name."""

    ANONYMOUS_ID = "anonymous_id"
    COOKIE = "cookie"
    APP_INSTALLATION = "app_installation"
    PUSH_TOKEN = "push_token"  # noqa: S105 -- a kind of id, not a secret


class SourceKind(StrEnum):
    """Kinds of systems that send data."""

    CRM = "crm"
    CALL_CENTRE = "call_centre"
    SHOP = "shop"
    WEB = "web"
    APP = "app"
    EMAIL = "email"
    SOCIAL = "social"
    LOYALTY = "loyalty"
    CAMPAIGN = "campaign"
    DWH = "dwh"
    DATA_MART = "data_mart"
    DMP = "dmp"
    CMP = "cmp"
    CDP = "cdp"
    FILE = "file"
