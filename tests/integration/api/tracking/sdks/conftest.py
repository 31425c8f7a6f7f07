# The vendors' JavaScript clients, unmodified and pinned.
import subprocess
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.integration.api.tracking.conftest import KEY
from tests.node import NODE, packages_or_skip

HERE = Path(__file__).parent
PATIENCE_S = 120


@pytest.fixture(scope="session")
def packages() -> Path:
    """The folder that holds ``node_modules``."""
    return packages_or_skip(HERE)


@contextmanager
def node_clients(url: str, packages: Path, events: int = 0) -> Generator[subprocess.Popen[str]]:
    """Both vendors' clients, saying everything once, or so many events."""
    command = [NODE, str(HERE / "node_clients.cjs"), url, KEY, str(events)]
    with subprocess.Popen(command, cwd=packages, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()
