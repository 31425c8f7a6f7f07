"""The home folder of one server and its ``neo4j.conf``."""

from dataclasses import dataclass
from pathlib import Path

from graph.embedded.storage import storage_errors
from graph.errors import ConfigurationError

LOOPBACK = "127.0.0.1"
# Neo4j Browser is served from loopback and may talk to loopback, nothing else.
_BROWSER_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:;"
    " font-src 'self' data:; worker-src 'self' blob:;"
    " connect-src 'self' ws://127.0.0.1:* ws://localhost:* http://127.0.0.1:* http://localhost:*"
)
# The server asks for all of them, empty or not.
_FOLDERS = ("conf", "data", "logs", "run", "import", "plugins", "web")


@dataclass(frozen=True, slots=True)
class Home:
    """The folder that holds everything of one server; the jars are elsewhere."""

    folder: Path

    @property
    def configuration_file(self) -> Path:
        """The server's settings, written anew at each start."""
        return self.folder / "conf" / "neo4j.conf"

    @property
    def console_log(self) -> Path:
        """What the server says on its console."""
        return self.folder / "logs" / "console.log"

    @property
    def password_file(self) -> Path:
        """The password of user neo4j; only its owner can read it."""
        return self.folder / "password"

    @property
    def state_file(self) -> Path:
        """Process and ports of the running server."""
        return self.folder / "run" / "server.json"

    @property
    def lock_file(self) -> Path:
        """Held while somebody starts, stops or resets this server; beside the home, because a reset deletes that."""
        return self.folder.with_name(f"{self.folder.name}.lock")

    @property
    def import_mark(self) -> Path:
        """There while a store is being built; whoever finds it afterwards throws that store away."""
        return self.folder / "import.unfinished"

    @property
    def exchange_mark(self) -> Path:
        """There while a store is exchanged for another; whoever finds it afterwards puts the old one back."""
        return self.folder / "exchange.unfinished"

    @property
    def replaced_folder(self) -> Path:
        """The store that was there before, until the new one is known to be good."""
        return self.folder / "replaced"

    @property
    def store_folders(self) -> tuple[Path, Path]:
        """Of every database one folder each: its store, its transaction logs."""
        return self.folder / "data" / "databases", self.folder / "data" / "transactions"

    @property
    def has_database(self) -> bool:
        """Whether a server was ever started here."""
        return (self.folder / "data" / "databases" / "system").exists()


@dataclass(frozen=True, slots=True)
class Ports:
    """Where the server listens on loopback; without HTTP there is no Neo4j Browser."""

    bolt: int
    http: int | None


@dataclass(frozen=True, slots=True)
class ServerConfiguration:
    """What one server is started with; sizes such as ``512m``. ``quick``: for servers that are thrown away."""

    ports: Ports
    heap: str
    page_cache: str
    authentication: bool = True
    quick: bool = False

    def settings(self, lib: Path) -> dict[str, str]:
        """Content of ``neo4j.conf``; the server refuses unknown and repeated names."""
        return {
            "server.directories.lib": str(lib),
            "server.config.strict_validation.enabled": "true",
            **self._network(),
            **self._privacy(),
            "server.memory.heap.initial_size": self.heap,
            "server.memory.heap.max_size": self.heap,
            "server.memory.pagecache.size": self.page_cache,
            # A fresh home takes 8 MB instead of 541 MB.
            "db.tx_log.preallocate": "false",
            # Old logs only serve incremental backups, which Community has not; recovery never needs them.
            "db.tx_log.rotation.retention_policy": "keep_none",
            "db.lock.acquisition.timeout": "30s",
            # For statements typed into Neo4j Browser; ours carry limits of their own.
            "db.transaction.timeout": "10m",
            # A clean stop takes 0.4 s instead of 10 s.
            "internal.dbms.bolt.netty_server_shutdown_quiet_period": "0",
        }

    def _network(self) -> dict[str, str]:
        bolt = f"{LOOPBACK}:{self.ports.bolt}"
        http = {} if self.ports.http is None else self._http(f"{LOOPBACK}:{self.ports.http}")
        return {
            "server.default_listen_address": LOOPBACK,
            "server.default_advertised_address": LOOPBACK,
            **_listen("bolt", bolt),
            "server.http.enabled": str(self.ports.http is not None).lower(),
            **http,
            "server.https.enabled": "false",
            "dbms.security.auth_enabled": str(self.authentication).lower(),
        }

    def _http(self, address: str) -> dict[str, str]:
        # By default any web page that the user visits may call the server.
        return _listen("http", address) | {"dbms.security.http_access_control_allow_origin": f"http://{address}"}

    def _privacy(self) -> dict[str, str]:
        return {
            "dbms.usage_report.enabled": "false",
            "client.allow_telemetry": "false",
            # Neo4j Browser calls web fonts, Segment, Canny and Sentry whatever the line above says: its page may not.
            "dbms.security.http_static_content_security_policy_header": _BROWSER_POLICY,
            # Statements carry personal values; a log must not.
            "db.logs.query.enabled": "OFF",
            "db.logs.query.parameter_logging_enabled": "false",
        }


def _listen(connector: str, address: str) -> dict[str, str]:
    return {
        f"server.{connector}.listen_address": address,
        f"server.{connector}.advertised_address": address,
    }


def prepare_home(home: Home, configuration: ServerConfiguration, lib: Path) -> None:
    """Make the folders and write ``neo4j.conf``. Raises StorageError, ConfigurationError."""
    _refuse_colons(home.folder, lib)
    with storage_errors(home.folder):
        home.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for name in _FOLDERS:
            (home.folder / name).mkdir(exist_ok=True)
        lines = (f"{name}={value}\n" for name, value in configuration.settings(lib).items())
        home.configuration_file.write_text("".join(lines), encoding="utf-8")


def _refuse_colons(*folders: Path) -> None:
    for folder in folders:
        if ":" in str(folder):
            raise ConfigurationError(
                f"{folder} has a colon in its name, which separates folders for Java.",
                "Choose other folders with CDP_CACHE_DIR (programs) and CDP_DATA_DIR (database).",
            )
