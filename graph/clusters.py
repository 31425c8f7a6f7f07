"""Clusters: which customers belong together at a confidence."""

from collections.abc import Collection, Iterable
from datetime import datetime

from graph.connection import AsyncGraph, Graph, Row
from graph.profile_ids import Ranks
from graph.times import milliseconds

MEMBERS_LIMIT = 1_000


async def get_clusters(
    graph: AsyncGraph, customers: Collection[str], confidence: float, at: datetime | None = None
) -> dict[str, tuple[str, ...]]:
    """Customer -> members of its cluster, sorted, at most ``MEMBERS_LIMIT``; unknown customers stand alone.

    One statement for all of them, now or as the graph knew it at a time. Raises GraphError.
    """
    if not customers:
        return {}
    asked: Row = {"customers": sorted(customers), "confidence": confidence, "limit": MEMBERS_LIMIT}
    if at is None:
        rows = await graph.read("list_clusters", **asked)
    else:
        rows = await graph.read("list_clusters_at", **asked, at=milliseconds(at))
    return {row["customer"]: tuple(sorted(row["members"])) or (row["customer"],) for row in rows}


def read_clusters(graph: Graph, confidence: float, at: datetime | None = None) -> dict[str, str]:
    """Customer key -> smallest key of its cluster, for every customer whose record has arrived.

    By the links that hold now, or that held at a time. Raises GraphError.
    """
    keys = sorted(row["key"] for row in graph.stream("list_customer_keys"))
    if at is None:
        rows = graph.stream("list_forest_links", confidence=confidence)
    else:
        rows = graph.stream("list_forest_links_at", confidence=confidence, at=milliseconds(at))
    return connected(keys, ((row["left"], row["right"]) for row in rows))


def read_ranks(graph: Graph) -> Ranks:
    """The ranks for naming profiles of all customers whose record has arrived. Raises GraphError."""
    return Ranks.of(graph.stream("list_customer_keys"))


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
