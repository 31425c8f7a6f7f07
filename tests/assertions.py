"""The graph as sets of tuples, so that what is expected is one literal."""

from typing import Any

from graph.connection import Graph


def nodes(graph: Graph, label: str, *properties: str) -> set[tuple[Any, ...]]:
    shown = ", ".join(f"n.{name}" for name in properties)
    return _tuples(graph, f"MATCH (n:{label}) RETURN {shown}")


def edges(graph: Graph, kind: str, *properties: str) -> set[tuple[Any, ...]]:
    shown = "".join(f", r.{name}" for name in properties)
    return _tuples(graph, f"MATCH (a)-[r:{kind}]->(b) RETURN a.key, b.key{shown}")


def everything(graph: Graph) -> tuple[frozenset[Any], frozenset[Any]]:
    """All nodes and edges with all that they hold, but the run that wrote them."""
    found_nodes = _tuples(
        graph,
        "MATCH (n) UNWIND [k IN keys(n) WHERE k <> 'run_id' | [k, toString(n[k])]] AS p "
        "WITH n, p ORDER BY p[0] RETURN labels(n), coalesce(n.key, n.name), collect(p)",
    )
    found_edges = _tuples(
        graph,
        "MATCH (a)-[r]->(b) RETURN type(r), a.key, b.key, "
        "reduce(t = '', k IN [k IN keys(r) WHERE k <> 'run_id' | k] | t + k + toString(r[k]) + ';')",
    )
    return frozenset(found_nodes), frozenset(found_edges)


def _tuples(graph: Graph, query: str) -> set[tuple[Any, ...]]:
    with graph.driver.session(database=graph.database) as session:
        return {_frozen(record.values()) for record in session.run(query)}  # pyright: ignore[reportArgumentType]


def _frozen(value: Any) -> Any:
    return tuple(_frozen(part) for part in value) if isinstance(value, list) else value
