"""Visitors: what may be known of somebody before a login proves who they are.

Nothing here can hold personal data, by the types and not by convention: there is no free text, no key and no trait. Of
what a source sent with an interaction only what stands in ``VisitorInteraction`` is taken, and only where it has the
form of a code or of a short name. That is what a recommender needs, and no more.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from graph.clusters import MEMBERS_LIMIT
from graph.connection import AsyncGraph, Row
from graph.journeys import JourneyInteraction
from graph.profile_ids import first_of, visitor_id
from graph.recognition import Session
from graph.records import STRICTNESS
from graph.times import milliseconds, moment

MAX_PRODUCTS = 50
# Where products stand, and how they are named: Segment's words, then those of the sample company.
_PRODUCT_LISTS, _PRODUCT_IDS = ("products", "items"), ("product_id", "sku")
_CODE = re.compile(r"[A-Za-z0-9][\w.:-]{0,63}", re.ASCII)
_SHORT = re.compile(r"[^\W\d_][\w &/.,:+-]{0,59}")
# As many as a short telephone number or a date of birth has.
_TOO_MANY_DIGITS = 6


@dataclass(frozen=True, slots=True)
class Visit:
    """A session without its device and its pages, whose addresses may name somebody."""

    key: str
    source: str
    channel: str | None
    started_at: datetime
    ended_at: datetime
    campaign: str | None


@dataclass(frozen=True, slots=True)
class VisitorConsent:
    """The consent that holds for a purpose and a channel: the statement that took effect last."""

    purpose: str
    channel: str | None
    state: str
    effective_at: datetime


@dataclass(frozen=True, slots=True)
class VisitorInteraction:
    """One thing that a visitor did. ``products``: ids, at most ``MAX_PRODUCTS``."""

    at: datetime
    source: str
    channel: str | None
    type: str
    name: str | None
    intent: str | None
    reason: str | None
    products: tuple[str, ...]
    amount: float | None
    currency: str | None


@dataclass(frozen=True, slots=True)
class KnownVisitor:
    """Who a visitor is taken for. ``members``: keys of the customers, to read what they did; not to be shown."""

    id: str
    members: tuple[str, ...]
    consents: tuple[VisitorConsent, ...]


def visit_of(session: Session) -> Visit:
    """What may be shown of a session to everybody who has its key."""
    return Visit(
        key=session.key,
        source=session.source,
        channel=session.channel,
        started_at=session.started_at,
        ended_at=session.ended_at,
        campaign=_short(session.campaign),
    )


def visitor_interaction(found: JourneyInteraction) -> VisitorInteraction:
    """What may be shown of an interaction."""
    return VisitorInteraction(
        at=found.at,
        source=found.source,
        channel=found.channel,
        type=found.type,
        name=_short(found.name),
        intent=_short(found.properties.get("intent")),
        reason=_short(found.properties.get("reason")),
        products=tuple(dict.fromkeys(_products(found.properties)))[:MAX_PRODUCTS],
        amount=found.amount,
        currency=found.currency,
    )


async def get_visitor(
    graph: AsyncGraph, customer: str, confidence: float, at: datetime | None = None
) -> KnownVisitor | None:
    """The visitor whom a customer's person is, or was at a time; none where the customer is gone. Raises GraphError.

    At a time, with the customers of that time, and the consent that holds by what had been recorded by then.
    """
    asked: Row = {"key": customer, "confidence": confidence, "limit": MEMBERS_LIMIT}
    if at is None:
        rows = await graph.read("get_visitor", **asked)
    else:
        rows = await graph.read("get_visitor_at", **asked, at=milliseconds(at))
    row = rows[0]
    if not row["members"]:
        return None
    name = visitor_id(first_of(dict(row["ranks"])))
    return KnownVisitor(name, tuple(sorted(row["members"])), in_force(row["consents"], at or datetime.now(UTC)))


def in_force(facts: Iterable[Row], at: datetime) -> tuple[VisitorConsent, ...]:
    """Of consent facts the one that holds at a time for each purpose and channel, sorted."""
    latest: dict[tuple[str, str], Row] = {}
    until = milliseconds(at)
    for fact in sorted((fact for fact in facts if fact["effective_at"] <= until), key=_age):
        latest[fact["purpose"], fact["channel"] or ""] = fact
    return tuple(_consent(latest[about]) for about in sorted(latest))


def _age(fact: Row) -> tuple[int, int, int]:
    return fact["effective_at"], fact["recorded_at"], STRICTNESS.get(fact["state"], 0)


def _consent(fact: Row) -> VisitorConsent:
    return VisitorConsent(fact["purpose"], fact["channel"], fact["state"], moment(fact["effective_at"]))


def _short(value: object) -> str | None:
    """A text where it is a code or a short name, not a sentence, a number or an address of somebody."""
    if not isinstance(value, str) or not _SHORT.fullmatch(value):
        return None
    return value if sum(sign.isdigit() for sign in value) < _TOO_MANY_DIGITS else None


def _products(properties: dict[str, Any]) -> Iterable[str]:
    lists: Sequence[object] = [properties.get(name) for name in _PRODUCT_LISTS]
    for found in (properties, *(item for items in lists if isinstance(items, list) for item in items)):
        named = next((found[name] for name in _PRODUCT_IDS if name in found), None) if isinstance(found, dict) else None
        if isinstance(named, str | int) and _CODE.fullmatch(str(named)):
            yield str(named)
