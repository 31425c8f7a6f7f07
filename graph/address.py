"""Where the graph database is: ``NEO4J_URI`` when set, else the embedded server."""

from dataclasses import dataclass, field

from graph.embedded.progress import Progress, report_progress
from graph.embedded.readiness import DATABASE, USER
from graph.embedded.server import embedded_server
from graph.errors import ConfigurationError
from graph.settings import Neo4jSettings, cdp_settings, neo4j_settings

_SCHEMES = frozenset({"bolt", "bolt+s", "bolt+ssc", "neo4j", "neo4j+s", "neo4j+ssc"})


@dataclass(frozen=True, slots=True)
class Address:
    """A database to connect to; without user and password where it asks for none."""

    uri: str
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    database: str = DATABASE


def resolve_address(progress: Progress | None = None) -> Address:
    """The server of ``NEO4J_URI``; where that is not set, the embedded one, installed and started when necessary.

    Raises EmbeddedServerError and its children, ConfigurationError.
    """
    configured = neo4j_settings()
    if configured.uri:
        return _configured_address(configured.uri, configured)
    server = embedded_server(cdp_settings())
    server.start(progress or report_progress())
    endpoint = server.endpoint()
    return Address(endpoint.uri, USER, endpoint.password)


def running_address() -> Address | None:
    """The same, where the embedded server is not to be started: none while it does not run.

    Raises StorageError, ConfigurationError.
    """
    configured = neo4j_settings()
    if configured.uri:
        return _configured_address(configured.uri, configured)
    server = embedded_server(cdp_settings())
    if not server.status().running:
        return None
    endpoint = server.endpoint()
    return Address(endpoint.uri, USER, endpoint.password)


def _configured_address(uri: str, configured: Neo4jSettings) -> Address:
    if uri.partition("://")[0] not in _SCHEMES:
        raise ConfigurationError("NEO4J_URI is no address of a Neo4j.", "Write bolt://HOST:PORT or neo4j+s://HOST.")
    if configured.password is None:
        return Address(uri, database=configured.database)
    return Address(uri, configured.user, configured.password.get_secret_value(), configured.database)
