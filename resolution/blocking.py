"""Blocking: which pairs are looked at. Wide on purpose: a pair that is not looked at cannot be found.

A blocking key is a set of parts that two customers share. A key that too many customers share selects nobody, so the
number of pairs stays proportional to the number of customers.
"""

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from resolution.preparation import ATTRIBUTE_PREFIX, COMPARED_KINDS

LISTS = ("emails", "phones")

# Parts of keys: SQL over a customer's columns, none where the column is missing.
_PARTS: dict[str, tuple[str, ...]] = {
    "names": ("given_name", "family_name"),
    "given_name": ("given_name",),
    "given_start": ("given_name",),
    "given_initial": ("given_name",),
    "family_name": ("family_name",),
    "family_start": ("family_name",),
    "birth_date": ("birth_date",),
    "birth_year": ("birth_date",),
    "birth_day": ("birth_date",),
    "postcode": ("postcode",),
    "street": ("street",),
    "city": ("city",),
    "company": ("company",),
    "email_name": ("email_name",),
}
_SQL = {
    "names": "least(given_name, family_name) || ' ' || greatest(given_name, family_name)",
    "given_start": "given_name[1:4]",
    "given_initial": "given_name[1]",
    "family_start": "family_name[1:4]",
    "birth_year": "birth_date[1:4]",
    "birth_day": "birth_date[6:10]",
}

_KEYS: tuple[tuple[str, ...], ...] = (
    ("names",),
    ("birth_date",),
    ("email_name",),
    ("street",),
    ("company", "given_initial"),
    ("given_name", "birth_year"),
    ("family_name", "birth_year"),
    ("given_start", "family_start"),
    ("given_name", "birth_day"),
    ("family_name", "birth_day"),
    ("given_name", "postcode"),
    ("family_name", "postcode"),
    ("given_name", "city"),
    ("family_name", "city"),
    ("given_initial", "family_name"),
    ("postcode", "birth_year"),
    ("postcode", "birth_day"),
    ("city", "birth_year"),
)


@dataclass(frozen=True, slots=True)
class BlockingKey:
    """A key: its column in the prepared table, and the SQL that makes it (none where a part is missing)."""

    column: str
    sql: str


def blocking_keys(columns: AbstractSet[str]) -> list[BlockingKey]:
    """The keys that these columns allow."""
    return [_key(parts) for parts in _all(columns) if all(_needs(part) <= columns for part in parts)]


def _all(columns: AbstractSet[str]) -> Iterator[tuple[str, ...]]:
    yield from _KEYS
    for kind in COMPARED_KINDS:
        yield (kind,)
    for name in sorted(columns):
        if name.startswith(ATTRIBUTE_PREFIX):
            yield from ((name, other) for other in ("given_name", "family_name", "birth_year", "postcode"))


def _needs(part: str) -> set[str]:
    return set(_PARTS.get(part, (part,)))


def _key(parts: Sequence[str]) -> BlockingKey:
    return BlockingKey("block_" + "_and_".join(parts), " || '|' || ".join(f"({_SQL.get(p, p)})" for p in parts))
