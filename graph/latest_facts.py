"""Latest facts: customers of whom messages each say a part.

A message that names only an email says nothing about the name that an earlier one gave. So of each field the latest
statement counts (of two at one time the larger), whatever the order of arrival; what is stored with the customer is
every field with its time. What was said in case that nothing else is known (``initial``) gives way to any other
statement, and of several such the first one counts. A record that comes as a whole (``CustomerRecord`` of a load)
speaks of every field: of what messages said, only what they said later counts beside the latest one, whichever of them
arrived first.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from graph.connection import Row, Transaction
from graph.hub_labels import renew_hubs_of
from graph.records import PERSON_FIELDS, CustomerRecord, MessageRecords
from graph.rows import content_hash, json_text, reference_row
from graph.times import milliseconds

Facts = dict[str, list[Any]]
"""Field -> [value, epoch milliseconds]; ``initial:`` before those that are initial. ``whole`` -> [content hash, epoch
milliseconds] of the latest record that came as a whole, whose fields are among them."""

_ATTRIBUTE, _TRAIT, _CREATED_AT, _UPDATED_AT = "attribute:", "trait:", "created_at", "updated_at"
_INITIAL, _WHOLE = "initial:", "whole"
_REFERENCE = ("key", "source", "external_id")
_PLAIN = (*PERSON_FIELDS, _CREATED_AT, _UPDATED_AT)
MOST_FACTS = 500
"""Fields that are kept of one customer, the first by name: whatever comes, a record stays small."""


def initial_facts_of(record: CustomerRecord) -> Facts:
    """What a record says in case that nothing else is known."""
    return {f"{_INITIAL}{name}": fact for name, fact in facts_of(record).items()}


def facts_of(record: CustomerRecord) -> Facts:
    """What a record says, all of it at its time."""
    at = milliseconds(record.observed_at)
    facts: Facts = {name: [value, at] for name in PERSON_FIELDS if (value := getattr(record, name)) is not None}
    facts |= {f"{_ATTRIBUTE}{name}": [value, at] for name, value in record.attributes.items()}
    facts |= {f"{_TRAIT}{name}": [value, at] for name, value in record.traits.items()}
    if record.created_at is not None:
        facts[_CREATED_AT] = [milliseconds(record.created_at), at]
    return facts


def whole_facts(row: Row) -> Facts:
    """What a record says that came as a whole: a row of ``merge_customers``."""
    at = row["observed_at"]
    facts: Facts = {name: [row[name], at] for name in _PLAIN if row[name] is not None}
    for prefix, name in ((_ATTRIBUTE, "attributes"), (_TRAIT, "traits")):
        values: dict[str, Any] = orjson.loads(row[name] or "{}")
        facts |= {f"{prefix}{inner}": [value, at] for inner, value in values.items()}
    return facts | {_WHOLE: [row["content_hash"], at]}


def merge_facts(facts: Facts, said: Facts) -> Facts:
    """What counts of both, field by field."""
    wholes = [known[_WHOLE] for known in (facts, said) if _WHOLE in known]
    whole = max(wholes, key=lambda fact: (fact[1], fact[0]), default=None)
    merged = _beside(facts, whole)
    for name, fact in _beside(said, whole).items():
        known = merged.get(name)
        if known is None or _rank(name, fact) > _rank(name, known):
            merged[name] = fact
    return merged if len(merged) <= MOST_FACTS else _first(merged)


def _beside(facts: Facts, whole: list[Any] | None) -> Facts:
    """What of facts the latest whole record leaves: its own, what is initial, and what was said after it."""
    if whole is None or facts.get(_WHOLE) == whole:
        return dict(facts)
    return {
        name: fact
        for name, fact in facts.items()
        if name.startswith(_INITIAL) or (name != _WHOLE and fact[1] > whole[1])
    }


def _rank(name: str, fact: list[Any]) -> tuple[int, bytes]:
    value, at = fact
    return -at if name.startswith(_INITIAL) else at, orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def _first(facts: Facts) -> Facts:
    kept = {name: facts[name] for name in sorted(facts.keys() - {_WHOLE})[:MOST_FACTS]}
    return kept | {_WHOLE: facts[_WHOLE]} if _WHOLE in facts else kept


def complete_customers(transaction: Transaction, messages: Iterable[MessageRecords], run_id: str) -> None:
    """Write what messages say of customers over what is known of them. Raises GraphError."""
    said: dict[str, list[_Said]] = {}
    references: dict[str, Row] = {}
    for message in messages:
        for record, read in ((message.customer, facts_of), (message.initial, initial_facts_of)):
            if record is not None:
                said.setdefault(record.key, []).append(_Said(milliseconds(record.observed_at), read(record)))
                references[record.key] = reference_row(record)
    _complete(transaction, references, said, run_id)


def complete_with_wholes(
    transaction: Transaction, rows: Iterable[Row], told_in_parts: Collection[str], run_id: str
) -> int:
    """Write records that came as a whole (rows of ``merge_customers``) beside what messages said of the same customers.

    ``told_in_parts``: keys of these customers. Gives how many are others now. Raises GraphError.
    """
    if not told_in_parts:
        return 0
    wholes = {row["key"]: row for row in rows if row["key"] in told_in_parts}
    said = {key: [_Said(row["observed_at"], whole_facts(row))] for key, row in wholes.items()}
    return _complete(transaction, wholes, said, run_id)


@dataclass(frozen=True, slots=True)
class _Said:
    at: int
    facts: Facts


def _complete(
    transaction: Transaction, references: Mapping[str, Row], said: Mapping[str, list[_Said]], run_id: str
) -> int:
    if not said:
        return 0
    wanted = [{name: references[key][name] for name in _REFERENCE} for key in sorted(said)]
    stored = transaction.run("merge_partial_customers", rows=wanted).rows
    rows = [row for known in stored if (row := _completed(known, said[known["key"]])) is not None]
    if rows:
        written = transaction.run("replace_partial_customers", rows=rows, run_id=run_id)
        renew_hubs_of(transaction, written.rows[0]["renamed"])
    hashes = {known["key"]: known["content_hash"] for known in stored}
    return sum(row["content_hash"] != hashes[row["key"]] for row in rows)


def _completed(known: Row, said: Iterable[_Said]) -> Row | None:
    """The customer as it is now, none where nothing is new."""
    before = _stored_facts(known)
    facts, observed_at = before, known["observed_at"]
    for part in said:
        facts = merge_facts(facts, part.facts)
        observed_at = part.at if observed_at is None else max(observed_at, part.at)
    if facts == before and observed_at == known["observed_at"]:
        return None
    return {**_row(facts), "key": known["key"], "observed_at": observed_at}


def _stored_facts(known: Row) -> Facts:
    if known["latest_facts"] is None:
        return {} if known["complete"] is None else whole_facts(known["complete"])
    stored: dict[str, list[Any]] = orjson.loads(known["latest_facts"])
    # An older release kept initial facts under the plain names, and marked them by a third element.
    return {f"{_INITIAL}{name}" if mark else name: [value, at] for name, (value, at, *mark) in stored.items()}


def _row(facts: Facts) -> Row:
    whole = facts.get(_WHOLE)
    shown = {name.removeprefix(_INITIAL): fact for name, fact in sorted(facts.items(), key=_initial_first)}
    row: Row = {name: shown[name][0] if name in shown else None for name in _PLAIN}
    row["attributes"], row["traits"] = json_text(_inner(shown, _ATTRIBUTE)), json_text(_inner(shown, _TRAIT))
    # Where nothing else counts beside a whole record, it is stored as one that came alone.
    if whole is not None and all(_is_of(whole, *named) for named in facts.items()):
        return row | {"content_hash": whole[0], "latest_facts": None}
    stored = orjson.dumps(facts, option=orjson.OPT_SORT_KEYS).decode()
    return row | {"content_hash": content_hash(row), "latest_facts": stored}


def _is_of(whole: list[Any], name: str, fact: list[Any]) -> bool:
    return fact[1] == whole[1] and not name.startswith(_INITIAL)


def _initial_first(named: tuple[str, list[Any]]) -> bool:
    return not named[0].startswith(_INITIAL)


def _inner(facts: Facts, prefix: str) -> dict[str, Any]:
    return {name.removeprefix(prefix): fact[0] for name, fact in facts.items() if name.startswith(prefix)}
