"""The project's own server: start, stop, status, reset."""

import shutil
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from graph.embedded.configuration import LOOPBACK, Home, Ports, ServerConfiguration, prepare_home
from graph.embedded.exchanging import undo_unfinished_exchange
from graph.embedded.importing import Import, discard_store, discard_unfinished_import, run_import
from graph.embedded.installation import Installation, install
from graph.embedded.locks import exclusive_lock
from graph.embedded.password import read_password, set_first_password
from graph.embedded.ports import require_free_ports
from graph.embedded.process import ServerProcess, spawn_server
from graph.embedded.progress import Progress
from graph.embedded.readiness import USER, BoltEndpoint, answers, wait_until_ready
from graph.embedded.state import ServerState, find_running, forget_state, save_state
from graph.embedded.storage import MEGABYTE, require_room, storage_errors
from graph.errors import DownloadError, EmbeddedServerError, ServerExitedError
from graph.settings import CdpSettings

_START_PATIENCE_S = 180.0
_STOP_PATIENCE_S = 60.0
# A fresh home takes 8 MB; below this the server stops in the middle of the first load.
_ROOM_BYTES = 200 * MEGABYTE


@dataclass(frozen=True, slots=True)
class ServerStatus:
    """What a user wants to know of the server; addresses are those of the running one, else those it would get."""

    running: bool
    ready: bool
    uri: str
    browser_url: str | None
    user: str
    password_file: str
    home: str
    log: str
    version: str | None
    pid: int | None
    started_at: str | None


@dataclass(frozen=True, slots=True)
class EmbeddedServer:
    """The server of one home folder; any number of processes may hold such an object and call it at once."""

    home: Home
    configuration: ServerConfiguration
    cache_dir: Path

    def start(self, progress: Progress) -> ServerStatus:
        """Make the server answer: find the running one, else install what is missing and start it.

        Raises DownloadError, StorageError, PortInUseError, ServerExitedError, EmbeddedServerError, ConfigurationError.
        """
        with self._alone(progress):
            running = find_running(self.home)
            if running is None or not self._answers_soon(running[0]):
                self._start_new(install(self.cache_dir, progress), progress)
        return self.status()

    def _answers_soon(self, process: ServerProcess) -> bool:
        """Wait until a server that runs answers; false where it was about to end, as one is that was killed."""
        try:
            wait_until_ready(process, self.endpoint(), _START_PATIENCE_S)
        except ServerExitedError:
            return False
        return True

    def stop(self, progress: Progress) -> bool:
        """End the server; whether one ran. Raises StorageError."""
        if not self._exists():
            return False
        with self._alone(progress):
            return self._stop(progress)

    def reset(self, progress: Progress) -> bool:
        """End the server and delete its database, password and logs; whether there was anything.

        Raises StorageError.
        """
        if not self._exists():
            return False
        with self._alone(progress), storage_errors(self.home.folder):
            self._stop(progress)
            shutil.rmtree(self.home.folder)
        return True

    def replace_database(self, content: Import, progress: Progress) -> None:
        """End the server, build its database anew from files, and start it again.

        Raises EmbeddedServerError and its children: then the database is empty, and the server is stopped.
        """
        with self._alone(progress) as held:
            installation = install(self.cache_dir, progress)
            self._stop(progress)
            progress.say("Neo4j builds its store.")
            run_import(installation, self.home, content, held)
            self._start_new(installation, progress)

    def empty_database(self, progress: Progress) -> None:
        """End the server and throw its database away; the next start makes an empty one. Raises StorageError."""
        with self._alone(progress):
            self._stop(progress)
            discard_store(self.home)

    @contextmanager
    def stopped(self, progress: Progress, *, restart: bool) -> Generator[Installation]:
        """The server is down for the block, and nobody else starts it; then it is started again where that is asked.

        Raises StorageError, and what a start raises.
        """
        with self._alone(progress):
            installation = install(self.cache_dir, progress)
            self._stop(progress)
            try:
                yield installation
            finally:
                if restart:
                    self._start_new(installation, progress)

    def status(self) -> ServerStatus:
        """How the server is; changes nothing."""
        running = find_running(self.home)
        state = running[1] if running else None
        ports = self._ports(state)
        return ServerStatus(
            running=state is not None,
            ready=state is not None and self._is_ready(),
            uri=BoltEndpoint(ports.bolt).uri,
            browser_url=browser_url(ports),
            user=USER,
            password_file=str(self.home.password_file),
            home=str(self.home.folder),
            log=str(self.home.console_log),
            version=state.version if state else None,
            pid=state.pid if state else None,
            started_at=state.started_at if state else None,
        )

    def _is_ready(self) -> bool:
        try:
            return answers(self.endpoint())
        except EmbeddedServerError:  # `start` says what is wrong with the password
            return False

    def endpoint(self) -> BoltEndpoint:
        """Where the running server answers, with its password. Raises StorageError when that is gone."""
        running = find_running(self.home)
        return BoltEndpoint(self._ports(running[1] if running else None).bolt, read_password(self.home))

    def _exists(self) -> bool:
        with storage_errors(self.home.folder):
            return self.home.folder.exists()

    def _start_new(self, installation: Installation, progress: Progress) -> None:
        require_room(self.home.folder, _ROOM_BYTES)
        require_free_ports(self.configuration.ports)
        prepare_home(self.home, self.configuration, installation.lib)
        discard_unfinished_import(self.home)
        undo_unfinished_exchange(self.home)
        if not self.home.has_database:
            set_first_password(installation, self.home)
        read_password(self.home)
        progress.say(f"Starting Neo4j {installation.version}, data in {self.home.folder}")
        process = spawn_server(installation, self.home, self.configuration)
        self._wait_for_new(process, installation)

    def _wait_for_new(self, process: ServerProcess, installation: Installation) -> None:
        """Wait for the first answer; whatever interrupts that leaves no half-started server behind."""
        try:
            save_state(self.home, ServerState.of(process, self.configuration.ports, installation.version))
            wait_until_ready(process, self.endpoint(), _START_PATIENCE_S)
        except BaseException as error:
            process.stop(_STOP_PATIENCE_S)
            forget_state(self.home)
            if isinstance(error, ServerExitedError):
                _blame_damaged_jars(installation)
            raise

    def _stop(self, progress: Progress) -> bool:
        running = find_running(self.home)
        forget_state(self.home)
        if running is None:
            return False
        if not running[0].stop(_STOP_PATIENCE_S):
            progress.say(
                f"Neo4j did not end within {_STOP_PATIENCE_S:.0f} s and was killed;"
                " it recovers its data at the next start."
            )
        return True

    def _ports(self, state: ServerState | None) -> Ports:
        return Ports(state.bolt_port, state.http_port) if state else self.configuration.ports

    @contextmanager
    def _alone(self, progress: Progress) -> Generator[int]:
        """Nobody else starts, stops or resets this server meanwhile; gives the descriptor of the lock."""
        waiting = "Waiting for another start or stop to end."
        with exclusive_lock(self.home.lock_file, lambda: progress.say(waiting)) as held:
            yield held


def embedded_server(settings: CdpSettings) -> EmbeddedServer:
    """The server of the project's data folder."""
    return EmbeddedServer(
        home=Home(settings.data_dir.expanduser().absolute() / "neo4j"),
        configuration=ServerConfiguration(
            Ports(settings.bolt_port, settings.http_port), settings.heap, settings.page_cache
        ),
        cache_dir=settings.cache_dir,
    )


def browser_url(ports: Ports) -> str | None:
    """Address of Neo4j Browser with our database and user filled in."""
    if ports.http is None:
        return None
    return f"http://{LOOPBACK}:{ports.http}/browser/?dbms=bolt://{USER}@{LOOPBACK}:{ports.bolt}"


def _blame_damaged_jars(installation: Installation) -> None:
    """A jar that was damaged after its download explains a server that does not start."""
    damaged = installation.remove_damaged()
    if damaged:
        raise DownloadError(
            f"Neo4j could not start: {len(damaged)} of its files were damaged, {damaged[0]} first. They were removed.",
            "Start again: they are downloaded anew.",
        ) from None
