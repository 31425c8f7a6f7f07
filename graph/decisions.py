"""Decisions of stewards: what outranks rules and the model, until it is withdrawn."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations, pairwise, product
from typing import Literal

from graph.connection import Graph, Reader, Row, Transaction
from graph.links import Pair
from graph.times import milliseconds, moment

Action = Literal["link", "unlink", "confirm", "reject", "split"]
JOINING: frozenset[str] = frozenset({"link", "confirm"})


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision. ``sides``: one side is one person; of several sides no two are."""

    key: str
    action: Action
    actor: str
    reason: str
    at: datetime
    sides: tuple[tuple[str, ...], ...]
    withdrawn_at: datetime | None = None
    withdrawn_by: str | None = None
    withdrawn_reason: str | None = None

    @property
    def customers(self) -> tuple[str, ...]:
        """Everybody whom it is about, sorted."""
        return tuple(sorted(customer for side in self.sides for customer in side))


@dataclass(frozen=True, slots=True)
class Decisions:
    """What outranks the model: pairs of customer keys, the smaller one first."""

    same: frozenset[Pair]
    apart: frozenset[Pair]


def list_decisions(graph: Graph) -> list[Decision]:
    """Every decision, withdrawn ones too, oldest first. Raises GraphError."""
    return [decision_of(row) for row in graph.stream("list_decisions")]


def read_decisions(graph: Graph) -> Decisions:
    """All decisions in force, and the pairs that rules hold apart. Raises GraphError."""
    in_force = [decision for decision in list_decisions(graph) if decision.withdrawn_at is None]
    held_apart = frozenset((row["left"], row["right"]) for row in graph.stream("list_cannot_links"))
    found = decisions_of((decision.action in JOINING, decision.sides) for decision in in_force)
    return Decisions(found.same, found.apart | held_apart)


def read_decision(graph: Reader, key: str) -> Decision | None:
    """One decision; none where there is none of this key. Raises GraphError."""
    rows = graph.read("get_decision", key=key)
    return decision_of(rows[0]) if rows else None


def decisions_about(graph: Reader, customers: Collection[str], at: datetime | None = None) -> list[Decision]:
    """The decisions in force about some customers, now or at a time. Raises GraphError."""
    when = None if at is None else milliseconds(at)
    return [decision_of(row) for row in graph.read("list_decisions_about", keys=sorted(customers), at=when)]


def connected_decisions(graph: Reader, customers: Collection[str], at: datetime | None = None) -> list[Decision]:
    """The decisions in force about some customers, and about all whom those join with others, now or at a time.

    Raises GraphError.
    """
    found: dict[str, Decision] = {}
    asked: set[str] = set()
    wanted = set(customers)
    while wanted - asked:
        new = decisions_about(graph, wanted - asked, at)
        asked |= wanted
        found |= {decision.key: decision for decision in new}
        wanted |= {customer for decision in new if decision.action in JOINING for customer in decision.customers}
    return list(found.values())


def decisions_of(found: Iterable[tuple[bool, Sequence[Sequence[str]]]]) -> Decisions:
    """Pairs from (whether it joins, sides): a chain through a joined side, everybody of one side against the others."""
    same: set[Pair] = set()
    apart: set[Pair] = set()
    for joins, sides in found:
        if joins:
            same.update(_ordered(pair) for side in sides for pair in pairwise(sorted(side)))
        else:
            apart.update(_across(sides))
    return Decisions(frozenset(same), frozenset(apart))


def _across(sides: Sequence[Sequence[str]]) -> Iterator[Pair]:
    for one, other in combinations(sides, 2):
        yield from (_ordered(pair) for pair in product(one, other))


def _ordered(pair: tuple[str, str]) -> Pair:
    return pair if pair[0] < pair[1] else (pair[1], pair[0])


def write_decisions(transaction: Transaction, decisions: Iterable[Decision]) -> None:
    """Keep decisions."""
    rows = [_written(decision) for decision in decisions]
    transaction.run("merge_decisions", rows=rows)


def _written(decision: Decision) -> Row:
    sides = enumerate(decision.sides)
    return {
        "key": decision.key,
        "action": decision.action,
        "actor": decision.actor,
        "reason": decision.reason,
        "at": milliseconds(decision.at),
        "customers": [{"customer": customer, "side": number} for number, side in sides for customer in sorted(side)],
    }


def withdraw_decision(transaction: Transaction, key: str, actor: str, reason: str, at: datetime) -> bool:
    """Withdraw a decision; false where there is none of this key in force."""
    found = transaction.run("retire_decision", key=key, actor=actor, reason=reason, at=milliseconds(at))
    return bool(found.rows)


def decision_of(row: Row) -> Decision:
    """A decision from a row of a statement that reads decisions."""
    times = {name: moment(row[name]) for name in ("at", "withdrawn_at")}
    values = {name: row[name] for name in ("key", "action", "actor", "reason", "withdrawn_by", "withdrawn_reason")}
    return Decision(**values, **times, sides=_sides(row["customers"]))


def _sides(customers: Sequence[Row]) -> tuple[tuple[str, ...], ...]:
    sides: dict[int, list[str]] = {}
    for found in customers:
        sides.setdefault(found["side"], []).append(found["customer"])
    return tuple(tuple(sides[number]) for number in sorted(sides))
