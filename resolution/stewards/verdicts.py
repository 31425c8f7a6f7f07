"""Verdicts: many decisions about pairs at once, each checked by itself, some of them clustered in one transaction.

What counts is the same as if every decision had been taken alone: clusters follow from the evidence that holds in the
end.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from secrets import token_hex
from typing import Literal

from graph.batches import batched
from graph.clusters import connected
from graph.connection import Graph, Reader, Transaction
from graph.decisions import JOINING, Action, Decision, connected_decisions, decisions_of, write_decisions
from graph.links import Pair, claimed_pairs
from graph.resolutions import write_increment
from graph.surroundings import known_customers
from resolution.incremental import Affected, IncrementalResolution
from resolution.runs import begun, now
from resolution.stewards.stewardship import Steward, lock_for

# Verdicts in one transaction. More share what is read around them; but whoever else writes has to wait for all of them,
# and a live record waits for five seconds.
_CHUNK = 20


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether two customers are one person, and who says so."""

    left: str
    right: str
    same: bool
    steward: Steward

    @property
    def pair(self) -> Pair:
        """Both, the smaller key first."""
        return min(self.left, self.right), max(self.left, self.right)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a verdict. ``decision``: its key; ``field`` and ``problem``: why it was not taken.

    With neither it was known already: decisions in force say the same.
    """

    decision: str | None = None
    field: Literal["left", "right", "decision"] | None = None
    problem: str | None = None


_KNOWN = Outcome()
_OPPOSITE = Outcome(field="decision", problem="a decision in force says the opposite; withdraw it first")


def decide_pairs(graph: Graph, resolution: IncrementalResolution, verdicts: Sequence[Verdict]) -> list[Outcome]:
    """Take verdicts, in their order; a wrong one changes nothing about the others. Raises GraphError.

    Where the database fails, the chunks before stay; taken again, they are known.
    """
    return [
        outcome
        for chunk in batched(verdicts, _CHUNK)
        for outcome in graph.write(lambda transaction, chunk=chunk: _taken(transaction, resolution, chunk))
    ]


def _taken(transaction: Transaction, resolution: IncrementalResolution, chunk: Sequence[Verdict]) -> list[Outcome]:
    checked = _Checked(transaction, chunk, now())
    if not any(checked.is_new(verdict) for verdict in chunk):
        return checked.outcomes(())  # no lock, no run: nothing is written
    lock_for(transaction, resolution)
    run = begun("steward", resolution.model.version)
    checked = _Checked(transaction, chunk, run.finished_at)
    keys = [f"decision-{run.started_at:%Y%m%dT%H%M%S}-{token_hex(4)}-{number}" for number in range(len(chunk))]
    outcomes = checked.outcomes(keys)
    write_decisions(transaction, checked.decisions)
    decided = {customer for decision in checked.decisions for customer in decision.customers}
    increment = resolution.resolve(transaction, checked.unresolved(decided), Affected(around=decided))
    write_increment(transaction, run, increment)
    return outcomes


class _Checked:
    """A chunk of verdicts against what is known: the customers, what was compared, the decisions in force.

    ``at``: when they are decided.
    """

    def __init__(self, graph: Reader, chunk: Sequence[Verdict], at: datetime) -> None:
        self._graph, self._chunk, self._at = graph, chunk, at
        self._compared: set[Pair] = set()
        customers = {customer for verdict in chunk for customer in verdict.pair}
        self._customers = known_customers(graph, customers)
        self._in_force = _InForce((d.action in JOINING, d.sides) for d in connected_decisions(graph, customers))
        self.decisions: list[Decision] = []

    def is_new(self, verdict: Verdict) -> bool:
        """Whether a verdict can be taken, and is not known."""
        return self._refused(verdict) is None

    def outcomes(self, keys: Sequence[str]) -> list[Outcome]:
        """What becomes of each verdict, given those before it; ``keys``: of the decisions to take."""
        if keys:
            self._compared = claimed_pairs(self._graph, {verdict.pair for verdict in self._chunk})
        return [self._outcome(verdict, number, keys) for number, verdict in enumerate(self._chunk)]

    def _outcome(self, verdict: Verdict, number: int, keys: Sequence[str]) -> Outcome:
        if refused := self._refused(verdict):
            return refused
        decision = self._decision(verdict, keys[number])
        self.decisions.append(decision)
        self._in_force.add(verdict)
        return Outcome(decision=decision.key)

    def unresolved(self, customers: Iterable[str]) -> list[str]:
        """Those of some customers who were written since they were resolved."""
        return sorted(customer for customer in customers if self._customers[customer])

    def _refused(self, verdict: Verdict) -> Outcome | None:
        """Why a verdict is not taken: it names nobody, is known, or contradicts."""
        if verdict.left == verdict.right:
            return Outcome(field="right", problem="both are the same customer")
        if verdict.left not in self._customers:
            return Outcome(field="left", problem="no customer is known by this key")
        if verdict.right not in self._customers:
            return Outcome(field="right", problem="no customer is known by this key")
        said = self._in_force.says(*verdict.pair)
        return None if said is None else _KNOWN if said == verdict.same else _OPPOSITE

    def _decision(self, verdict: Verdict, key: str) -> Decision:
        left, right = verdict.pair
        return Decision(
            key=key,
            action=_action(same=verdict.same, compared=verdict.pair in self._compared),
            actor=verdict.steward.actor,
            reason=verdict.steward.reason,
            at=self._at,
            sides=((left, right),) if verdict.same else ((left,), (right,)),
        )


def _action(*, same: bool, compared: bool) -> Action:
    if same:
        return "confirm" if compared else "link"
    return "reject" if compared else "unlink"


class _InForce:
    """What decisions say of pairs, directly or through each other."""

    def __init__(self, said: Iterable[tuple[bool, Sequence[Sequence[str]]]]) -> None:
        found = decisions_of(said)
        self._same, self._apart = set(found.same), set(found.apart)
        self._settle()

    def _settle(self) -> None:
        self._home: Mapping[str, str] = connected((), sorted(self._same))
        self._parted = {self._people(*pair) for pair in self._apart}

    def _people(self, left: str, right: str) -> frozenset[str]:
        return frozenset({self._home.get(left, left), self._home.get(right, right)})

    def says(self, left: str, right: str) -> bool | None:
        """Whether two are one person; none where it does not follow."""
        people = self._people(left, right)
        return True if len(people) == 1 else False if people in self._parted else None

    def add(self, verdict: Verdict) -> None:
        """One more decision, which contradicts none."""
        (self._same if verdict.same else self._apart).add(verdict.pair)
        if verdict.same:
            self._settle()
        else:
            self._parted.add(self._people(*verdict.pair))
