"""Opening the graph of the settings, as commands do."""

from collections.abc import Generator
from contextlib import contextmanager

from graph.address import resolve_address
from graph.connection import Graph, open_graph
from graph.constraints import install_schema


@contextmanager
def opened_graph() -> Generator[Graph]:
    """The graph of the settings, with its constraints. Raises GraphError."""
    with open_graph(resolve_address()) as graph:
        install_schema(graph)
        yield graph
