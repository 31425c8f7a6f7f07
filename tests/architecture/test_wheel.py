# The wheel is what is installed elsewhere: everything that the code reads must be in it.
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SEEN = """
import json
from importlib.resources import files
import api.commands, cypher
from graph.constraints import declared_properties
labels, statement = len(declared_properties()), cypher.statement("get_profile")
print(json.dumps({"from": api.commands.__file__, "statement": statement, "labels": labels}))
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment in which nothing of ours is but what the wheel holds."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    subprocess.run(command, check=True, capture_output=True)
    with zipfile.ZipFile(next(folder.glob("*.whl"))) as wheel:
        wheel.extractall(folder / "site")
    return folder / "site"


def run(installed: Path, *arguments: str) -> str:
    """Run Python with the wheel before everything else on its path."""
    environment = {**os.environ, "PYTHONPATH": str(installed)}
    ended = subprocess.run(
        [sys.executable, *arguments], cwd=installed.parent, env=environment, capture_output=True, text=True, check=True
    )
    return ended.stdout


def test_the_code_of_the_wheel_finds_its_files(installed: Path) -> None:
    seen = json.loads(run(installed, "-c", SEEN))

    assert Path(seen["from"]).is_relative_to(installed)
    assert "MATCH" in seen["statement"]
    assert seen["labels"] > 10


def test_a_command_of_the_wheel_runs(installed: Path) -> None:
    shipped = json.loads(run(installed, "-m", "api.commands", "load", "--list", "--json"))

    assert {"sample", "febrl", "northwind"} <= shipped.keys()


def test_the_wheel_holds_our_packages_and_nothing_else(installed: Path) -> None:
    top = {found.name for found in installed.iterdir() if not found.name.endswith(".dist-info")}

    assert top == {"api", "cypher", "graph", "loaders", "resolution"}
    assert not list(installed.rglob("tests"))
