"""The machine: Python, packages, room on the disk, ports."""

import os
import shutil
import socket
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path

import requests
from packaging.requirements import Requirement

from api.operation.doctor.finding import Finding, fail, ok, warn
from api.settings import ApiSettings
from graph.embedded.dumping import store_bytes
from graph.embedded.server import EmbeddedServer
from graph.embedded.storage import MEGABYTE
from graph.release import DISTRIBUTION

_OLDEST_PYTHON = (3, 11)
_NEEDED, _WANTED = 200 * MEGABYTE, 2_000 * MEGABYTE
_WAIT_S = 2.0


def look_at_python() -> Finding:
    """Its version."""
    found = sys.version.split()[0]
    if sys.version_info < _OLDEST_PYTHON:
        return fail("python", f"Python {found}", "Python 3.11 or later is needed.")
    return ok("python", f"Python {found}")


def look_at_packages() -> Finding:
    """Whether what is installed is what this release was tested with: the ranges that the lock file was made from."""
    try:
        asked = [Requirement(text) for text in requires(DISTRIBUTION) or ()]
    except PackageNotFoundError:
        return warn("packages", "not installed, run from source", "Install with: make setup.")
    needed = [one for one in asked if one.marker is None or one.marker.evaluate({"extra": ""})]
    wrong = [text for one in needed if (text := _mismatch(one))]
    if wrong:
        advice = "Install again: pip install --require-hashes -r requirements.lock."
        return fail("packages", f"{len(wrong)} of {len(needed)} do not fit: {', '.join(wrong[:5])}", advice)
    return ok("packages", f"{DISTRIBUTION} {version(DISTRIBUTION)}, {len(needed)} packages in their ranges")


def _mismatch(asked: Requirement) -> str | None:
    try:
        found = version(asked.name)
    except PackageNotFoundError:
        return f"{asked.name} is missing"
    return (
        None if asked.specifier.contains(found, prereleases=True) else f"{asked.name} {found} (not {asked.specifier})"
    )


def look_at_disk(data_dir: Path, server: EmbeddedServer | None) -> Finding:
    """Room for the data folder; the embedded database and one more of its size, as a restore needs it."""
    folder = next(one for one in (data_dir, *data_dir.absolute().parents) if one.is_dir())
    if data_dir.exists() and not data_dir.is_dir():
        return fail("disk", f"{data_dir} is a file", "Move it, or choose a folder: CDP_DATA_DIR.")
    if not os.access(folder, os.W_OK):
        return fail("disk", f"{folder} cannot be written", "Make it yours, or choose another CDP_DATA_DIR.")
    free = shutil.disk_usage(folder).free
    wanted = _WANTED + (store_bytes(server.home) if server else 0)
    found = f"{free // MEGABYTE:,} MB free for {data_dir}"
    if free < _NEEDED:
        return fail("disk", found, "Make room, or choose another CDP_DATA_DIR: below 200 MB loads stop half-way.")
    if free < wanted:
        return warn("disk", found, f"Have {wanted // MEGABYTE:,} MB free: a restore needs the database's size again.")
    return ok("disk", found)


def look_at_ports(settings: ApiSettings, server: EmbeddedServer | None) -> Iterator[Finding]:
    """Whether the ports are free, or held by what should hold them."""
    yield _api_port(settings)
    if settings.metrics_port and _is_taken(settings.metrics_host, settings.metrics_port):
        yield ok("metrics port", f"something answers on {settings.metrics_port}")
    if server is None or server.status().running:
        return
    ports = server.configuration.ports
    for name, port in (("CDP_BOLT_PORT", ports.bolt), ("CDP_HTTP_PORT", ports.http)):
        if port and _is_taken("127.0.0.1", port):
            yield fail("neo4j port", f"{port} is taken by another program", f"End it, or set {name}.")


def _api_port(settings: ApiSettings) -> Finding:
    host, port = settings.api_host, settings.api_port
    if not port or not _is_taken(host, port):
        return ok("api port", f"{port or 'any'} is free on {host}")
    here = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, host)  # noqa: S104 -- compared, not bound
    try:
        name = requests.get(f"http://{here}:{port}/version", timeout=_WAIT_S).json().get("name")
    except (requests.RequestException, ValueError, AttributeError):
        name = None
    if name == DISTRIBUTION:
        return ok("api port", f"the API answers on {port}")
    return fail("api port", f"{port} is taken by another program", "End it, or set CDP_API_PORT.")


def _is_taken(host: str, port: int) -> bool:
    try:
        with socket.create_connection((host, port), timeout=_WAIT_S):
            return True
    except OSError:
        return False
