"""Servers of other makers that run for tests, each a process of its own; loopback only, gone afterwards."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path

PASSWORD = "not-to-be-seen"
_PATIENCE_S = 60


@contextmanager
def served(command: Sequence[str], folder: Path, port: int, owner: str | None) -> Generator[None]:
    """Run a server, as its owner, until the end of the block."""
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(command, stdout=log, stderr=log, cwd=folder, user=owner)
    try:
        _wait_for(port, server)
        yield
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


def _wait_for(port: int, server: subprocess.Popen[bytes]) -> None:
    for _ in range(_PATIENCE_S * 10):
        assert server.poll() is None, "the server ended by itself"
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError
