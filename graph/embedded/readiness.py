"""Waiting until a server answers."""

import socket
import time
from dataclasses import dataclass, field

from neo4j import GraphDatabase
from neo4j.exceptions import AuthError, DriverError, Neo4jError

from cypher import statement
from graph.embedded.configuration import LOOPBACK
from graph.embedded.log import why_server_ended
from graph.embedded.process import ServerProcess
from graph.errors import EmbeddedServerError

_POLL_S = 0.1
_CONNECT_S = 2.0
USER = "neo4j"
DATABASE = "neo4j"


@dataclass(frozen=True, slots=True)
class BoltEndpoint:
    """One embedded server's port, with the password of user neo4j where it asks for one."""

    port: int
    password: str | None = field(default=None, repr=False)

    @property
    def uri(self) -> str:
        """Address for the driver."""
        return f"bolt://{LOOPBACK}:{self.port}"

    @property
    def credentials(self) -> tuple[str, str] | None:
        """User and password for the driver."""
        return (USER, self.password) if self.password else None


def wait_until_ready(process: ServerProcess, endpoint: BoltEndpoint, patience_s: float) -> None:
    """Return when a plain session answers.

    Raises ServerExitedError, PortInUseError, EmbeddedServerError when that takes longer than ``patience_s`` seconds.
    """
    deadline = time.monotonic() + patience_s
    while not answers(endpoint):
        if not process.is_alive():
            raise why_server_ended(process.home)
        if time.monotonic() > deadline:
            raise EmbeddedServerError(
                f"Neo4j does not answer after {patience_s:.0f} s.",
                f"See {process.home.console_log}, then try `cdp neo4j stop` and start again.",
            )
        time.sleep(_POLL_S)


def answers(endpoint: BoltEndpoint) -> bool:
    """Whether a session on the database answers. Raises EmbeddedServerError when it refuses the password."""
    return _listens(endpoint) and _answers_statement(endpoint)


def _listens(endpoint: BoltEndpoint) -> bool:
    """Whether somebody listens; cheaper than a driver, which is made only then."""
    try:
        with socket.create_connection((LOOPBACK, endpoint.port), timeout=_CONNECT_S):
            return True
    except OSError:
        return False


def _answers_statement(endpoint: BoltEndpoint) -> bool:
    try:
        with (
            GraphDatabase.driver(endpoint.uri, auth=endpoint.credentials, connection_timeout=_CONNECT_S) as driver,
            driver.session(database=DATABASE) as session,
        ):
            session.run(statement("get_heartbeat")).consume()
            return True
    except AuthError:
        raise EmbeddedServerError(
            "Neo4j runs but refuses the password that was generated for it.",
            "If it was changed, write the new one into the file that `cdp neo4j status` names; or `cdp neo4j reset`.",
        ) from None
    except (DriverError, Neo4jError, OSError):
        return False
