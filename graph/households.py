"""Households: other profiles at the same address with the same family name, or with an email or phone in common.

Read at the moment of the question from what the sources say. These are no links: whoever is related is another person
at the confidence that was asked for.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from graph.connection import AsyncGraph
from graph.profiles import Profile, get_profiles
from graph.survivorship import ProfileField

CANDIDATES = 200
_ADDRESSES = 20


class RelationKind(StrEnum):
    """What two profiles have in common."""

    SAME_ADDRESS = "same_address"
    SHARED_EMAIL = "shared_email"
    SHARED_PHONE = "shared_phone"


_WORDS = {
    RelationKind.SAME_ADDRESS: "have one family name and one address.",
    RelationKind.SHARED_EMAIL: "have an email address in common that few others have.",
    RelationKind.SHARED_PHONE: "have a telephone number in common that few others have.",
}


@dataclass(frozen=True, slots=True)
class Relation:
    """Another profile that has something in common. ``reason``: in words, with the customers that it rests on."""

    kind: RelationKind
    reason: str
    profile_id: str
    fields: tuple[ProfileField, ...]
    customers: tuple[str, ...]


async def get_relations(graph: AsyncGraph, profile: Profile, first: int) -> tuple[Relation, ...]:
    """At most ``first`` relations of a profile, those of one address first; two statements. Raises GraphError.

    Addresses are compared as the last resolution compared them, so customers that are newer than it have none.
    """
    rows = await graph.read(
        "list_related_customers", members=list(profile.members), most_addresses=_ADDRESSES, limit=CANDIDATES
    )
    others = await get_profiles(graph, [row["other"] for row in rows], profile.confidence)
    found: dict[tuple[str, str], Relation] = {}
    for row in rows:
        other = others.get(row["other"])
        if other is not None and other.id != profile.id:
            found.setdefault(
                (row["kind"], other.id), _relation(RelationKind(row["kind"]), row["member"], row["other"], other)
            )
    return _in_order(list(found.values()))[:first]


def _relation(kind: RelationKind, member: str, customer: str, other: Profile) -> Relation:
    return Relation(kind, f"{member} and {customer} {_WORDS[kind]}", other.id, other.fields, other.members)


def _in_order(relations: Sequence[Relation]) -> tuple[Relation, ...]:
    kinds = list(RelationKind)
    return tuple(sorted(relations, key=lambda relation: (kinds.index(relation.kind), relation.profile_id)))
