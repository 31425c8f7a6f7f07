"""Changed claims: what holds around customers that have changed, and what of it the graph has to take over."""

from collections.abc import Iterable, Iterator, Mapping
from functools import partial

from graph.links import ComparedPair, Difference, Link, Pair
from resolution.clusters.claims import Claims
from resolution.clusters.found_claims import FoundClaims
from resolution.clusters.group_guards import GroupGuards
from resolution.clusters.neighbourhood import Neighbourhood, Surroundings
from resolution.clusters.stored_claims import StoredClaims
from resolution.models.model import Model


class ChangedClaims:
    """What is claimed around customers: what the graph has, but what was found about changed ones in its place.

    ``changed``: of each changed customer the values that guards count. Methods raise GraphError.
    """

    def __init__(
        self, stored: StoredClaims, found: FoundClaims, changed: Mapping[str, tuple[str, ...]], model: Model
    ) -> None:
        self._stored, self._found, self._changed, self._model = stored, found, changed, model

    def scored(self, customers: frozenset[str]) -> frozenset[Pair]:
        """The pairs of some customers whose score the graph has."""
        self._stored.load(customers)
        return frozenset(pair for pair, claim in self._stored.claims() if claim.evidence is not None)

    def look(self, members: frozenset[str]) -> Surroundings:
        """The claims about every pair with one of the members, and what guards have to know."""
        self._stored.load(members)
        claims = self._ranked(self._unchanged())
        guards = GroupGuards(self._model.guards, {**self._stored.counted, **self._changed})
        return Surroundings(claims.weights, claims.certain, claims.apart, guards, claims.same)

    def differences(self, local: Neighbourhood) -> tuple[Difference[Link], Difference[ComparedPair]]:
        """What changes about the pairs within the neighbourhood, and about every pair of a changed customer."""
        stored, inside = self._stored, local.members.issuperset
        claims = self._ranked(claim for claim in self._unchanged() if inside((claim.left, claim.right)))
        claims = claims.refused(local.refused)
        links = claims.links(local.forest, self._model.calibration)
        compared = claims.compared(links)
        settled = partial(self._is_settled, local.members)
        return (
            Difference.of(links, (link for pair, link in stored.links.items() if settled(pair))),
            Difference.of(compared, (found for pair, found in stored.compared.items() if settled(pair))),
        )

    def _unchanged(self) -> Iterator[Link | ComparedPair]:
        changed = self._changed.keys()
        return (claim for pair, claim in self._stored.claims() if changed.isdisjoint(pair))

    def _ranked(self, kept: Iterable[Link | ComparedPair]) -> Claims:
        return FoundClaims.kept(kept).and_of(self._found).ranked(self._stored.decisions)

    def _is_settled(self, members: frozenset[str], pair: Pair) -> bool:
        return members.issuperset(pair) or not self._changed.keys().isdisjoint(pair)
