"""The generated password of one server: a file that only its owner can read."""

import os
import secrets
import subprocess

from graph.embedded.configuration import Home
from graph.embedded.installation import Installation
from graph.embedded.process import admin_command, java_environment
from graph.embedded.storage import storage_error, storage_errors
from graph.errors import EmbeddedServerError, StorageError

_BYTES = 16
_OWNER_ONLY = 0o600
_PATIENCE_S = 60


def read_password(home: Home) -> str:
    """The password of user neo4j. Raises StorageError when its file is gone or may not be read."""
    try:
        return home.password_file.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        raise StorageError(
            f"The password of the database is gone: there is no file {home.password_file}.",
            "Put that file back, or begin anew with `cdp neo4j reset`.",
        ) from None
    except OSError as error:
        raise storage_error(home.folder, error) from None


def set_first_password(installation: Installation, home: Home) -> None:
    """Generate a password and tell the server's own tool to set it; only before the first start of a server.

    The tool reads it from the file (``@file``): it never stands in a command line, which other users can see. Raises
    StorageError, EmbeddedServerError.
    """
    with storage_errors(home.folder):
        _write_password(home, secrets.token_hex(_BYTES))
    arguments = ("dbms", "set-initial-password", f"@{home.password_file}")
    command = admin_command(installation, ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"), arguments)
    try:
        subprocess.run(command, env=java_environment(home), capture_output=True, timeout=_PATIENCE_S, check=True)
    except (subprocess.SubprocessError, OSError) as error:
        raise EmbeddedServerError(
            f"The first password of Neo4j could not be set ({type(error).__name__}).",
            "Begin anew with `cdp neo4j reset`; if that fails as well, check the free room and memory of this machine.",
        ) from None


def _write_password(home: Home, password: str) -> None:
    home.password_file.unlink(missing_ok=True)
    handle = os.open(home.password_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OWNER_ONLY)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(f"{password}\n")
