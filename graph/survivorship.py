"""Survivorship: which source's value a profile shows, and which values lost.

The most trusted source wins, then the youngest version, then the smaller key. Nothing is merged or computed: every
value is one that a source sent, and the losing ones stay in the answer.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from graph.connection import Row
from graph.records import PERSON_FIELDS
from graph.times import moment


@dataclass(frozen=True, slots=True)
class SourcedValue:
    """A value with the source and the customer it comes from, and the age of the version."""

    value: str
    source: str
    customer: str
    observed_at: datetime


@dataclass(frozen=True, slots=True)
class ProfileField:
    """A unified field: the value that won, and the other values that sources hold."""

    name: str
    value: str
    source: str
    customer: str
    observed_at: datetime
    others: tuple[SourcedValue, ...]


def unify(customers: Sequence[Row]) -> tuple[ProfileField, ...]:
    """The unified fields of a profile, in the order of ``PERSON_FIELDS``; fields that nobody knows are left out."""
    ranked = sorted(customers, key=_rank)
    return tuple(field for name in PERSON_FIELDS if (field := _field(name, ranked)) is not None)


def _rank(customer: Row) -> tuple[int, int, str]:
    return -(customer["trust"] or 0), -(customer["observed_at"] or 0), customer["key"]


def _field(name: str, ranked: Sequence[Row]) -> ProfileField | None:
    held = [_sourced(customer, name) for customer in ranked if customer[name] is not None]
    if not held:
        return None
    won = held[0]
    lost = {value.value: value for value in reversed(held) if value.value != won.value}
    others = tuple(sorted(lost.values(), key=held.index))
    return ProfileField(name, won.value, won.source, won.customer, won.observed_at, others)


def _sourced(customer: Row, name: str) -> SourcedValue:
    return SourcedValue(customer[name], customer["source"], customer["key"], moment(customer["observed_at"]))
