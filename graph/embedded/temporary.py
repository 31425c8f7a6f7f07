"""A private server that is thrown away: for tests and for evaluations."""

import shutil
import socket
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from graph.address import Address
from graph.embedded.configuration import LOOPBACK, Home, Ports, ServerConfiguration, prepare_home
from graph.embedded.installation import Installation, install
from graph.embedded.process import spawn_server
from graph.embedded.progress import Progress, report_progress
from graph.embedded.readiness import BoltEndpoint, wait_until_ready
from graph.settings import cdp_settings

_START_PATIENCE_S = 180.0
_STOP_PATIENCE_S = 20.0


@contextmanager
def temporary_server(
    progress: Progress | None = None, heap: str = "512m", page_cache: str = "128m"
) -> Generator[Address]:
    """A fresh, empty server without authentication on a free port of loopback; nothing of it stays.

    Raises DownloadError, StorageError, ServerExitedError.
    """
    installation = install(cdp_settings().cache_dir, progress or report_progress())
    folder = Path(tempfile.mkdtemp(prefix="cdp-neo4j-"))
    try:
        with _running(installation, Home(folder), heap, page_cache) as address:
            yield address
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _running(installation: Installation, home: Home, heap: str, page_cache: str) -> Generator[Address]:
    ports = Ports(bolt=_free_port(), http=None)
    configuration = ServerConfiguration(ports, heap, page_cache, authentication=False, quick=True)
    prepare_home(home, configuration, installation.lib)
    process = spawn_server(installation, home, configuration)
    try:
        endpoint = BoltEndpoint(ports.bolt)
        wait_until_ready(process, endpoint, _START_PATIENCE_S)
        yield Address(endpoint.uri)
    finally:
        process.stop(_STOP_PATIENCE_S)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return probe.getsockname()[1]
