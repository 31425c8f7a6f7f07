"""The graph as sets of tuples, so that what is expected is one literal."""

from typing import Any

from graph.connection import Graph

_OF_THE_RUN = {"run_id", "touched", "written_at"}


def nodes(graph: Graph, label: str, *properties: str) -> set[tuple[Any, ...]]:
    shown = ", ".join(f"n.{name}" for name in properties)
    return _tuples(graph, f"MATCH (n:{label}) RETURN {shown}")


def edges(graph: Graph, kind: str, *properties: str) -> set[tuple[Any, ...]]:
    shown = "".join(f", r.{name}" for name in properties)
    return _tuples(graph, f"MATCH (a)-[r:{kind}]->(b) RETURN a.key, b.key{shown}")


def everything(graph: Graph) -> tuple[frozenset[Any], frozenset[Any]]:
    """All nodes and edges with all that they hold, but the run that wrote them, when and how often."""
    found_nodes = _tuples(graph, "MATCH (n) RETURN coalesce(n.key, n.name), labels(n), properties(n)")
    found_edges = _tuples(graph, "MATCH (a)-[r]->(b) RETURN a.key, b.key, type(r), properties(r)")
    return frozenset(found_nodes), frozenset(found_edges)


def _tuples(graph: Graph, query: str) -> set[tuple[Any, ...]]:
    with graph.driver.session(database=graph.database) as session:
        return {tuple(_frozen(value) for value in record.values()) for record in session.run(query)}  # pyright: ignore[reportArgumentType]


def _frozen(value: Any) -> Any:
    """Comparable whatever the order in which labels and properties were written."""
    if isinstance(value, dict):
        return tuple(sorted((key, str(held)) for key, held in value.items() if key not in _OF_THE_RUN))
    return tuple(_frozen(part) for part in sorted(value, key=str)) if isinstance(value, list) else value
