"""Ports on loopback: free ones for servers that are thrown away, the configured ones for the project's."""

import errno
import socket
import time

from graph.embedded.configuration import LOOPBACK, Ports
from graph.errors import ConfigurationError, PortInUseError

_PATIENCE_S = 1.0
_POLL_S = 0.1


def require_free_ports(ports: Ports) -> None:
    """Raise PortInUseError for the first port on which another program listens, ConfigurationError for a forbidden one.

    Another port is never taken in silence: bookmarks, scripts and other projects count on the one that was set.
    """
    _require_free(ports.bolt, "CDP_BOLT_PORT")
    if ports.http is not None:
        _require_free(ports.http, "CDP_HTTP_PORT")


def _require_free(port: int, variable: str) -> None:
    try:
        _bind_patiently(port)
    except PermissionError:
        raise ConfigurationError(
            f"Port {port} may not be used by ordinary users.", f"Set {variable} to a port above 1023."
        ) from None
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise
        raise PortInUseError(
            f"Port {port} is in use by another program; Neo4j was not started.",
            f"End that program, or set {variable} to a free port, for example {free_port()}.",
        ) from None


def free_port() -> int:
    """A port that is free now; somebody else may take it before it is used."""
    return _bind(0)


def _bind_patiently(port: int) -> None:
    """A server that was killed a moment ago holds its ports until the system has cleared it away."""
    deadline = time.monotonic() + _PATIENCE_S
    while time.monotonic() < deadline:
        try:
            _bind(port)
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise
            time.sleep(_POLL_S)
        else:
            return
    _bind(port)


def _bind(port: int) -> int:
    with socket.socket() as probe:
        # Else a port whose last user ended a minute ago would count as used.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind((LOOPBACK, port))
        return probe.getsockname()[1]
