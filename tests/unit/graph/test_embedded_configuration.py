import re
from pathlib import Path

import pytest

from graph.address import Address
from graph.embedded.artifacts import pinned_artifacts
from graph.embedded.configuration import Home, Ports, ServerConfiguration, prepare_home
from graph.embedded.pinning import REQUESTED, write_artifacts
from graph.errors import ConfigurationError

CONFIGURATION = ServerConfiguration(Ports(bolt=7001, http=7002), heap="1g", page_cache="512m")


def written_settings(home: Home) -> dict[str, str]:
    lines = home.configuration_file.read_text().splitlines()
    settings = dict(line.split("=", 1) for line in lines)
    assert len(settings) == len(lines), "the server refuses repeated settings"
    return settings


def test_the_server_listens_on_loopback_only_and_reports_to_nobody(tmp_path: Path) -> None:
    prepare_home(Home(tmp_path / "home"), CONFIGURATION, tmp_path / "lib")
    settings = written_settings(Home(tmp_path / "home"))
    addresses = {value.split(":")[0] for name, value in settings.items() if name.endswith("_address")}
    assert addresses == {"127.0.0.1"}
    assert settings["server.bolt.listen_address"] == "127.0.0.1:7001"
    assert settings["dbms.usage_report.enabled"] == settings["client.allow_telemetry"] == "false"
    assert settings["dbms.security.auth_enabled"] == "true"
    assert settings["db.logs.query.enabled"] == "OFF"


def test_memory_comes_from_the_settings(tmp_path: Path) -> None:
    prepare_home(Home(tmp_path), ServerConfiguration(Ports(1, None), "3g", "77m"), tmp_path)
    settings = written_settings(Home(tmp_path))
    assert settings["server.memory.heap.initial_size"] == settings["server.memory.heap.max_size"] == "3g"
    assert settings["server.memory.pagecache.size"] == "77m"
    assert settings["server.http.enabled"] == "false"


def test_only_its_owner_can_enter_the_home(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    prepare_home(home, CONFIGURATION, tmp_path)
    assert home.folder.stat().st_mode & 0o777 == 0o700


def test_a_colon_in_a_folder_name_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="colon"):
        prepare_home(Home(tmp_path / "a:b"), CONFIGURATION, tmp_path)


def test_the_pinned_list_is_complete_and_names_no_host() -> None:
    pinned = pinned_artifacts()
    assert pinned.requested == REQUESTED
    assert {re.sub(r":[^:]+$", "", one) for one in REQUESTED} <= {
        re.sub(r":[^:]+$", "", artifact.coordinate) for artifact in pinned.artifacts
    }
    assert len({artifact.filename for artifact in pinned.artifacts}) == len(pinned.artifacts)
    assert all(re.fullmatch(r"[0-9a-f]{40}", artifact.sha1) for artifact in pinned.artifacts)
    assert not any("://" in artifact.path or artifact.path.startswith("/") for artifact in pinned.artifacts)


def test_the_list_is_written_as_it_is_committed(tmp_path: Path) -> None:
    write_artifacts(pinned_artifacts().artifacts, tmp_path / "artifacts.json")
    committed = Path(__file__).parents[3] / "graph" / "embedded" / "artifacts.json"
    assert (tmp_path / "artifacts.json").read_text() == committed.read_text()


def test_an_address_does_not_show_its_password() -> None:
    assert "secret" not in repr(Address("bolt://127.0.0.1:7687", "neo4j", "secret"))
