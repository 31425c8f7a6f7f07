"""Pairs: what the graph knows of two customers, of the groups that they are in, and of the pairs across these."""

from dataclasses import dataclass
from datetime import datetime
from itertools import chain

from graph.clusters import MEMBERS_LIMIT
from graph.connection import Reader
from graph.history import forest_at
from graph.links import ComparedPair, Link, Pair, claims_of
from graph.surroundings import StoredLink, stored_clusters
from resolution.explanation.forests import group_of, together_at


@dataclass(frozen=True, slots=True)
class PairView:
    """Two customers at a confidence, now or at a time.

    ``left_group`` and ``right_group``: who is one person with each of them, sorted; at most ``MEMBERS_LIMIT`` of each
    are looked at. ``forest``: the links of their loosest clusters. ``claims``: every claim about anybody of the two
    groups; none of a past time. ``together_at``: the highest confidence at which they are one person.
    """

    left: str
    right: str
    confidence: float
    left_group: tuple[str, ...]
    right_group: tuple[str, ...]
    forest: tuple[StoredLink, ...]
    claims: dict[Pair, Link | ComparedPair]
    together_at: float | None

    @property
    def pair(self) -> Pair:
        """Both keys, the smaller first."""
        return min(self.left, self.right), max(self.left, self.right)

    @property
    def across(self) -> dict[Pair, Link | ComparedPair]:
        """The claims between the two groups."""
        left, right = frozenset(self.left_group), frozenset(self.right_group)
        return {
            pair: claim
            for pair, claim in self.claims.items()
            if (pair[0] in left and pair[1] in right) or (pair[1] in left and pair[0] in right)
        }

    @property
    def links_across(self) -> dict[Pair, Link]:
        """The live links between the two groups."""
        return {pair: claim for pair, claim in self.across.items() if isinstance(claim, Link)}


def view_of(graph: Reader, left: str, right: str, confidence: float) -> PairView:
    """What the graph knows of two customers. Raises GraphError."""
    forest = tuple(link for cluster in stored_clusters(graph, (left, right)) for link in cluster.links)
    ours, theirs = (group_of(forest, customer, confidence)[:MEMBERS_LIMIT] for customer in (left, right))
    links, compared = claims_of(graph, {*ours, *theirs, left, right})
    claims = {(claim.left, claim.right): claim for claim in chain(links, compared)}
    return PairView(left, right, confidence, ours, theirs, forest, claims, together_at(forest, left, right))


def view_at(graph: Reader, left: str, right: str, confidence: float, at: datetime) -> PairView:
    """What the graph knew of two customers at a time. Raises GraphError."""
    forest = tuple({link for customer in (left, right) for link in forest_at(graph, customer, at)})
    ours, theirs = (group_of(forest, customer, confidence)[:MEMBERS_LIMIT] for customer in (left, right))
    return PairView(left, right, confidence, ours, theirs, forest, {}, together_at(forest, left, right))
