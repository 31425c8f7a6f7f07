"""A MariaDB server of its own for tests: Debian's package mariadb-server-core; loopback only, gone afterwards."""

import shutil
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from tests.server_process import PASSWORD, free_port, owner_of, served

_FOLDERS = "/usr/sbin:/usr/local/sbin:/usr/bin"


def server_program() -> Path | None:
    """The server, if there is one."""
    found = shutil.which("mariadbd") or shutil.which("mariadbd", path=_FOLDERS)
    return Path(found) if found else None


@contextmanager
def running_mariadb(program: Path) -> Generator[str]:
    """URL of a fresh server, without the driver."""
    folder = Path(tempfile.mkdtemp(prefix="cdp-mariadb-"))
    try:
        folder.chmod(0o755)
        with _served(program, folder) as port:
            yield f"mysql://cdp:{PASSWORD}@127.0.0.1:{port}/crm"
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _served(program: Path, folder: Path) -> Generator[int]:
    data, port = folder / "data", free_port()
    data.mkdir()
    owner = owner_of(data)
    first = folder / "first.sql"
    first.write_text("CREATE DATABASE crm CHARACTER SET utf8mb4;\n")
    where = [f"--datadir={data}", f"--port={port}", f"--socket={data}/socket", "--bind-address=127.0.0.1"]
    # Without the tables of rights nothing has to be installed; so it takes any password.
    settings = [*where, f"--init-file={first}", "--skip-grant-tables", "--innodb-flush-log-at-trx-commit=0"]
    with served([str(program), "--no-defaults", *settings], folder, port, owner):
        yield port
