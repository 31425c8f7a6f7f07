"""The start of a journey, read with the profile: one statement for what nearly every screen asks for first.

A profile, its owners and a page one after the other are three statements and three round trips. Where others logged in
on a device as well, whose an interaction is depends on their clusters too; then the page is read after the owners.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from graph.clusters import MEMBERS_LIMIT
from graph.connection import AsyncGraph, Row
from graph.journeys import JourneyOwners, JourneyPage, get_journey_owners, owners_alone, owners_of_all, page_of
from graph.profiles import Profile, profile_of
from graph.recognition import from_the_future


@dataclass(frozen=True, slots=True)
class StartedProfile:
    """A profile with what was read of its journey.

    ``device_users``: rows of ``list_device_users``. ``owners``: its customers and the devices that nobody else used;
    ``interactions``: the newest of these, as rows.
    """

    profile: Profile
    device_users: list[Row]
    owners: frozenset[str]
    interactions: list[Row]


async def get_started_profile(graph: AsyncGraph, customer: str, confidence: float, first: int) -> StartedProfile | None:
    """The profile that holds a customer, with the newest ``first`` interactions; none where the customer is unknown.

    Raises GraphError.
    """
    limit = MEMBERS_LIMIT + 1
    rows = await graph.read("get_profile", key=customer, confidence=confidence, limit=limit, events=first + 1)
    row = rows[0]
    if not row["customers"]:
        return None
    users = _device_users(row["devices"])
    return StartedProfile(profile_of(row, confidence), users, frozenset(row["owners"]), row["interactions"])


async def get_started_owners(graph: AsyncGraph, started: StartedProfile) -> JourneyOwners:
    """The owners of its journey; the clusters of others who used its devices are read. Raises GraphError."""
    profile = started.profile
    if any(from_the_future(device["users"] or (), datetime.now(UTC)) for device in started.device_users):
        return await get_journey_owners(graph, profile.members, profile.confidence)
    return (await owners_of_all(graph, [profile.members], started.device_users, profile.confidence))[0]


def known_owners(started: StartedProfile) -> JourneyOwners | None:
    """The owners of its journey; none where ``get_started_owners`` has to read something."""
    return owners_alone(started.profile.members, started.device_users)


def started_page(started: StartedProfile, owners: JourneyOwners, first: int) -> JourneyPage | None:
    """The first page of the journey; none where more owners have to be read for it.

    ``first``: at most as many as it was started with.
    """
    if owners.shared_devices or started.owners != frozenset(window.owner for window in owners.windows):
        return None
    return page_of(started.interactions, first)


def _device_users(uses: list[Row]) -> list[Row]:
    """The devices as rows of ``list_device_users``: one each, with the customers of the profile that used it."""
    devices: dict[str, Row] = {}
    for use in uses:
        known = {"device": use["key"], "is_hub": use["shared_by_many"], "users": use["users"], "holders": []}
        devices.setdefault(use["key"], known)["holders"].append(use["customer"])
    return [devices[key] for key in sorted(devices)]
