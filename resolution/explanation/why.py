"""Why two customers are one person: the links between them, and which of them everything hangs on."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from graph.clusters import MEMBERS_LIMIT
from graph.connection import Reader
from graph.decisions import Decisions
from graph.errors import NotTogetherError
from graph.history import forest_at
from graph.links import Pair
from graph.surroundings import StoredCluster, StoredLink
from resolution.clusters.clustering import Linkage
from resolution.clusters.found_claims import FoundClaims
from resolution.clusters.group_guards import GroupGuards
from resolution.clusters.neighbourhood import Surroundings, recluster
from resolution.clusters.stored_claims import StoredClaims
from resolution.explanation.asking import two_customers
from resolution.explanation.forests import path_between, together_at
from resolution.explanation.reasons import LinkReason, reasons_of
from resolution.explanation.words import options_of
from resolution.models.model import Model

# Each link that is left out takes a clustering of everybody around: 0.7 s for a thousand customers with 25,000 pairs,
# 12 s for a thousand with 500,000. So many links are looked at, and so many pairs clustered for one answer.
_MOST_LEFT_OUT, _MOST_PAIRS = 20, 200_000


@dataclass(frozen=True, slots=True)
class PathLink:
    """One link of the path. ``place``: counted from the first customer, from 1.

    ``tried``: whether it was looked at what holds without it; ``confidence_without``: at which confidence the two would
    still be one person then, none where at no confidence. ``is_bridge``: without it they are not, at the one asked for.
    """

    place: int
    reason: LinkReason
    tried: bool
    confidence_without: float | None
    is_bridge: bool | None


@dataclass(frozen=True, slots=True)
class Why:
    """What holds two customers together at a confidence. ``links``: the whole path, weakest first.

    The path is the only one, so each of its links parts them when it is taken away and nothing takes its place;
    ``bridges`` are those that nothing would replace. ``members``: how many customers are one person with them at the
    loosest confidence. ``at``: the time whose links they are; none: now.
    """

    left: str
    right: str
    confidence: float
    members: int
    links: tuple[PathLink, ...]
    at: datetime | None = None

    @property
    def bridges(self) -> tuple[PathLink, ...]:
        """The links without which they would part."""
        return tuple(link for link in self.links if link.is_bridge)


def why(graph: Reader, model: Model, left: str, right: str, confidence: float) -> Why:
    """Why two customers are one person at a confidence, with the model of the last run.

    Raises UnknownCustomerError where one of them is not known, NotTogetherError, GraphError.
    """
    two_customers(graph, left, right)
    stored, asked = StoredClaims(graph), _Asked(left, right, confidence)
    (cluster,) = stored.clusters([left])
    path = _path(cluster.links, asked)
    rest = _Rest(stored, model, cluster) if len(cluster.members) <= MEMBERS_LIMIT else None
    links = _path_links(path, reasons_of(graph, _pairs(path)), rest, asked)
    return Why(left, right, confidence, len(cluster.members), links)


def why_at(graph: Reader, left: str, right: str, confidence: float, at: datetime) -> Why:
    """Why two customers were one person at a time. What would have held without a link is not known any more.

    Raises as ``why``.
    """
    two_customers(graph, left, right)
    forest, asked = forest_at(graph, left, at), _Asked(left, right, confidence, at)
    path = _path(forest, asked)
    members = {key for link in forest for key in (link.left, link.right)}
    return Why(
        left, right, confidence, len(members), _path_links(path, reasons_of(graph, _pairs(path), at), None, asked), at
    )


def _path(links: Iterable[StoredLink], asked: "_Asked") -> list[StoredLink]:
    """Raises NotTogetherError where it is none that holds at the confidence."""
    path = path_between(links, asked.left, asked.right)
    if not path or min(link.confidence for link in path) < asked.confidence:
        raise NotTogetherError(
            f"{asked.left!r} and {asked.right!r} are not one person at confidence {asked.confidence:.4g}.",
            f"See why: cdp why-not {asked.left} {asked.right}{options_of(asked.confidence, asked.at)}",
        )
    return path


def _pairs(path: Iterable[StoredLink]) -> list[Pair]:
    return [(link.left, link.right) for link in path]


def _path_links(
    path: Iterable[StoredLink], reasons: Mapping[Pair, LinkReason], rest: "_Rest | None", asked: "_Asked"
) -> tuple[PathLink, ...]:
    """The links of a path, weakest first."""
    ranked = sorted(enumerate(path, start=1), key=lambda found: (found[1].cohesion, found[0]))
    most = rest.most_left_out if rest else 0
    return tuple(
        _path_link(place, reasons[link.left, link.right], rest if number < most else None, asked)
        for number, (place, link) in enumerate(ranked)
    )


@dataclass(frozen=True, slots=True)
class _Asked:
    left: str
    right: str
    confidence: float
    at: datetime | None = None


def _path_link(place: int, reason: LinkReason, rest: "_Rest | None", asked: _Asked) -> PathLink:
    if rest is None:
        return PathLink(place, reason, tried=False, confidence_without=None, is_bridge=None)
    without = rest.together_without((reason.link.left, reason.link.right), asked)
    is_bridge = without is None or without < asked.confidence
    return PathLink(place, reason, tried=True, confidence_without=without, is_bridge=is_bridge)


class _Rest:
    """What would hold if one pair had never been claimed, in a cluster and in those that its parts attract then."""

    def __init__(self, stored: StoredClaims, model: Model, cluster: StoredCluster) -> None:
        self._stored, self._model, self._cluster = stored, model, cluster
        stored.load(cluster.members)
        self._first_pairs = len(stored.links) + len(stored.compared)

    @property
    def most_left_out(self) -> int:
        """How many links one answer may look at."""
        return min(_MOST_LEFT_OUT, _MOST_PAIRS // max(self._first_pairs, 1))

    def together_without(self, pair: Pair, asked: _Asked) -> float | None:
        """The confidence at which two customers would be one person without a pair."""
        linkage = Linkage(self._model.thresholds.missing_weight, self._model.floor)
        look = partial(self._look, without=pair)
        forest = recluster([self._cluster], look, self._stored.clusters, self._stored.people, linkage).forest
        confidence = self._model.calibration.confidence
        stored = (StoredLink(x.left, x.right, x.cohesion, confidence(x.cohesion)) for x in forest)
        return together_at(stored, asked.left, asked.right)

    def _look(self, members: frozenset[str], without: Pair) -> Surroundings:
        stored = self._stored
        stored.load(members)
        decided = Decisions(stored.decisions.same - {without}, stored.decisions.apart)
        about = (claim for pair, claim in stored.claims() if pair != without and not members.isdisjoint(pair))
        claims = FoundClaims.kept(about).ranked(decided)
        guards = GroupGuards(self._model.guards, stored.counted)
        return Surroundings(claims.weights, claims.certain, claims.apart, guards, claims.same)
