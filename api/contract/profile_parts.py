"""Parts of a profile that take an argument: one field by its name, and the lists, bounded."""

from collections.abc import Sequence
from dataclasses import dataclass
from inspect import getdoc
from typing import Annotated, Any

import strawberry
from strawberry.types.field import StrawberryField

from api.contract.paging import DEFAULT_PART, MAX_PART, page_size
from graph.evidence import LinkEvidence
from graph.profiles import Profile, ProfileConsent, ProfileDevice, ProfileIdentifier
from graph.source_customers import SourceCustomer
from graph.survivorship import ProfileField, ProfileTrait, unify_traits
from graph.survivorship_rules import current_survivorship


@dataclass(frozen=True, slots=True)
class ProfileCounts:
    """How many of each a profile holds, so that a shortened list is noticed."""

    customers: int
    identifiers: int
    devices: int
    links: int
    consents: int


First = Annotated[int, strawberry.argument(description=f"At most so many, 1 to {MAX_PART:,}.")]
FieldName = Annotated[str, strawberry.argument(description="Name of the field, such as `given_name`.")]


def counts(profile: strawberry.Parent[Profile]) -> ProfileCounts:
    """How many there are of each list."""
    return ProfileCounts(
        customers=len(profile.customers),
        identifiers=len(profile.identifiers),
        devices=len(profile.devices),
        links=len(profile.links),
        consents=len(profile.consents),
    )


def field(profile: strawberry.Parent[Profile], name: FieldName) -> ProfileField | None:
    """One unified field; none where no source knows it."""
    return next((found for found in profile.fields if found.name == name), None)


def traits(profile: strawberry.Parent[Profile], first: First = DEFAULT_PART) -> Sequence[ProfileTrait]:
    """Unified traits and further facts by name, each with the value that won and the values that lost."""
    return unify_traits(profile.customers, current_survivorship())[: page_size(first, MAX_PART)]


def identifiers(profile: strawberry.Parent[Profile], first: First = DEFAULT_PART) -> Sequence[ProfileIdentifier]:
    """Identifiers with every source that reported them, by kind and value."""
    return profile.identifiers[: page_size(first, MAX_PART)]


def devices(profile: strawberry.Parent[Profile], first: First = DEFAULT_PART) -> Sequence[ProfileDevice]:
    """Devices that somebody of the profile logged in on."""
    return profile.devices[: page_size(first, MAX_PART)]


def customers(profile: strawberry.Parent[Profile], first: First = DEFAULT_PART) -> Sequence[SourceCustomer]:
    """The source customers that the profile unites, as their sources know them."""
    return profile.customers[: page_size(first, MAX_PART)]


def links(profile: strawberry.Parent[Profile], first: First = DEFAULT_PART) -> Sequence[LinkEvidence]:
    """Links between the source customers: why they are one person. None without `identity:explain`."""
    return profile.links[: page_size(first, MAX_PART)]


def consents(profile: strawberry.Parent[Profile], first: First = DEFAULT_PART) -> Sequence[ProfileConsent]:
    """What was stated, fact by fact, for the customers, their identifiers and their devices.

    All of it, whether it still holds or not, and on devices and addresses that others use as well by whomever it was
    stated. Whether somebody may be contacted follows from what holds: see `consents` of `Visitor`.
    """
    return profile.consents[: page_size(first, MAX_PART)]


def resolved_by(resolver: Any) -> StrawberryField:  # noqa: ANN401 -- any resolver
    """A field with a resolver, described by its docstring."""
    return strawberry.field(resolver=resolver, description=getdoc(resolver))


PROFILE_PARTS: tuple[StrawberryField, ...] = tuple(
    resolved_by(part) for part in (counts, field, traits, identifiers, devices, customers, links, consents)
)
