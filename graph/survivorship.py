"""Survivorship: which record's value a profile shows, and which values lost.

Rules decide (``survivorship.yaml``), at the moment of the question. Nothing is merged or computed: every value is one
that a source sent, an address is one record's address, and the losing values stay in the answer.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from graph.connection import Row
from graph.contests import Candidate, ChosenBy, Ranking, rank
from graph.records import PERSON_FIELDS
from graph.source_customers import SourceCustomer
from graph.survivorship_rules import Group, SurvivorshipRules
from graph.times import moment

# Of customers that are only named by others, and so hold nothing that could win.
_UNDATED = moment(0)


@dataclass(frozen=True, slots=True)
class SourcedValue:
    """A value with the source and the customer it comes from, and the age of the version."""

    value: str
    source: str
    customer: str
    observed_at: datetime


@dataclass(frozen=True, slots=True)
class ProfileField:
    """A unified field: the value that won, and the other values that sources hold.

    ``chosen_by``: what decided. ``group``: name of the fields that come from one record together.
    """

    name: str
    value: str
    source: str
    customer: str
    observed_at: datetime
    others: tuple[SourcedValue, ...]
    chosen_by: ChosenBy
    group: str | None = None


@dataclass(frozen=True, slots=True)
class SourcedTrait:
    """A value of a trait with the source and the customer it comes from, and the age of the version."""

    value: Any
    source: str
    customer: str
    observed_at: datetime


@dataclass(frozen=True, slots=True)
class ProfileTrait:
    """A unified trait: the value that won, and the other values that sources hold. Numbers are never added up."""

    name: str
    value: Any
    source: str
    customer: str
    observed_at: datetime
    others: tuple[SourcedTrait, ...]
    chosen_by: ChosenBy


def unify(customers: Sequence[SourceCustomer], rules: SurvivorshipRules) -> tuple[ProfileField, ...]:
    """The unified fields of a profile, in the order of ``PERSON_FIELDS``; fields that nobody knows are left out."""
    found = {field.name: field for name in rules.groups for field in _grouped(customers, name, rules)}
    grouped = {name for group in rules.groups.values() for name in group.fields}
    for name in PERSON_FIELDS:
        candidates = [] if name in grouped else [_of_field(held, name) for held in customers if name in held.fields]
        if candidates:
            found[name] = _field(name, rank(candidates, rules.fields.get(name, rules.default), rules))
    return tuple(found[name] for name in PERSON_FIELDS if name in found)


def unify_traits(customers: Sequence[SourceCustomer], rules: SurvivorshipRules) -> tuple[ProfileTrait, ...]:
    """The unified traits and further facts of a profile, by name."""
    held: dict[str, list[Candidate]] = {}
    for customer in customers:
        for name, value in {**customer.traits, **customer.attributes}.items():
            if value is not None:
                held.setdefault(name, []).append(_of_trait(customer, value))
    rankings = {name: rank(held[name], rules.traits.get(name, rules.default), rules) for name in sorted(held)}
    return tuple(_trait(name, ranking) for name, ranking in rankings.items())


def contact(
    kind: str, reports: Iterable[Row], customers: Sequence[SourceCustomer], rules: SurvivorshipRules
) -> ProfileField | None:
    """The identifier of a kind to contact somebody with; none where there is none but those that many share.

    ``reports``: rows of ``get_profile``, one for each customer and identifier.
    """
    usable = [row for row in reports if row["kind"] == kind and not row["shared_by_many"]]
    proven = {row["value"] for row in usable if row["verified"]}
    trust = {customer.key: customer.trust for customer in customers}
    candidates = [_of_report(row, trust, verified=row["value"] in proven) for row in usable if row["customer"] in trust]
    if not candidates:
        return None
    return _field(kind, rank(candidates, rules.contacts.get(kind, rules.default), rules))


def _grouped(customers: Sequence[SourceCustomer], name: str, rules: SurvivorshipRules) -> list[ProfileField]:
    """The fields of a group, all of them from one record."""
    group = rules.groups[name]
    candidates = [_of_group(held, group) for held in customers if not held.fields.keys().isdisjoint(group.fields)]
    if not candidates:
        return []
    ranking = rank(candidates, group, rules)
    return [_part(field, name, ranking) for field in group.fields if field in ranking.winner.content]


def _of_field(customer: SourceCustomer, name: str) -> Candidate:
    value = customer.fields[name]
    return _candidate(customer, value, value, (len(value),))


def _of_trait(customer: SourceCustomer, value: Any) -> Candidate:  # noqa: ANN401 -- whatever JSON holds
    text = orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    return _candidate(customer, text, value, (len(text),))


def _of_group(customer: SourceCustomer, group: Group) -> Candidate:
    content = {name: customer.fields[name] for name in group.fields if name in customer.fields}
    known = sum(name in content for name in group.complete_with or group.fields)
    return _candidate(customer, tuple(sorted(content.items())), content, (known,))


def _candidate(customer: SourceCustomer, compared: Any, content: Any, completeness: tuple[int, ...]) -> Candidate:  # noqa: ANN401
    return Candidate(
        compared,
        content,
        customer.source,
        customer.key,
        customer.trust,
        customer.observed_at or _UNDATED,
        customer.verified,
        completeness,
    )


def _of_report(row: Row, trust: Mapping[str, int], *, verified: bool) -> Candidate:
    value, customer, seen_at = row["value"], row["customer"], moment(row["last_seen_at"])
    return Candidate(value, value, row["source"], customer, trust[customer], seen_at, verified, (len(value),))


def _field(name: str, ranking: Ranking) -> ProfileField:
    won = ranking.winner
    others = tuple(_sourced(lost, lost.content) for lost in ranking.losers)
    return ProfileField(name, won.content, won.source, won.customer, won.observed_at, others, ranking.chosen_by)


def _part(name: str, group: str, ranking: Ranking) -> ProfileField:
    """One field of a group: the winner's, and what other records say of it."""
    won = ranking.winner
    others = {won.content[name]: _sourced(won, won.content[name])}
    for lost in ranking.losers:
        if name in lost.content:
            others.setdefault(lost.content[name], _sourced(lost, lost.content[name]))
    value, *losing = others.values()
    sourced = value.value, value.source, value.customer, value.observed_at
    return ProfileField(name, *sourced, tuple(losing), ranking.chosen_by, group)


def _sourced(candidate: Candidate, value: str) -> SourcedValue:
    return SourcedValue(value, candidate.source, candidate.customer, candidate.observed_at)


def _trait(name: str, ranking: Ranking) -> ProfileTrait:
    won = ranking.winner
    others = tuple(SourcedTrait(lost.content, lost.source, lost.customer, lost.observed_at) for lost in ranking.losers)
    return ProfileTrait(name, won.content, won.source, won.customer, won.observed_at, others, ranking.chosen_by)
