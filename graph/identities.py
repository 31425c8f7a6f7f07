"""Identities: from an email, a session or another id to the one profile it means; or to a clear answer why not."""

import re
from collections.abc import Awaitable, Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import partial
from typing import Protocol

from graph.connection import AsyncGraph
from graph.kinds import PHONE
from graph.profile_ids import customer_of
from graph.profiles import Profile, get_profile, get_profiles
from graph.recognition import recognise_device, recognise_session

CANDIDATES_LIMIT = 50
# So many times as many holders of a value are looked at, where all of them seem to be one person.
_MOST_PAGES = 20
_NATIONAL = re.compile(rf"{PHONE}:\d")


class IdentityKind(StrEnum):
    """By what a profile can be asked for."""

    PROFILE = "profile"
    CUSTOMER = "customer"
    IDENTIFIER = "identifier"
    SESSION = "session"
    DEVICE = "device"


@dataclass(frozen=True, slots=True)
class Identity:
    """What is asked for. ``key``: a profile id, or the key of a customer, identifier, session or device."""

    kind: IdentityKind
    key: str


@dataclass(frozen=True, slots=True)
class MergedProfile:
    """The id that was asked for is not current any more: its customer is part of another profile now."""

    asked_id: str
    profile: Profile


@dataclass(frozen=True, slots=True)
class UnknownIdentity:
    """Nobody is known by this, with the reason in words."""

    reason: str


@dataclass(frozen=True, slots=True)
class AmbiguousIdentity:
    """Several people are known by this; ``profile_ids`` names them, at most ``CANDIDATES_LIMIT``."""

    reason: str
    profile_ids: tuple[str, ...]


FoundProfile = Profile | MergedProfile | UnknownIdentity | AmbiguousIdentity


class ReadProfile(Protocol):
    """``get_profile``, or whatever reads more with it."""

    async def __call__(
        self, graph: AsyncGraph, customer: str, confidence: float, at: datetime | None, /
    ) -> Profile | None:
        """The profile that holds a customer."""
        ...


async def find_profile(
    graph: AsyncGraph,
    identity: Identity,
    confidence: float,
    at: datetime | None = None,
    read: ReadProfile = get_profile,
) -> FoundProfile:
    """The profile that an identity means at a confidence, now or at a time. Raises GraphError.

    At a time, sessions and devices are recognised as of it; whom an identifier points at is read as it is today.
    ``read``: how the profile is read.
    """
    found = await _customers(graph, identity, confidence, at)
    if isinstance(found, UnknownIdentity):
        return found
    profiles = await profiles_of(graph, found, confidence, at, read)
    is_full = identity.kind is IdentityKind.IDENTIFIER and len(found) == CANDIDATES_LIMIT
    if is_full and len(profiles) < 2:  # noqa: PLR2004 -- two are ambiguous
        read_all = partial(get_profiles, graph, confidence=confidence, at=at)
        profiles = await _with_other_holders(graph, identity, found, profiles, read_all)
    if not profiles:
        return nobody(identity) if at is None else _not_resolved(identity)
    if len(profiles) > 1:
        ids = tuple(profile.id for profile in profiles)
        counted = f"{len(ids)} or more" if is_full else str(len(ids))
        return AmbiguousIdentity(f"{counted} people share this {identity.kind} at this confidence.", ids)
    profile = profiles[0]
    if identity.kind is IdentityKind.PROFILE and profile.id != identity.key:
        return MergedProfile(identity.key, profile)
    return profile


async def _customers(
    graph: AsyncGraph, identity: Identity, confidence: float, at: datetime | None
) -> list[str] | UnknownIdentity:
    match identity.kind:
        case IdentityKind.PROFILE:
            customer = customer_of(identity.key)
            return [customer] if customer else UnknownIdentity("This is not a profile id.")
        case IdentityKind.CUSTOMER:
            return [identity.key]
        case IdentityKind.IDENTIFIER:
            return await _holders(graph, identity, ())
        case IdentityKind.SESSION | IdentityKind.DEVICE:
            return await _recognised(graph, identity, confidence, at)


async def _holders(graph: AsyncGraph, identity: Identity, known: Collection[str]) -> list[str]:
    """Customers that hold an identifier, but for those that are known; at most ``CANDIDATES_LIMIT``, by key."""
    name, limit = "find_customers_by_identifier", CANDIDATES_LIMIT
    rows = await graph.read(name, key=identity.key, known=list(known), limit=limit)
    return [row["key"] for row in rows]


async def _with_other_holders(
    graph: AsyncGraph,
    identity: Identity,
    customers: Iterable[str],
    profiles: Sequence[Profile],
    read_all: Callable[[Collection[str]], Awaitable[dict[str, Profile]]],
) -> list[Profile]:
    """The one profile that some holders of a value show, or none, and those of its other holders, until there are two.

    The first holders by key may be one person, who answers for the value only where nobody else holds it.
    """
    known, found = set(customers), {profile.id: profile for profile in profiles}
    for _ in range(_MOST_PAGES):
        known |= {member for profile in found.values() for member in profile.members}
        others = await _holders(graph, identity, known)
        for profile in (await read_all(others)).values():
            found.setdefault(profile.id, profile)
        known |= set(others)
        if len(found) > 1 or not others:
            break
    return list(found.values())


async def _recognised(
    graph: AsyncGraph, identity: Identity, confidence: float, at: datetime | None
) -> list[str] | UnknownIdentity:
    if identity.kind is IdentityKind.SESSION:
        session = await recognise_session(graph, identity.key, confidence, at)
        recognition = session.recognition if session else None
    else:
        recognition = await recognise_device(graph, identity.key, confidence, at)
    if recognition is None:
        return nobody(identity, at)
    return [recognition.customer] if recognition.customer else UnknownIdentity(recognition.reason)


def nobody(identity: Identity, at: datetime | None = None) -> UnknownIdentity:
    """The answer where nobody is known, or was at a time, or nobody may be seen."""
    kind = identity.kind
    if kind in {IdentityKind.SESSION, IdentityKind.DEVICE}:
        return UnknownIdentity(f"This {kind} {'is not known' if at is None else 'was not known at that time'}.")
    if at is not None:
        return _not_resolved(identity)
    return UnknownIdentity(f"No customer is known by this {kind}.{_hint(identity)}")


def _not_resolved(identity: Identity) -> UnknownIdentity:
    reason = f"No customer that is known by this {identity.kind} had been resolved at that time."
    return UnknownIdentity(reason + _hint(identity))


def _hint(identity: Identity) -> str:
    """Why a number may be unknown: where no country is set, one without the code of its country keeps its form."""
    if identity.kind is not IdentityKind.IDENTIFIER or not _NATIONAL.match(identity.key):
        return ""
    return " It has no code of a country: write it with +, or set CDP_COUNTRY, where national numbers are to be read."


async def profiles_of(
    graph: AsyncGraph,
    customers: Sequence[str],
    confidence: float,
    at: datetime | None = None,
    read: ReadProfile = get_profile,
) -> list[Profile]:
    """One profile for each person among the customers: mostly there is one, so the others are read after the first."""
    first = await read(graph, customers[0], confidence, at) if customers else None
    rest = [customer for customer in customers[1:] if first is None or customer not in first.members]
    found = await get_profiles(graph, rest, confidence, at)
    others = {found[customer].id: found[customer] for customer in rest if customer in found}
    return [*([first] if first else ()), *others.values()]
