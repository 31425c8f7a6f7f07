"""Interactions, and what messages show of their sessions."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from functools import lru_cache
from typing import Any

from api.tracking.messages import Message
from api.tracking.records.identity import Whose
from api.tracking.requests import shortened_ip
from graph.records import InteractionRecord, SessionRecord
from graph.sources import TrackedSource
from loaders.records.values import as_text
from loaders.standardise.money import standardise_amount, standardise_currency
from loaders.standardise.user_agents import read_user_agent

NAMES_OF_TYPES: Mapping[str, tuple[str, ...]] = {
    "order": ("Order Completed", "Order Updated", "Order Refunded", "Order Cancelled"),
    "email": (
        "Email Delivered",
        "Email Opened",
        "Email Link Clicked",
        "Email Bounced",
        "Email Marked as Spam",
        "Unsubscribed",
    ),
    "push": ("Push Notification Received", "Push Notification Tapped", "Push Notification Bounced"),
    "call": ("Call Started", "Call Ended", "Call Transferred", "Case Opened", "Case Closed"),
    "chat": (
        "Live Chat Conversation Started",
        "Live Chat Conversation Ended",
        "Live Chat Message Sent",
        "Live Chat Message Received",
    ),
}
"""Events whose kind says more than that they were tracked. Source: Segment's specifications; calls in their style."""

_TYPES = {name.casefold(): kind for kind, names in NAMES_OF_TYPES.items() for name in names}
_AMOUNTS = ("total", "revenue", "value")
_PAGES = frozenset({"page", "screen"})
# Reading one of 9,000 characters takes a quarter of a second.
_LONGEST_AGENT = 500


def interaction_of(message: Message, who: Whose, source: TrackedSource, *, whole_ip: bool) -> InteractionRecord:
    """The interaction that a message is."""
    properties = message.properties
    return InteractionRecord(
        source=source.name,
        message_id=message.message_id,
        type=_TYPES.get(message.name.casefold(), message.type) if message.type == "track" else message.type,
        name=message.name,
        at=message.at,
        channel=source.channel or message.channel,
        customer=who.customer,
        device=who.device,
        session_id=message.visited.session_id,
        amount=_amount(properties),
        currency=_currency(properties),
        properties=_kept(message, whole_ip=whole_ip),
        is_cut=_is_cut(message, who),
    )


def session_of(message: Message, who: Whose, source: TrackedSource) -> SessionRecord | None:
    """What a message shows of its session besides the interaction, none where that is nothing."""
    visit = message.visited
    page = visit.page if message.type in _PAGES else None
    is_cut = _is_cut(message, who)
    if not is_cut and visit.session_id is None:
        return None
    if not who.logged_in and page is None and visit.campaign is None:
        return None
    return SessionRecord(
        source=source.name,
        session_id=visit.session_id or "",
        started_at=message.at,
        ended_at=message.at,
        channel=source.channel or message.channel,
        device=who.device,
        customer=who.customer if who.logged_in else None,
        entry_page=page,
        campaign=visit.campaign,
        is_cut=is_cut,
    )


def _is_cut(message: Message, who: Whose) -> bool:
    return message.visited.session_id is None and who.device is not None


def _amount(properties: Mapping[str, Any]) -> float | None:
    for name in _AMOUNTS:
        value = properties.get(name)
        text = None if value is None or isinstance(value, bool) else as_text(value)
        amount = standardise_amount(text) if text is not None else None
        if isinstance(amount, float):
            return amount
    return None


def _currency(properties: Mapping[str, Any]) -> str | None:
    value = properties.get("currency")
    found = standardise_currency(value) if isinstance(value, str) else None
    return found if isinstance(found, str) else None


def _kept(message: Message, *, whole_ip: bool) -> dict[str, Any]:
    kept = dict(message.properties)
    if "ip" in kept and not whole_ip:
        kept["ip"] = shortened_ip(str(kept["ip"]))
    if isinstance(kept.get("userAgent"), str):
        kept["agent"] = agent_of(kept["userAgent"][:_LONGEST_AGENT])
    times = message.times
    known = {"originalTimestamp": times.original_at, "sentAt": times.sent_at, "receivedAt": times.received_at}
    kept |= {name: _written(at) for name, at in known.items() if at is not None}
    return kept


@lru_cache(1_000)
def _written(at: datetime) -> str:
    """Messages of one request share two of their three times."""
    return at.isoformat(timespec="milliseconds")


@lru_cache(10_000)
def agent_of(text: str) -> dict[str, Any]:
    """What a user agent says, as far as it says anything."""
    return {name: value for name, value in asdict(read_user_agent(text)).items() if value}
