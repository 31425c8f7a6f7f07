"""Gaps: how near two groups are as wholes, and how near they would have to be."""

from collections.abc import Mapping
from dataclasses import dataclass

from graph.clusters import connected
from graph.links import ComparedPair, Link, Pair
from resolution.clusters.clustering import CERTAIN, WEIGHT_CAP
from resolution.explanation.pairs import PairView
from resolution.models.calibration import MOST
from resolution.models.model import Model


@dataclass(frozen=True, slots=True)
class Gap:
    """Two groups at a confidence, and what is known across them; weights in log2 odds.

    Customers that certainly are one person count as one in ``pairs``, all pairs across, and in ``scored``, those of
    them that were ever scored, with ``mean_weight``; the others count with ``missing_weight`` in ``cohesion``, the
    average over all. ``needed``: the cohesion that this confidence asks for, none where only rules and stewards reach
    it. ``together_at``: the highest confidence at which both customers are one person, none where they never are.
    ``strongest``: the pair across with the highest weight.
    """

    left_group: tuple[str, ...]
    right_group: tuple[str, ...]
    pairs: int
    scored: int
    mean_weight: float | None
    missing_weight: float
    cohesion: float
    needed: float | None
    together_at: float | None
    strongest: Pair | None


def gap_between(view: PairView, model: Model) -> Gap:
    """The gap between the groups of two customers, measured as clustering does."""
    certain = [(link.left, link.right) for link in view.forest if link.cohesion >= CERTAIN]
    person = connected((*view.left_group, *view.right_group), certain)
    scored = {pair: claim for pair, claim in view.across.items() if claim.evidence is not None}
    known = _between(scored, person)
    pairs = len({person[key] for key in view.left_group}) * len({person[key] for key in view.right_group})
    missing = model.thresholds.missing_weight
    return Gap(
        left_group=view.left_group,
        right_group=view.right_group,
        pairs=pairs,
        scored=len(known),
        mean_weight=sum(known.values()) / len(known) if known else None,
        missing_weight=missing,
        cohesion=(sum(known.values()) + missing * (pairs - len(known))) / pairs,
        needed=needed_cohesion(model, view.confidence),
        together_at=view.together_at,
        strongest=max(scored, key=lambda pair: (scored[pair].match_weight, pair), default=None),
    )


def _between(scored: Mapping[Pair, Link | ComparedPair], person: Mapping[str, str]) -> dict[Pair, float]:
    """What is known of each two people: the strongest of their pairs."""
    known: dict[Pair, float] = {}
    for (left, right), claim in scored.items():
        one, other = sorted((person[left], person[right]))
        weight = max(-WEIGHT_CAP, min(WEIGHT_CAP, claim.match_weight))
        known[one, other] = max(weight, known.get((one, other), weight))
    return known


def needed_cohesion(model: Model, confidence: float) -> float | None:
    """The least cohesion that has a confidence; none where only what is certain has it."""
    points = model.calibration.points or ((model.floor, MOST),)
    reached = [height for height, found in points if found >= confidence]
    return max(min(reached), model.floor) if reached else None
