"""Stored claims: what the graph has about customers and those around them, read as it is asked for, and once."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import chain

from graph.connection import Reader
from graph.decisions import JOINING, Decision, Decisions, decisions_about, decisions_of
from graph.links import ComparedPair, Link, Pair, claims_of
from graph.surroundings import StoredCluster, nearest_clusters, people_of, stored_clusters
from resolution.clusters.clustering import CERTAIN
from resolution.clusters.neighbourhood import STRONGEST


class StoredClaims:
    """Links, compared pairs, decisions, clusters and people around customers.

    ``links`` and ``compared``: of those whose claims were ``load``-ed, and perhaps of others; ``counted``: values of
    members of the clusters that were asked for, see ``StoredCluster``. Methods raise GraphError.
    """

    def __init__(self, graph: Reader) -> None:
        self._graph = graph
        self.links: dict[Pair, Link] = {}
        self.compared: dict[Pair, ComparedPair] = {}
        self.counted: dict[str, tuple[str, ...]] = {}
        self._clusters: dict[str, StoredCluster] = {}
        self._people: dict[str, str] = {}
        self._loaded: set[str] = set()
        self._decided: set[str] = set()
        self._decisions: dict[str, Decision] = {}

    def know(self, new: Mapping[str, StoredCluster]) -> None:
        """Customers that were never resolved have no links and no scored pairs: the graph is not asked for them."""
        self._loaded |= new.keys()
        self._keep_clusters(new.values())

    def read_ahead(self, around: Sequence[str], floor: float) -> None:
        """In one round trip in place of three what is asked next, should a new customer join who is nearest to it.

        ``around``: whom it may join, the nearest first; ``floor``: weight of a pair that may join clusters.
        """
        if not around:
            return
        found = nearest_clusters(self._graph, around[:STRONGEST], around, floor, CERTAIN)
        self._keep_clusters(found.clusters)
        self._loaded |= found.claimed
        self._keep_claims(found.links, found.compared)
        self._people |= found.people

    def clusters(self, customers: Collection[str]) -> list[StoredCluster]:
        """The stored clusters of some customers, each once."""
        self._keep_clusters(stored_clusters(self._graph, set(customers) - self._clusters.keys()))
        found = (self._clusters[key] for key in sorted(customers) if key in self._clusters)
        return list({cluster.members: cluster for cluster in found}.values())

    def people(self, customers: Collection[str]) -> dict[str, str]:
        """Customer -> the person that it certainly is one of."""
        if unknown := set(customers) - self._people.keys():
            self._people |= people_of(self._graph, unknown, CERTAIN)
        return {key: self._people[key] for key in customers}

    def load(self, customers: frozenset[str]) -> None:
        """Every link, compared pair and decision about some customers, whose clusters were asked for before."""
        if decided := customers & self._decided:
            self._decided -= decided
            self._decisions |= {decision.key: decision for decision in decisions_about(self._graph, decided)}
        if unread := customers - self._loaded:
            self._loaded |= unread
            self._keep_claims(*claims_of(self._graph, unread))

    def claims(self) -> Iterator[tuple[Pair, Link | ComparedPair]]:
        """Every link and compared pair that was read."""
        return chain(self.links.items(), self.compared.items())

    @property
    def decisions(self) -> Decisions:
        """The decisions about the customers that were loaded."""
        return decisions_of((decision.action in JOINING, decision.sides) for decision in self._decisions.values())

    def _keep_clusters(self, clusters: Iterable[StoredCluster]) -> None:
        for cluster in clusters:
            self._clusters |= dict.fromkeys(cluster.members, cluster)
            self.counted |= cluster.counted
            self._decided |= cluster.decided

    def _keep_claims(self, links: Iterable[Link], compared: Iterable[ComparedPair]) -> None:
        self.links |= {(link.left, link.right): link for link in links}
        self.compared |= {(pair.left, pair.right): pair for pair in compared}
