"""Clusters: which customers belong together at a confidence."""

from collections.abc import Iterable
from dataclasses import dataclass

from graph.connection import AsyncGraph, Graph

MEMBERS_LIMIT = 1_000


@dataclass(frozen=True, slots=True)
class Cluster:
    """Customers that belong together at a confidence, keys sorted. ``cut``: there are more than are shown."""

    members: tuple[str, ...]
    confidence: float
    cut: bool


async def get_cluster(graph: AsyncGraph, customer: str, confidence: float) -> Cluster | None:
    """The cluster of a customer; none where the customer is unknown. Raises GraphError."""
    rows = await graph.read("get_cluster", key=customer, confidence=confidence, limit=MEMBERS_LIMIT + 1)
    members: list[str] = sorted(rows[0]["members"])
    if not members:
        return None
    return Cluster(tuple(members[:MEMBERS_LIMIT]), confidence, cut=len(members) > MEMBERS_LIMIT)


def read_clusters(graph: Graph, confidence: float) -> dict[str, str]:
    """Customer key -> smallest key of its cluster, for every customer whose record has arrived. Raises GraphError."""
    keys = sorted(row["key"] for row in graph.stream("list_customer_keys"))
    links = ((row["left"], row["right"]) for row in graph.stream("list_forest_links", confidence=confidence))
    return connected(keys, links)


def connected(keys: Iterable[str], links: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Key -> smallest key that it is connected with by the links."""
    parent = {key: key for key in keys}

    def root(key: str) -> str:
        while parent.setdefault(key, key) != key:
            parent[key] = parent[parent[key]]
            key = parent[key]
        return key

    for left, right in links:
        smaller, larger = sorted((root(left), root(right)))
        parent[larger] = smaller
    return {key: root(key) for key in parent}
