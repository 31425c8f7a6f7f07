"""Households: other profiles at the same address with the same family name, or with an email or phone in common.

Read at the moment of the question from what the sources say. These are no links: whoever is related is another person
at the confidence that was asked for.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from graph.connection import AsyncGraph, Row
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


async def list_relations(
    graph: AsyncGraph, profiles: Sequence[Profile], confidence: float, first: int
) -> list[tuple[Relation, ...]]:
    """At most ``first`` relations of each of several profiles, those of one address first; two statements.

    Addresses are compared as the last resolution compared them, so customers that are newer than it have none. Raises
    GraphError.
    """
    asked = [{"number": number, "members": list(profile.members)} for number, profile in enumerate(profiles)]
    rows = await graph.read("list_related_customers", rows=asked, most_addresses=_ADDRESSES, limit=CANDIDATES)
    others = await get_profiles(graph, [row["other"] for row in rows], confidence)
    found: list[dict[tuple[str, str], Relation]] = [{} for _ in profiles]
    for row in rows:
        other, number = others.get(row["other"]), row["number"]
        if other is not None and other.id != profiles[number].id:
            found[number].setdefault((row["kind"], other.id), _relation(row, other))
    return [_in_order(relations.values())[:first] for relations in found]


def _relation(row: Row, other: Profile) -> Relation:
    kind = RelationKind(row["kind"])
    reason = f"{row['member']} and {row['other']} {_WORDS[kind]}"
    return Relation(kind, reason, other.id, other.fields, other.members)


def _in_order(relations: Iterable[Relation]) -> tuple[Relation, ...]:
    kinds = list(RelationKind)
    return tuple(sorted(relations, key=lambda relation: (kinds.index(relation.kind), relation.profile_id)))
