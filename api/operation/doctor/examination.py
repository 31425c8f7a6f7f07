"""The examination: every check in turn; one that cannot be made is a finding too."""

from collections.abc import Callable, Iterable, Iterator

from api.operation.doctor.access import look_at_doors, look_at_keys
from api.operation.doctor.database import look_at_memory, look_at_schema, look_at_server
from api.operation.doctor.finding import Finding, fail
from api.operation.doctor.identity import look_at_dead_letters, look_at_resolution
from api.operation.doctor.machine import look_at_disk, look_at_packages, look_at_ports, look_at_python
from api.operation.doctor.variables import look_at_variables
from api.settings import ApiSettings
from graph.address import running_address
from graph.api_keys import api_keys
from graph.connection import Graph, open_graph
from graph.embedded.server import EmbeddedServer, embedded_server
from graph.errors import CdpError
from graph.settings import cdp_settings, neo4j_settings
from resolution.models.model_store import model_store

# So long one that does not answer is asked.
_RETRY_S = 5.0


def examine(settings: ApiSettings) -> Iterator[Finding]:
    """All findings, in the order in which to mend them."""
    server = None if neo4j_settings().uri else embedded_server(cdp_settings())
    yield look_at_python()
    yield look_at_packages()
    yield from _tried("settings", look_at_variables)
    yield from _tried("disk", lambda: [look_at_disk(cdp_settings().data_dir.expanduser(), server)])
    yield from look_at_ports(settings, server)
    yield from _tried("neo4j", lambda: _in_the_graph(settings, server))
    yield from _tried("dead letters", lambda: [look_at_dead_letters()])
    yield from look_at_doors(settings)


def _in_the_graph(settings: ApiSettings, server: EmbeddedServer | None) -> Iterator[Finding]:
    address = running_address()
    if address is None:
        yield fail("neo4j", "the embedded Neo4j does not run", "Start it: cdp neo4j start.")
        return
    with open_graph(address, _RETRY_S) as graph:
        for name, look in _looks(graph, settings, server):
            yield from _tried(name, look)


def _looks(
    graph: Graph, settings: ApiSettings, server: EmbeddedServer | None
) -> list[tuple[str, Callable[[], Iterable[Finding]]]]:
    return [
        ("neo4j", lambda: look_at_server(graph)),
        ("schema", lambda: look_at_schema(graph)),
        ("memory", lambda: [look_at_memory(graph, server)]),
        ("keys", lambda: look_at_keys(settings, api_keys(graph))),
        ("resolution", lambda: look_at_resolution(graph, model_store())),
    ]


def _tried(name: str, look: Callable[[], Iterable[Finding]]) -> Iterator[Finding]:
    try:
        yield from look()
    except CdpError as error:
        yield fail(name, error.problem, error.advice)
