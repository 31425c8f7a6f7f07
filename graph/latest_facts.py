"""Latest facts: customers of whom messages each say a part.

A message that names only an email says nothing about the name that an earlier one gave. So of each field the latest
statement counts (of two at one time the larger), whatever the order of arrival; what is stored with the customer is
every field with its time. What was said in case that nothing else is known (``initial``) gives way to any other
statement, and of several such the first one counts. A record that comes as a whole (``CustomerRecord`` of a load)
begins anew.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from graph.connection import Row, Transaction
from graph.hub_labels import renew_hubs_of
from graph.records import PERSON_FIELDS, CustomerRecord, MessageRecords
from graph.rows import content_hash, json_text, reference_row
from graph.times import milliseconds

Facts = dict[str, list[Any]]
"""Field -> [value, epoch milliseconds], and a third element, true, where it is initial."""

_ATTRIBUTE, _TRAIT, _CREATED_AT = "attribute:", "trait:", "created_at"
MOST_FACTS = 500
"""Fields that are kept of one customer, the first by name: whatever comes, a record stays small."""


def initial_facts_of(record: CustomerRecord) -> Facts:
    """What a record says in case that nothing else is known."""
    return {name: [*fact, True] for name, fact in facts_of(record).items()}


def facts_of(record: CustomerRecord) -> Facts:
    """What a record says, all of it at its time."""
    at = milliseconds(record.observed_at)
    facts: Facts = {name: [value, at] for name in PERSON_FIELDS if (value := getattr(record, name)) is not None}
    facts |= {f"{_ATTRIBUTE}{name}": [value, at] for name, value in record.attributes.items()}
    facts |= {f"{_TRAIT}{name}": [value, at] for name, value in record.traits.items()}
    if record.created_at is not None:
        facts[_CREATED_AT] = [milliseconds(record.created_at), at]
    return facts


def merge_facts(facts: Facts, said: Facts) -> Facts:
    """What counts of both, field by field."""
    merged = dict(facts)
    for name, fact in said.items():
        known = merged.get(name)
        if known is None or _rank(fact) > _rank(known):
            merged[name] = fact
    return merged if len(merged) <= MOST_FACTS else {name: merged[name] for name in sorted(merged)[:MOST_FACTS]}


def _rank(fact: list[Any]) -> tuple[bool, int, bytes]:
    value, at, *initial = fact
    return not initial, -at if initial else at, orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def complete_customers(transaction: Transaction, messages: Iterable[MessageRecords], run_id: str) -> None:
    """Write what messages say of customers over what is known of them. Raises GraphError."""
    said: dict[str, list[_Said]] = {}
    for message in messages:
        for record, read in ((message.customer, facts_of), (message.initial, initial_facts_of)):
            if record is not None:
                said.setdefault(record.key, []).append(_Said(record, read(record)))
    if not said:
        return
    wanted = [reference_row(parts[0].record) for _, parts in sorted(said.items())]
    stored = transaction.run("merge_partial_customers", rows=wanted).rows
    rows = [row for known in stored if (row := _completed(known, said[known["key"]])) is not None]
    if rows:
        written = transaction.run("replace_partial_customers", rows=rows, run_id=run_id)
        renew_hubs_of(transaction, written.rows[0]["renamed"])


@dataclass(frozen=True, slots=True)
class _Said:
    record: CustomerRecord
    facts: Facts


def _completed(known: Row, parts: Sequence[_Said]) -> Row | None:
    """The customer as it is now, none where nothing is new."""
    before = _stored_facts(known)
    facts = before
    for part in parts:
        facts = merge_facts(facts, part.facts)
    stored_at: int | None = known["observed_at"]
    observed_at = max(milliseconds(part.record.observed_at) for part in parts)
    if facts == before and stored_at is not None and stored_at >= observed_at:
        return None
    return {
        **_row(facts),
        "key": known["key"],
        "observed_at": observed_at if stored_at is None else max(observed_at, stored_at),
        "latest_facts": orjson.dumps(facts, option=orjson.OPT_SORT_KEYS).decode(),
    }


def _stored_facts(known: Row) -> Facts:
    if known["latest_facts"] is not None:
        return orjson.loads(known["latest_facts"])
    complete: Row | None = known["complete"]
    if complete is None:
        return {}
    at = known["observed_at"]
    facts: Facts = {name: [complete[name], at] for name in (*PERSON_FIELDS, _CREATED_AT) if complete[name] is not None}
    for prefix, name in ((_ATTRIBUTE, "attributes"), (_TRAIT, "traits")):
        values: dict[str, Any] = orjson.loads(complete[name] or "{}")
        facts |= {f"{prefix}{inner}": [value, at] for inner, value in values.items()}
    return facts


def _row(facts: Facts) -> Row:
    row: Row = {name: facts[name][0] if name in facts else None for name in (*PERSON_FIELDS, _CREATED_AT)}
    row["attributes"], row["traits"] = json_text(_inner(facts, _ATTRIBUTE)), json_text(_inner(facts, _TRAIT))
    row["content_hash"] = content_hash(row)
    return row


def _inner(facts: Facts, prefix: str) -> dict[str, Any]:
    return {name.removeprefix(prefix): fact[0] for name, fact in facts.items() if name.startswith(prefix)}
