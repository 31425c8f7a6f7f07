"""A private server that is thrown away: for tests and for evaluations."""

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

from graph.address import Address
from graph.embedded import guard
from graph.embedded.configuration import Home, Ports, ServerConfiguration, prepare_home
from graph.embedded.installation import Installation, install
from graph.embedded.ports import free_port
from graph.embedded.process import spawn_server
from graph.embedded.progress import Progress, report_progress
from graph.embedded.readiness import BoltEndpoint, wait_until_ready
from graph.embedded.storage import MEGABYTE, require_room
from graph.settings import cdp_settings

_START_PATIENCE_S = 180.0
_STOP_PATIENCE_S = 20.0
_ROOM_BYTES = 200 * MEGABYTE


@contextmanager
def temporary_server(
    progress: Progress | None = None, heap: str = "512m", page_cache: str = "128m", *, quick: bool = True
) -> Generator[Address]:
    """A fresh, empty server without authentication on a free port of loopback; nothing of it stays.

    ``quick``: starts sooner and is slower afterwards, for tests; what is measured runs as the project's server does.
    A guard cleans up even when this process is killed. Raises DownloadError, StorageError, ServerExitedError.
    """
    installation = install(cdp_settings().cache_dir, progress or report_progress())
    memory = (heap, page_cache)
    with guarded_home() as home, running_alone(installation, home, memory, quick=quick) as address:
        yield address


@contextmanager
def guarded_home(within: Path | None = None) -> Generator[Home]:
    """A home that goes away with us, and whatever server runs in it. ``within``: else the folder of temporary files."""
    folder = Path(tempfile.mkdtemp(prefix="cdp-neo4j-", dir=within))
    # -P: the folder of the guard is no place to import from.
    command = [sys.executable, "-P", guard.__file__, str(folder)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, start_new_session=True):
        try:
            yield Home(folder)
        finally:
            shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def running_alone(
    installation: Installation,
    home: Home,
    memory: tuple[str, str],
    before: Callable[[], None] = lambda: None,
    *,
    quick: bool,
) -> Generator[Address]:
    """A server in a home, without authentication, for the block. ``before``: called when the home is prepared."""
    require_room(home.folder, _ROOM_BYTES)
    ports = Ports(bolt=free_port(), http=None)
    configuration = ServerConfiguration(ports, *memory, authentication=False, quick=quick)
    prepare_home(home, configuration, installation.lib)
    before()
    process = spawn_server(installation, home, configuration)
    try:
        endpoint = BoltEndpoint(ports.bolt)
        wait_until_ready(process, endpoint, _START_PATIENCE_S)
        yield Address(endpoint.uri)
    finally:
        process.stop(_STOP_PATIENCE_S)
