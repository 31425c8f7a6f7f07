# One server in a data folder of its own, and one backup of it, made and restored as a user does; each test leaves the
# graph as the backup has it.
import json
import os
import shutil
import signal
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Generator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from graph.address import Address
from graph.backups.backing_up import Project, address_of, back_up
from graph.backups.checksums import CHECKSUMS_FILE, write_checksums
from graph.backups.restoring import restore
from graph.connection import open_graph
from graph.constraints import install_schema
from graph.embedded.ports import free_port
from graph.embedded.progress import SilentProgress
from graph.embedded.server import EmbeddedServer, embedded_server
from graph.errors import BackupError, ConfigurationError
from graph.settings import CdpSettings, cdp_settings
from graph.writing import write_batch
from tests.factories import batch, crm, customer, device, identifier, interaction, minutes, session

pytestmark = pytest.mark.embedded

ROOT = Path(__file__).parents[3]
SILENT = SilentProgress()
EVERYTHING = """
MATCH (n) OPTIONAL MATCH (n)-[r]->(m)
RETURN labels(n) AS labels, properties(n) AS node, type(r) AS type, properties(r) AS edge, properties(m) AS other
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Generator[Project]:
    settings = CdpSettings(
        guards_file=None,
        survivorship_file=None,
        data_dir=tmp_path_factory.mktemp("data"),
        cache_dir=cdp_settings().cache_dir,
        bolt_port=free_port(),
        http_port=free_port(),
        heap="512m",
        page_cache="64m",
    )
    server = embedded_server(settings)
    server.start(SILENT)
    fill(address_of(server))
    (settings.data_dir / "models" / "v1").mkdir(parents=True)
    (settings.data_dir / "models" / "v1" / "model.json").write_text('{"version": "v1"}')
    write_letters(settings.data_dir, "first")
    (settings.data_dir / "audit").mkdir()
    (settings.data_dir / "audit" / "1.jsonl").write_text("one line\n")
    yield Project(server, settings.data_dir, None)
    server.stop(SILENT)


def fill(address: Address) -> None:
    person = customer(given_name="Anna", identifiers=(identifier("email", "anna@example.org"),))
    visit = session("s1", started_at=minutes(0), device=device(), customer=crm("1"))
    pages = [interaction(f"m{n}", at=minutes(n), device=device(), session_id="s1") for n in range(20)]
    with open_graph(address) as graph:
        install_schema(graph)
        write_batch(graph, batch("crm", customers=(person,)))
        write_batch(graph, batch("web", sessions=(visit,), interactions=tuple(pages)))


def letters_file(data_dir: Path) -> Path:
    return data_dir / "rejects" / "dead-letters.sqlite"


def write_letters(data_dir: Path, text: str) -> None:
    letters_file(data_dir).parent.mkdir(exist_ok=True)
    with closing(sqlite3.connect(letters_file(data_dir))) as database, database:
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("CREATE TABLE IF NOT EXISTS letter (text)")
        database.execute("DELETE FROM letter")
        database.execute("INSERT INTO letter VALUES (?)", [text])


def read_letters(file: Path) -> list[str]:
    with closing(sqlite3.connect(file)) as database:
        return [text for (text,) in database.execute("SELECT text FROM letter")]


def everything_in(server: EmbeddedServer) -> list[str]:
    """Every node with every relationship, as text that can be compared."""
    with open_graph(address_of(server)) as graph:
        found = graph.driver.execute_query(EVERYTHING, database_=graph.database).records
    return sorted(json.dumps(record.data(), sort_keys=True, default=str) for record in found)


def erase(server: EmbeddedServer) -> None:
    with open_graph(address_of(server)) as graph:
        graph.run_alone("erase_everything")


def environment_of(project: Project) -> dict[str, str]:
    ports = project.server.configuration.ports
    return {
        **{name: os.environ[name] for name in {"PATH", "HOME", "LANG"} & os.environ.keys()},
        "CDP_DATA_DIR": str(project.data_dir),
        "CDP_CACHE_DIR": str(project.server.cache_dir),
        "CDP_BOLT_PORT": str(ports.bolt),
        "CDP_HTTP_PORT": str(ports.http),
        "CDP_HEAP": "512m",
    }


def run(project: Project, *arguments: str) -> dict[str, Any]:
    """The JSON document of a command."""
    program, environment = "from graph.commands import neo4j_app; neo4j_app()", environment_of(project)
    command = [sys.executable, "-c", program, *arguments, "--json"]
    ended = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    return json.loads(ended.stdout)


@pytest.fixture(scope="module")
def backup(project: Project, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any], list[str]]:
    """The folder of a backup, what was said of it, and what was in the graph."""
    target, before = tmp_path_factory.mktemp("backups") / "monday", everything_in(project.server)
    return target, run(project, "backup", str(target)), before


def test_a_backup_is_whole_says_what_it_holds_and_leaves_the_server_running(
    project: Project, backup: tuple[Path, dict[str, Any], list[str]]
) -> None:
    folder, said, before = backup
    sums = subprocess.run(["sha256sum", "--check", CHECKSUMS_FILE], cwd=folder, capture_output=True, check=False)
    held = said["contents"]

    assert sums.returncode == 0
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert (held["labels"]["Interaction"], held["labels"]["Customer"], held["types"]["LOGGED_IN"]) == (20, 1, 1)
    assert held["nodes"] == len({node for line in before for node in [json.dumps(json.loads(line)["node"])]})
    assert not said["written_meanwhile"]
    assert read_letters(folder / "files" / "rejects" / "dead-letters.sqlite") == ["first"]
    assert [one.name for one in folder.parent.iterdir()] == ["monday"], "no draft is left"
    assert everything_in(project.server) == before


def test_a_restore_gives_back_every_node_and_every_file(
    project: Project, backup: tuple[Path, dict[str, Any], list[str]]
) -> None:
    folder, _, before = backup
    erase(project.server)
    shutil.rmtree(project.data_dir / "models")
    write_letters(project.data_dir, "second")
    (project.data_dir / "audit" / "1.jsonl").write_text("one line\nand another\n")
    restored = run(project, "restore", str(folder))

    assert everything_in(project.server) == before
    assert (project.data_dir / "models" / "v1" / "model.json").read_text() == '{"version": "v1"}'
    assert read_letters(letters_file(project.data_dir)) == ["first"]
    assert (project.data_dir / "audit" / "1.jsonl").read_text().endswith("and another\n")
    assert restored["set_aside"] == ["rejects/dead-letters.sqlite"]
    assert read_letters(Path(restored["kept_in"]) / "rejects" / "dead-letters.sqlite") == ["second"]
    assert not project.server.home.replaced_folder.exists()


def test_a_graph_that_is_not_empty_is_replaced_only_when_it_is_said(
    project: Project, backup: tuple[Path, dict[str, Any], list[str]]
) -> None:
    with pytest.raises(ConfigurationError, match="nodes, which a restore would replace"):
        restore(project, backup[0], SILENT, overwrite=False)
    assert everything_in(project.server) == backup[2]


@pytest.mark.parametrize("part", ["neo4j.dump", "manifest.json", "files/models/v1/model.json"])
def test_a_damaged_backup_changes_nothing(
    project: Project, backup: tuple[Path, dict[str, Any], list[str]], tmp_path: Path, part: str
) -> None:
    damaged = shutil.copytree(backup[0], tmp_path / "damaged")
    content = bytearray((damaged / part).read_bytes())
    content[len(content) // 2] ^= 1
    (damaged / part).write_bytes(content)

    with pytest.raises(BackupError, match="damaged"):
        restore(project, damaged, SILENT, overwrite=True)
    assert everything_in(project.server) == backup[2]


def test_a_dump_that_is_not_what_its_manifest_says_changes_nothing(
    project: Project, backup: tuple[Path, dict[str, Any], list[str]], tmp_path: Path
) -> None:
    other = shutil.copytree(backup[0], tmp_path / "other")
    manifest = json.loads((other / "manifest.json").read_text())
    manifest["contents"]["labels"]["Interaction"] = 21
    (other / "manifest.json").write_text(json.dumps(manifest))
    write_checksums(other, SILENT)

    with pytest.raises(BackupError, match="of its manifest"):
        restore(project, other, SILENT, overwrite=True)
    assert everything_in(project.server) == backup[2]
    assert not list(project.data_dir.glob("cdp-neo4j-*"))


def test_a_backup_of_a_newer_neo4j_is_refused_in_words(
    project: Project, backup: tuple[Path, dict[str, Any], list[str]], tmp_path: Path
) -> None:
    newer = shutil.copytree(backup[0], tmp_path / "newer")
    manifest = json.loads((newer / "manifest.json").read_text())
    (newer / "manifest.json").write_text(json.dumps({**manifest, "neo4j": "6.0.0"}))

    with pytest.raises(BackupError, match=r"of Neo4j 6\.0\.0"):
        restore(project, newer, SILENT, overwrite=True)


def test_a_folder_that_is_there_is_not_overwritten(
    project: Project, backup: tuple[Path, dict[str, Any], list[str]]
) -> None:
    with pytest.raises(ConfigurationError, match="--force"):
        back_up(project, backup[0], SILENT, overwrite=False)
    with pytest.raises(ConfigurationError, match="lies in the data folder"):
        back_up(project, project.data_dir / "backups", SILENT, overwrite=False)


def test_a_backup_that_is_ended_leaves_the_server_running_and_nothing_behind(project: Project, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "api.commands", "neo4j", "backup", str(tmp_path / "tuesday")]
    with subprocess.Popen(command, cwd=ROOT, env=environment_of(project), stderr=subprocess.PIPE, text=True) as ended:
        assert ended.stderr is not None
        for line in ended.stderr:
            if "Neo4j stops for the dump" in line:
                ended.terminate()

    assert ended.returncode == 128 + signal.SIGTERM
    assert project.server.status().running
    assert list(tmp_path.iterdir()) == []
