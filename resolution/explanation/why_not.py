"""Why two customers are not one person: the first of the possible reasons that applies, with its facts."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from graph.clusters import connected
from graph.connection import Reader
from graph.decisions import JOINING, Decision, connected_decisions, decisions_of
from graph.history import links_across
from graph.links import Pair
from resolution.blocks.candidates import Key
from resolution.clusters.claims import CONTRADICTION, DECIDED, RULE_REFUSED
from resolution.explanation.asking import two_customers
from resolution.explanation.gaps import Gap, gap_between
from resolution.explanation.keys import SharedKey, compared_keys
from resolution.explanation.pairs import PairView, view_at, view_of
from resolution.explanation.reasons import LinkReason, reasons_of
from resolution.explanation.waterfall import Waterfall, kept_waterfall, scored_waterfall
from resolution.models.model import Model

# Guards that speak of one pair only: on another pair across the two groups they hold nobody back.
_OF_ONE_PAIR = frozenset({RULE_REFUSED, DECIDED})


@dataclass(frozen=True, slots=True)
class NotResolved:
    """They wait for a resolution. ``waiting``: which; ``not_arrived``: of them, those without a record of their own."""

    waiting: tuple[str, ...]
    not_arrived: tuple[str, ...]
    kind: Literal["not_resolved"] = "not_resolved"


@dataclass(frozen=True, slots=True)
class Parted:
    """A steward's decision parts them. ``pair``: whom it parts; the customers themselves, or others of their groups.

    ``joins``: the decisions by which those others are the same people as the customers.
    """

    decision: Decision
    pair: Pair
    joins: tuple[Decision, ...]
    kind: Literal["parted"] = "parted"


@dataclass(frozen=True, slots=True)
class Together:
    """They are one person after all. ``together_at``: the highest confidence at which they are."""

    together_at: float
    kind: Literal["together"] = "together"


@dataclass(frozen=True, slots=True)
class Guarded:
    """A guard holds ``pair`` apart: the customers themselves, or others of their groups. ``score``: of that pair."""

    guard: str
    pair: Pair
    score: Waterfall | None
    kind: Literal["guarded"] = "guarded"


@dataclass(frozen=True, slots=True)
class ScoredTooLow:
    """More speaks against one person than for it. ``kept``: the pair is in the graph, as all above ``keep_above``.

    ``together_at``: the highest confidence at which they are one person all the same, none where they never are.
    """

    score: Waterfall
    kept: bool
    keep_above: float
    together_at: float | None
    kind: Literal["scored_too_low"] = "scored_too_low"


@dataclass(frozen=True, slots=True)
class NeverCompared:
    """No blocking key selected the pair. ``shared``: the keys that both have, all of them in too many customers' hands.

    ``unused``: keys (each its parts) that both have and the model makes no use of: where it was trained they found
    hardly anybody whom no other key finds.
    ``left_only`` and ``right_only``: blocking parts (``part:value``) that only one of them has.
    """

    shared: tuple[SharedKey, ...]
    unused: tuple[Key, ...]
    left_only: tuple[str, ...]
    right_only: tuple[str, ...]
    kind: Literal["never_compared"] = "never_compared"


@dataclass(frozen=True, slots=True)
class HeldApart:
    """They or their groups are linked, but the groups as wholes are not near enough at this confidence.

    ``score``: of the pair itself, where it was scored.
    """

    gap: Gap
    score: Waterfall | None
    kind: Literal["held_apart"] = "held_apart"


@dataclass(frozen=True, slots=True)
class HeldApartThen:
    """At a time they or their groups were linked, by ``links``, and were two people at this confidence all the same.

    ``strongest``: of these the one with the highest weight. ``together_at``: the highest confidence at which they were
    one person, none where they never were. Which guard or average held them apart is not known any more.
    """

    left_group: tuple[str, ...]
    right_group: tuple[str, ...]
    links: int
    strongest: LinkReason | None
    together_at: float | None
    kind: Literal["held_apart_then"] = "held_apart_then"


@dataclass(frozen=True, slots=True)
class NotLinkedThen:
    """At a time nothing linked them or their groups. What pairs scored that are no links has no history."""

    left_group: tuple[str, ...]
    right_group: tuple[str, ...]
    kind: Literal["not_linked_then"] = "not_linked_then"


Reason = (
    NotResolved | Parted | Together | Guarded | ScoredTooLow | NeverCompared | HeldApart | HeldApartThen | NotLinkedThen
)


@dataclass(frozen=True, slots=True)
class WhyNot:
    """The one reason why two customers are not one person at a confidence. ``at``: the time asked for; none: now."""

    left: str
    right: str
    confidence: float
    reason: Reason
    at: datetime | None = None


def why_not(graph: Reader, model: Model, left: str, right: str, confidence: float) -> WhyNot:
    """Why two customers are not one person at a confidence, with the model of the last run.

    The first that applies: not resolved yet, parted by a steward, together after all, held apart by a guard, held
    apart by cohesion although linked, scored too low, never compared. Raises UnknownCustomerError, GraphError.
    """
    states = two_customers(graph, left, right)
    waiting = tuple(key for key in (left, right) if states[key].unresolved or not states[key].resolved)
    if waiting:
        not_arrived = tuple(key for key in waiting if not states[key].arrived)
        return WhyNot(left, right, confidence, NotResolved(waiting, not_arrived))
    view = view_of(graph, left, right, confidence)
    finders: tuple[Callable[[], Reason | None], ...] = (
        lambda: _parted(graph, view),
        lambda: _together(view),
        lambda: _guarded(view),
        lambda: _held_apart(view, model),
        lambda: _scored_too_low(graph, view, model),
    )
    found = (reason for find in finders if (reason := find()))
    return WhyNot(left, right, confidence, next(found, None) or _never_compared(graph, view, model))


def why_not_at(graph: Reader, left: str, right: str, confidence: float, at: datetime) -> WhyNot:
    """Why two customers were not one person at a time.

    The first that applies: not resolved by then, parted by a steward, together after all, linked and held apart all
    the same, not linked. Raises as ``why_not``.
    """
    states = two_customers(graph, left, right)
    waiting = tuple(key for key in (left, right) if not states[key].resolved_by(at))
    if waiting:
        not_arrived = tuple(key for key in waiting if not states[key].arrived)
        return WhyNot(left, right, confidence, NotResolved(waiting, not_arrived), at)
    view = view_at(graph, left, right, confidence, at)
    reason = _parted(graph, view, at) or _together(view) or _apart_then(graph, view, at)
    return WhyNot(left, right, confidence, reason, at)


def _apart_then(graph: Reader, view: PairView, at: datetime) -> HeldApartThen | NotLinkedThen:
    links, strongest = links_across(graph, view.left_group, view.right_group, at)
    if not links and view.together_at is None:
        return NotLinkedThen(view.left_group, view.right_group)
    reason = reasons_of(graph, [strongest], at).get(strongest) if strongest else None
    return HeldApartThen(view.left_group, view.right_group, links, reason, view.together_at)


def _parted(graph: Reader, view: PairView, at: datetime | None = None) -> Parted | None:
    decisions = connected_decisions(graph, {*view.left_group, *view.right_group}, at)
    home = connected((), decisions_of((True, d.sides) for d in decisions if d.action in JOINING).same)
    left = {*view.left_group, *_homed(home, view.left)}
    right = {*view.right_group, *_homed(home, view.right)}
    found = [
        (pair != view.pair, decision.at, pair, decision)
        for decision in decisions
        if decision.action not in JOINING
        for pair in decisions_of([(False, decision.sides)]).apart
        if _crosses(pair, left, right)
    ]
    if not found:
        return None
    _, _, pair, decision = min(found, key=lambda entry: (entry[0], entry[1], entry[2]))
    joined = {home.get(key) for key in view.pair if key not in pair} - {None}
    joins = (d for d in decisions if d.action in JOINING and any(home.get(key) in joined for key in d.customers))
    return Parted(decision, pair, tuple(joins))


def _homed(home: dict[str, str], customer: str) -> set[str]:
    return {key for key, group in home.items() if group == home.get(customer)}


def _crosses(pair: Pair, left: set[str], right: set[str]) -> bool:
    return (pair[0] in left and pair[1] in right) or (pair[1] in left and pair[0] in right)


def _together(view: PairView) -> Together | None:
    together_at = view.together_at
    return Together(together_at) if together_at is not None and together_at >= view.confidence else None


def _guarded(view: PairView) -> Guarded | None:
    """The guard of the pair itself, else one across the groups; first what holds apart whatever else is said."""
    own = view.claims.get(view.pair)
    if own and own.guard:
        return Guarded(own.guard, view.pair, kept_waterfall(own))
    guarded = {pair: claim.guard for pair, claim in view.across.items() if claim.guard}
    guards = {pair: guard for pair, guard in guarded.items() if guard not in _OF_ONE_PAIR}
    pair = min(guards, key=lambda found: (guards[found] != CONTRADICTION, found), default=None)
    return None if pair is None else Guarded(guards[pair], pair, kept_waterfall(view.claims[pair]))


def _held_apart(view: PairView, model: Model) -> HeldApart | None:
    if view.together_at is None and not view.links_across:
        return None
    own = view.claims.get(view.pair)
    score, gap = kept_waterfall(own) if own else None, gap_between(view, model)
    # Where there are no groups yet, the average is the score of the pair.
    return None if score and score.total < 0 and gap.pairs == 1 else HeldApart(gap, score)


def _scored_too_low(graph: Reader, view: PairView, model: Model) -> ScoredTooLow | None:
    keep_above = model.thresholds.keep_above
    own = view.claims.get(view.pair)
    if own and (kept := kept_waterfall(own)):
        return ScoredTooLow(kept, kept=True, keep_above=keep_above, together_at=view.together_at)
    if not any(key.selects for key in compared_keys(graph, model, view.pair).shared):
        return None
    score = scored_waterfall(graph, model, view.pair)
    if score.total >= keep_above:
        return None
    return ScoredTooLow(score, kept=False, keep_above=keep_above, together_at=None)


def _never_compared(graph: Reader, view: PairView, model: Model) -> NeverCompared:
    keys = compared_keys(graph, model, (view.left, view.right))
    return NeverCompared(keys.shared, keys.unused, keys.left_only, keys.right_only)
