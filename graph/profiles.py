"""Profiles: the unified view of a cluster, computed at the moment it is asked for."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from graph.clusters import MEMBERS_LIMIT
from graph.connection import AsyncGraph, Row
from graph.evidence import LinkEvidence, link_of
from graph.kinds import EMAIL, PHONE
from graph.profile_ids import first_of, profile_id
from graph.source_customers import SourceCustomer, source_customer_of
from graph.survivorship import ProfileField, contact, unify
from graph.survivorship_rules import current_survivorship
from graph.times import milliseconds, moment


@dataclass(frozen=True, slots=True)
class ProfileIdentifier:
    """An identifier of the profile, with every source that reported it.

    ``shared_by_many``: too many customers have it for it to say who somebody is.
    """

    kind: str
    value: str
    sources: tuple[str, ...]
    verified: bool
    first_seen_at: datetime
    last_seen_at: datetime
    shared_by_many: bool


@dataclass(frozen=True, slots=True)
class ProfileDevice:
    """A device that somebody of the profile logged in on. ``shared_by_many``: a kiosk or the like."""

    key: str
    kind: str
    logins: int
    first_login_at: datetime
    last_login_at: datetime
    shared_by_many: bool


@dataclass(frozen=True, slots=True)
class ProfileConsent:
    """A consent fact, on the customer, identifier or device that it was given for."""

    key: str
    source: str
    subject: str
    purpose: str
    channel: str | None
    state: str
    basis: str | None
    evidence: str | None
    effective_at: datetime
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Profile:
    """The unified view of the customers that belong together at a confidence.

    ``cut``: the cluster has more members than are shown. ``as_of``: the time whose cluster it is; none: now.
    """

    id: str
    confidence: float
    cut: bool
    fields: tuple[ProfileField, ...]
    primary_email: ProfileField | None
    primary_phone: ProfileField | None
    identifiers: tuple[ProfileIdentifier, ...]
    devices: tuple[ProfileDevice, ...]
    customers: tuple[SourceCustomer, ...]
    links: tuple[LinkEvidence, ...]
    consents: tuple[ProfileConsent, ...]
    as_of: datetime | None = None

    @property
    def members(self) -> tuple[str, ...]:
        """Keys of the customers, sorted."""
        return tuple(customer.key for customer in self.customers)


async def get_profile(
    graph: AsyncGraph, customer: str, confidence: float, at: datetime | None = None
) -> Profile | None:
    """The profile that holds a customer; none where the customer is unknown, or was at a time. Raises GraphError.

    At a time, its members and links are those that the graph knew then; whatever else is read of them is today's.
    """
    if at is not None:
        return (await get_profiles(graph, [customer], confidence, at)).get(customer)
    rows = await graph.read("get_profile", key=customer, confidence=confidence, limit=MEMBERS_LIMIT + 1, events=0)
    row = rows[0]
    return profile_of(row, confidence) if row["customers"] else None


async def get_profiles(
    graph: AsyncGraph, customers: Collection[str], confidence: float, at: datetime | None = None
) -> dict[str, Profile]:
    """Customer -> the profile that holds it, or did at a time, for those that are known, or were.

    One statement for all of them. Raises GraphError.
    """
    asked: Row = {"keys": list(dict.fromkeys(customers)), "confidence": confidence, "limit": MEMBERS_LIMIT + 1}
    if not asked["keys"]:
        return {}
    if at is None:
        rows = await graph.read("get_profiles", **asked)
    else:
        rows = await graph.read("get_profiles_at", **asked, at=milliseconds(at))
    found = ((row["asked"], profile_of(row, confidence, at)) for row in rows if row["customers"])
    return {key: profile for keys, profile in found for key in keys}


def profile_of(row: Row, confidence: float, at: datetime | None = None) -> Profile:
    """A profile from the row of ``get_profile``; ``at``: the time whose cluster it is."""
    rules, reports = current_survivorship(), row["identifiers"]
    customers = sorted(row["customers"], key=lambda customer: customer["key"])
    verified = {report["customer"] for report in reports if report["verified"]}
    shown = tuple(source_customer_of(customer, verified) for customer in customers[:MEMBERS_LIMIT])
    return Profile(
        id=profile_id(first_of(dict(row["ranks"]))),
        confidence=confidence,
        cut=len(customers) > MEMBERS_LIMIT,
        fields=unify(shown, rules),
        primary_email=contact(EMAIL, reports, shown, rules),
        primary_phone=contact(PHONE, reports, shown, rules),
        identifiers=tuple(map(_identifier, _by_key(reports))),
        devices=tuple(map(_device, _by_key(row["devices"]))),
        customers=shown,
        links=tuple(sorted((link_of(link) for link in row["links"]), key=lambda link: (link.left, link.right))),
        consents=tuple(sorted((_consent(fact) for fact in row["consents"]), key=lambda fact: fact.key)),
        as_of=at,
    )


def _by_key(rows: Sequence[Row]) -> list[list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row["key"], []).append(row)
    return [found[key] for key in sorted(found)]


def _identifier(rows: Sequence[Row]) -> ProfileIdentifier:
    return ProfileIdentifier(
        kind=rows[0]["kind"],
        value=rows[0]["value"],
        sources=tuple(sorted({row["source"] for row in rows})),
        verified=any(row["verified"] for row in rows),
        first_seen_at=moment(min(row["first_seen_at"] for row in rows)),
        last_seen_at=moment(max(row["last_seen_at"] for row in rows)),
        shared_by_many=rows[0]["shared_by_many"],
    )


def _device(rows: Sequence[Row]) -> ProfileDevice:
    return ProfileDevice(
        key=rows[0]["key"],
        kind=rows[0]["kind"],
        logins=sum(row["logins"] for row in rows),
        first_login_at=moment(min(row["first_login_at"] for row in rows)),
        last_login_at=moment(max(row["last_login_at"] for row in rows)),
        shared_by_many=rows[0]["shared_by_many"],
    )


def _consent(row: Row) -> ProfileConsent:
    times = {"effective_at": moment(row["effective_at"]), "recorded_at": moment(row["recorded_at"])}
    return ProfileConsent(**{**row, **times})
