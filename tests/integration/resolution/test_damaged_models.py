"""Files of models that are damaged: said in words, and never the end of every resolution."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from graph.connection import Graph
from graph.errors import ModelError
from graph.settings import cdp_settings
from resolution.models.model_store import model_store
from tests.integration.resolution.commands import cdp, told


def cut_short(folder: Path) -> None:
    file = folder / "model.json"
    file.write_bytes(file.read_bytes()[:50])


def without_levels(folder: Path) -> None:
    document = json.loads((folder / "model.json").read_text())
    (folder / "model.json").write_text(json.dumps({name: document[name] for name in document if name != "levels"}))


def without_frequencies(folder: Path) -> None:
    shutil.rmtree(folder / "frequencies")


def with_other_columns(folder: Path) -> None:
    for file in (folder / "frequencies").iterdir():
        pq.write_table(pa.table({"name": ["Anna"]}), file)


def with_a_list(folder: Path) -> None:
    (folder / "model.json").write_text("[]")


def with_nothing(folder: Path) -> None:
    (folder / "model.json").write_text("{}")


Damage = Callable[[Path], None]
DAMAGES = [cut_short, without_levels, without_frequencies, with_other_columns, with_a_list, with_nothing]


@pytest.fixture
def version(people_by_command: Graph) -> str:
    """The model in force."""
    del people_by_command
    (found,) = told("model", "list", "--json")
    return found["version"]


def folder_of(version: str) -> Path:
    return cdp_settings().data_dir / "models" / version


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_model_is_trained_anew(damage: Damage, version: str) -> None:
    damage(folder_of(version))
    assert isinstance(cdp("resolve", "--no-charts").exception, ModelError)
    assert isinstance(cdp("model", "charts", version, "--out", "charts").exception, ModelError)

    assert told("resolve", "--train", "--no-charts", "--json")["model_version"] == version

    assert told("resolve", "--no-charts", "--json")["written"] is False
    assert model_store().load(version).version == version


@pytest.mark.parametrize("damage", DAMAGES)
def test_another_model_is_used_in_place_of_a_damaged_one(
    damage: Damage, version: str, people_by_command: Graph, command_environment: pytest.MonkeyPatch
) -> None:
    del people_by_command
    command_environment.setenv("CDP_RESOLUTION_KEEP_ABOVE", "-4")
    other = told("model", "train", "--json")["version"]
    assert other != version
    damage(folder_of(version))

    assert told("resolve", "--model", other, "--no-charts", "--json")["model_version"] == other


@pytest.mark.parametrize("damage", [cut_short, without_levels, with_a_list, with_nothing])
def test_a_damaged_model_hides_no_other_in_the_list(damage: Damage, version: str) -> None:
    shutil.copytree(folder_of(version), folder_of("splink-copy"))
    damage(folder_of("splink-copy"))

    listed = cdp("model", "list", "--json")

    assert [row["version"] for row in json.loads(listed.stdout)] == [version]
    assert "splink-copy cannot be read" in " ".join(listed.stderr.split())


def test_no_version_is_no_version_that_is_known(version: str) -> None:
    del version
    assert isinstance(cdp("resolve", "--model", "").exception, ModelError)
