"""Stewardship: decisions that outrank the model, each taken, checked and clustered in one transaction.

A decision is about customers: one side is one person, of several sides no two are. It survives every run, and
withdrawing it brings back exactly what the remaining evidence says.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from secrets import token_hex

from graph.clusters import connected
from graph.connection import WRITE_TIMEOUT_S, Graph, Reader, Transaction
from graph.decisions import (
    JOINING,
    Action,
    Decision,
    connected_decisions,
    decisions_of,
    read_decision,
    withdraw_decision,
    write_decisions,
)
from graph.deletion import delete_customers
from graph.errors import (
    BusyError,
    ConflictingDecisionError,
    InputError,
    UnknownCustomerError,
    UnknownDecisionError,
    UnknownLinkError,
)
from graph.links import NO_CHANGES, LinkChanges, claimed_pairs
from graph.resolution_lock import lock_resolution
from graph.resolutions import Increment, write_increment
from graph.runs import RunScope, ScoringRun
from graph.surroundings import (
    count_customers,
    holders_of,
    known_customers,
    stored_clusters,
)
from resolution.clusters.profile_changes import profile_counts
from resolution.incremental import Affected, IncrementalResolution
from resolution.runs import begun

Sides = Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True)
class Steward:
    """Who decides, and why. ``decision``: its key, where the caller gives one: under it the decision is taken once."""

    actor: str
    reason: str
    decision: str | None = None


@dataclass(frozen=True, slots=True)
class Decided:
    """What a decision changed. ``decision``: its key; ``profiles``: what became of profiles, counted.

    ``run_id``: none where it had been taken before.
    """

    decision: str
    run_id: str | None
    changes: LinkChanges
    profiles: Mapping[str, int]


class Stewardship:
    """Decisions on one graph, with the model that resolves it.

    ``patience_s``: seconds for waiting until nobody else writes, and for the decision itself; then BusyError or
    ReadTimeoutError is raised, and nothing was written.
    """

    def __init__(self, graph: Graph, resolution: IncrementalResolution, patience_s: float = WRITE_TIMEOUT_S) -> None:
        self._graph, self._resolution, self._patience_s = graph, resolution, patience_s

    def link_customers(self, customers: Sequence[str], steward: Steward) -> Decided:
        """All of them are one person. Raises UnknownCustomerError, ConflictingDecisionError, GraphError."""
        return self._decide("link", (customers,), steward)

    def unlink_customers(self, customers: Sequence[str], steward: Steward, others: Sequence[str] = ()) -> Decided:
        """They are not the same person as ``others``; without others: as everybody else in their profile.

        Raises UnknownCustomerError, ConflictingDecisionError, GraphError.
        """
        return self._decide("unlink", (customers, others) if others else (customers,), steward)

    def confirm_link(self, left: str, right: str, steward: Steward) -> Decided:
        """Two customers that were compared are one person. Raises as ``link_customers``."""
        return self._decide("confirm", ((left, right),), steward)

    def reject_link(self, left: str, right: str, steward: Steward) -> Decided:
        """Two customers that were compared are two people. Raises as ``link_customers``."""
        return self._decide("reject", ((left,), (right,)), steward)

    def split_cluster(self, sides: Sides, steward: Steward) -> Decided:
        """Of the sides no two are one person. Raises as ``link_customers``."""
        return self._decide("split", sides, steward)

    def withdraw(self, decision: str, steward: Steward) -> Decided:
        """A decision holds no longer; what it had outranked counts again. Raises UnknownDecisionError, GraphError."""
        found = read_decision(self._graph, decision)
        if found is None or found.withdrawn_at is not None:
            raise _no_decision(decision)

        def withdrawn(transaction: Transaction, run: ScoringRun) -> tuple[str, Increment]:
            if not withdraw_decision(transaction, decision, steward.actor, steward.reason, run.finished_at):
                raise _no_decision(decision)
            waiting = [key for key, waits in known_customers(transaction, found.customers).items() if waits]
            pairs = decisions_of([(found.action in JOINING, found.sides)])
            return decision, self._resolution.resolve(
                transaction, waiting, Affected(around=found.customers, freed=pairs.same | pairs.apart)
            )

        return self._write("steward", withdrawn)

    def delete_customers(self, customers: Sequence[str]) -> LinkChanges:
        """Delete customers; whoever they held together is looked at anew. Raises UnknownCustomerError, GraphError."""

        def deleted(transaction: Transaction, _: ScoringRun) -> tuple[str, Increment]:
            _require(transaction, customers)
            return "", self._without(transaction, frozenset(customers))

        return self._write("delete", deleted).changes

    # --- how ---------------------------------------------------------------------------------------------------------

    def _decide(self, action: Action, named: Sides, steward: Steward) -> Decided:
        return self._write(
            "steward",
            lambda transaction, run: self._decided(transaction, run, action, named, steward),
            lambda transaction: _known(transaction, action, named, steward),
        )

    def _write(
        self,
        scope: RunScope,
        work: Callable[[Transaction, ScoringRun], tuple[str, Increment]],
        known: Callable[[Transaction], Decided | None] = lambda _: None,
    ) -> Decided:
        def locked(transaction: Transaction) -> Decided:
            lock_for(transaction, self._resolution)
            if taken := known(transaction):
                return taken
            run = begun(scope, self._resolution.model.version)
            customers, _ = count_customers(transaction)
            decision, increment = work(transaction, run)
            counts = profile_counts(increment.profiles, increment.events, customers)
            write_increment(transaction, replace(run, counts={**asdict(increment.changes), **counts}), increment)
            return Decided(decision, run.run_id, increment.changes, counts)

        return self._graph.write(locked, self._patience_s)

    def _decided(
        self, transaction: Transaction, run: ScoringRun, action: Action, named: Sides, steward: Steward
    ) -> tuple[str, Increment]:
        unlinked_from_all = action == "unlink" and len(named) == 1
        sides = (*named, self._mates(transaction, named[0])) if unlinked_from_all else named
        decision = Decision(
            key=steward.decision or f"decision-{run.started_at:%Y%m%dT%H%M%S}-{token_hex(4)}",
            action=action,
            actor=steward.actor,
            reason=steward.reason,
            at=run.finished_at,
            sides=_checked(sides, action),
        )
        unresolved = _require(transaction, decision.customers)
        if action in {"confirm", "reject"}:
            _require_claim(transaction, *decision.customers)
        _require_harmony(transaction, decision)
        write_decisions(transaction, [decision])
        return decision.key, self._resolution.resolve(transaction, unresolved, Affected(around=decision.customers))

    def _mates(self, graph: Reader, customers: Collection[str]) -> list[str]:
        """Everybody else who is one person with some customers at the default confidence."""
        least = self._resolution.model.levels["default"]
        clusters = stored_clusters(graph, customers)
        links = [(x.left, x.right) for cluster in clusters for x in cluster.links if x.confidence >= least]
        home = connected(sorted({key for cluster in clusters for key in cluster.members}), links)
        theirs = {home[customer] for customer in customers if customer in home}
        return sorted(key for key, group in home.items() if group in theirs and key not in set(customers))

    def _without(self, transaction: Transaction, gone: frozenset[str]) -> Increment:
        clusters = stored_clusters(transaction, gone)
        mates = frozenset[str]().union(*(cluster.members for cluster in clusters)) - gone
        affected = self._resolution.affected_without(transaction, gone)
        # Looked for afterwards, so that whoever holds what was a hub until now is among them.
        holders = holders_of(transaction, delete_customers(transaction, gone))
        return self._resolution.resolve(transaction, holders, Affected(affected, mates, gone=clusters))


def lock_for(transaction: Transaction, resolution: IncrementalResolution) -> None:
    """Make other resolutions wait; the graph must be resolved with this one's model. Raises BusyError, GraphError."""
    if lock_resolution(transaction).model_version != resolution.model.version:
        raise BusyError("Another model has come into force meanwhile.", "Nothing was written: try again.")


def _known(graph: Reader, action: Action, named: Sides, steward: Steward) -> Decided | None:
    """A decision that was taken before under the key that the steward gives; none where it is new.

    ``named``: the sides, as far as they are named.
    """
    found = read_decision(graph, steward.decision) if steward.decision else None
    if found is None:
        return None
    said = found.action, found.actor, found.reason
    if said != (action, steward.actor, steward.reason) or not _is_about(graph, found, named):
        raise InputError("This id was given to another decision.", "Give each decision an id of its own.")
    return Decided(found.key, None, NO_CHANGES, {})


def _is_about(graph: Reader, decision: Decision, named: Sides) -> bool:
    """Whether a decision is about the sides that are named, but for customers that are deleted since."""
    known = known_customers(graph, [customer for side in named for customer in side])
    living = {frozenset(known.keys() & set(side)) for side in named} - {frozenset()}
    stored = {frozenset(side) for side in decision.sides}
    # The mates of whoever was unlinked from all of them may be others by now.
    return living <= stored if len(named) == 1 else living == stored


def _no_decision(key: str) -> UnknownDecisionError:
    return UnknownDecisionError(f"No decision {key!r} is in force.", "See: cdp audit decisions.")


def _several(customers: Sequence[str]) -> tuple[str, ...]:
    return tuple(sorted(set(customers)))


def _checked(sides: Sides, action: Action) -> tuple[tuple[str, ...], ...]:
    """Sides without repetitions; nobody may be on two of them."""
    found = tuple(_several(side) for side in sides)
    everybody = [customer for side in found for customer in side]
    least = found[0] if action in JOINING else found
    if not all(found) or len(least) <= 1 or len(set(everybody)) < len(everybody):
        raise InputError(
            f"To {action} takes two customers at least, and nobody may stand on two sides.", "Name other customers."
        )
    return found


def _require(graph: Reader, customers: Collection[str]) -> list[str]:
    """The customers that are not resolved yet; all must be known."""
    known = known_customers(graph, customers)
    unknown = sorted(set(customers) - known.keys())
    if unknown:
        raise UnknownCustomerError(
            f"{len(unknown)} of {len(set(customers))} customers are not known, such as {unknown[0]!r}.",
            "A customer is named as source:external_id.",
        )
    return sorted(customer for customer, unresolved in known.items() if unresolved)


def _require_claim(graph: Reader, left: str, right: str) -> None:
    if not claimed_pairs(graph, [(left, right)]):
        raise UnknownLinkError(
            f"{left!r} and {right!r} were never compared, so there is no link to confirm or reject.",
            "Link or unlink them instead.",
        )


def _require_harmony(graph: Reader, decision: Decision) -> None:
    """No decision in force may say the opposite, directly or through others."""
    others = connected_decisions(graph, decision.customers)
    found = decisions_of((d.action in JOINING, d.sides) for d in (decision, *others))
    home = connected((), found.same)
    contradicted = next(((a, b) for a, b in sorted(found.apart) if home.get(a, a) == home.get(b, b)), None)
    if contradicted:
        keys = tuple(sorted(other.key for other in others))
        raise ConflictingDecisionError(
            f"Decisions in force say the opposite of {contradicted[0]!r} and {contradicted[1]!r}.",
            f"Withdraw one of them first: {', '.join(keys)}.",
            keys,
        )
