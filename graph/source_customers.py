"""Source customers: the records that a profile unites, as their sources know them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from graph.connection import Row
from graph.records import PERSON_FIELDS
from graph.times import moment


@dataclass(frozen=True, slots=True)
class SourceCustomer:
    """What one source knows: the customer record as it came, standardised.

    ``trust``: priority of its source, 0 to 100. ``verified``: it has an identifier that its source has proof of.
    """

    key: str
    source: str
    external_id: str
    fields: dict[str, str]
    attributes: dict[str, str]
    traits: dict[str, Any]
    created_at: datetime | None
    updated_at: datetime | None
    observed_at: datetime | None
    trust: int
    verified: bool


def source_customer_of(row: Row, verified: Collection[str]) -> SourceCustomer:
    """A customer from a row of ``get_profile``; ``verified``: keys of customers with proof."""
    return SourceCustomer(
        key=row["key"],
        source=row["source"],
        external_id=row["external_id"],
        fields={name: row[name] for name in PERSON_FIELDS if row[name] is not None},
        attributes=orjson.loads(row["attributes"]) if row["attributes"] else {},
        traits=orjson.loads(row["traits"]) if row["traits"] else {},
        created_at=moment(row["created_at"]),
        updated_at=moment(row["updated_at"]),
        observed_at=moment(row["observed_at"]),
        trust=row["trust"] or 0,
        verified=row["key"] in verified,
    )
