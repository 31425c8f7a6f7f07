"""Hub labels: brought in line with guards that have changed since the identifiers were written."""

from graph.connection import Graph, Row
from graph.guards import Guards
from graph.hub_rows import hub_rows

_IDENTIFIERS_A_TRANSACTION = 10_000


def renew_hub_labels(graph: Graph, guards: Guards) -> None:
    """Look at every identifier again. Raises GraphError."""
    after: str | None = ""
    while after is not None:
        found = graph.read("list_identifier_keys", after=after, limit=_IDENTIFIERS_A_TRANSACTION)
        keys = [row["key"] for row in found]
        _renew(graph, hub_rows(keys, guards))
        after = keys[-1] if keys else None


def _renew(graph: Graph, rows: list[Row]) -> None:
    graph.write(lambda transaction: transaction.run("merge_identifier_hubs", rows=rows))
