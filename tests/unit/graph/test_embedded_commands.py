import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from graph.commands import neo4j_app

ROOT = Path(__file__).parents[3]
COMMANDS = ["start", "stop", "status", "browser", "reset", "backup", "restore"]


def run_in_new_process(program: str, folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Settings are read once per process; these have folders of their own and whatever is named."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    folders = {"CDP_DATA_DIR": str(folder / "data"), "CDP_CACHE_DIR": str(folder / "cache")}
    return subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env=kept | folders | variables,
        capture_output=True,
        text=True,
        check=False,
    )


def command(*arguments: str) -> str:
    return f"import sys; sys.argv[1:] = {list(arguments)}; from graph.commands import neo4j_app; neo4j_app()"


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_has_an_example_and_json(name: str) -> None:
    shown = CliRunner().invoke(neo4j_app, [name, "--help"], env={"COLUMNS": "120", "NO_COLOR": "1"}).stdout
    assert "Example: " in shown
    assert f"cdp neo4j {name}" in shown
    assert "--json" in shown


def test_a_project_without_a_server_says_how_to_get_one(tmp_path: Path) -> None:
    ended = run_in_new_process(command("status", "--json"), tmp_path, CDP_BOLT_PORT="7001")
    found = json.loads(ended.stdout)
    assert (found["embedded"], found["running"], found["ready"]) == (True, False, False)
    assert found["uri"] == "bolt://127.0.0.1:7001"
    said = run_in_new_process(command("status"), tmp_path)
    assert "cdp neo4j start" in said.stdout
    assert (ended.returncode, said.returncode, said.stderr) == (3, 3, "")
    assert list(tmp_path.iterdir()) == []


def test_a_named_server_is_used_and_nothing_is_downloaded(tmp_path: Path) -> None:
    program = "from graph.address import resolve_address as r; a = r(); print(a.uri, a.user, a.password, a.database)"
    named = {"NEO4J_URI": "bolt://127.0.0.1:1", "NEO4J_PASSWORD": "secret", "NEO4J_DATABASE": "people"}
    assert run_in_new_process(program, tmp_path, **named).stdout.split() == [
        "bolt://127.0.0.1:1",
        "neo4j",
        "secret",
        "people",
    ]
    status = run_in_new_process(command("status", "--json"), tmp_path, **named)
    assert status.returncode == 0
    assert json.loads(status.stdout) == {
        "embedded": False,
        "uri": "bolt://127.0.0.1:1",
        "user": "neo4j",
        "database": "people",
    }
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["start", "browser"])
def test_a_named_server_is_not_ours_to_start(tmp_path: Path, name: str) -> None:
    refused = run_in_new_process(command(name), tmp_path, NEO4J_URI="bolt://127.0.0.1:1")
    assert refused.returncode != 0
    assert "Unset NEO4J_URI" in refused.stderr
    assert refused.stdout == ""


@pytest.mark.parametrize(("name", "tool"), [("backup", "database dump people"), ("restore", "database load people")])
def test_a_named_server_has_tools_of_its_own_for_backups(tmp_path: Path, name: str, tool: str) -> None:
    named = {"NEO4J_URI": "bolt://127.0.0.1:1", "NEO4J_DATABASE": "people"}
    refused = run_in_new_process(command(name, str(tmp_path / "there")), tmp_path, **named)
    assert refused.returncode != 0
    assert f"neo4j-admin {tool}" in " ".join(refused.stderr.split())
    assert list(tmp_path.iterdir()) == []


def test_a_reset_asks_first(tmp_path: Path) -> None:
    (tmp_path / "data" / "neo4j").mkdir(parents=True)
    asked = run_in_new_process(command("reset"), tmp_path)
    assert asked.returncode != 0
    assert "Delete everything in" in asked.stderr
    assert (tmp_path / "data" / "neo4j").exists()
    deleted = run_in_new_process(command("reset", "--yes", "--json"), tmp_path)
    assert json.loads(deleted.stdout)["deleted"]
    assert not (tmp_path / "data" / "neo4j").exists()
