# What is used wrongly is answered with what was wrong and what to do, not with a stack trace.
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from pydantic_settings import SettingsError
from typer.testing import CliRunner

from api.commands import app
from api.console.settings_commands import wrong_settings
from api.operation.doctor.finding import Status
from api.operation.doctor.machine import look_at_disk
from api.settings import ApiSettings
from graph.errors import CdpError, ModelError, SourceReadError
from loaders.mappings.model import Location
from loaders.sources.deliveries import located_files
from resolution.models.model_store import ModelStore

LATIN = "id,person_id\n1,Jürgen\n".encode("latin-1")
MANY = b"id,person_id\n1,1\n"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "latin.csv").write_bytes(LATIN)
    (tmp_path / "latin.yaml").write_bytes(LATIN)
    (tmp_path / "truth.csv").write_bytes(MANY)
    (tmp_path / "records.csv").write_bytes(b"id,given_name\n1,Anna\n")
    (tmp_path / "folder").mkdir()
    return tmp_path


@pytest.mark.parametrize(
    ("arguments", "problem", "advice"),
    [
        (["load", "latin.yaml"], "cannot be read (not UTF-8)", "UTF-8"),
        (["resolve", "--evaluate", "latin.csv"], "latin.csv cannot be read as a CSV file (not UTF-8)", "UTF-8"),
        (["resolve", "--evaluate", "none.csv"], "none.csv cannot be read as a CSV file (No such file", "path"),
        (["evaluate", "records.csv", "folder"], "folder cannot be read as a CSV file (Is a directory)", "path"),
        (["evaluate", "records.csv", "truth.csv", "--ignore", "nmae"], "no column nmae", "id, given_name"),
        (["profile", "--identifier", "passport:1"], "no identifiers of this kind", "customer_number"),
        (["profile", "--identifier", "4711"], "no identifiers of this kind", "kind:value"),
        (["source", "add", "Web"], "no name of a source", "web_shop"),
        (["rejects", "erase", "--phone", "0431 5550123", "--country", "Germany"], "no country of this name", "DE"),
        (["rejects", "export", "folder"], "folder cannot be written (Is a directory)", "another file"),
    ],
    ids=lambda part: " ".join(part) if isinstance(part, list) else "",
)
def test_the_answer_says_what_is_wrong_and_what_to_do(arguments: Sequence[str], problem: str, advice: str) -> None:
    error = CliRunner().invoke(app, arguments).exception

    assert isinstance(error, CdpError)
    assert problem in error.problem
    assert advice in error.advice


def test_a_folder_in_which_a_file_is_missing_is_named_as_a_whole(folder: Path) -> None:
    with pytest.raises(SourceReadError) as error:
        located_files(Location(files=("a.csv",)), (Path(),))

    assert error.value.problem == f"There is no a.csv in {folder}."


def test_a_list_that_is_no_json_is_a_setting_that_cannot_be_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CDP_ALLOWED_HOSTS", "api.example.org")
    with pytest.raises(SettingsError) as error:
        ApiSettings()  # pyright: ignore[reportCallIssue]

    (told,) = wrong_settings(error.value)
    assert told.startswith("CDP_ALLOWED_HOSTS: ")
    assert "JSON" in told


def test_errors_of_others_are_no_settings() -> None:
    assert wrong_settings(ValueError("something else")) == []


def test_no_name_is_no_version(tmp_path: Path) -> None:
    (tmp_path / "splink-1").mkdir()
    (tmp_path / "splink-1" / "model.json").write_text("{}")

    with pytest.raises(ModelError, match="not known here"):
        ModelStore(tmp_path).find("")


def test_a_file_in_the_place_of_the_data_folder_fails(folder: Path) -> None:
    found = look_at_disk(folder / "truth.csv", None)

    assert (found.status, "is a file" in found.found) == (Status.FAIL, True)
    assert look_at_disk(folder / "new" / "data", None).status is not Status.FAIL


@pytest.mark.parametrize("arguments", [["guards", "--json"], ["guards"], ["settings"], ["settings", "--json"]])
def test_a_full_disk_is_said_so(arguments: Sequence[str]) -> None:
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[4])}
    with Path("/dev/full").open("w") as full:
        ended = subprocess.run(
            [sys.executable, "-m", "api.commands", *arguments],
            env=environment, stdout=full, stderr=subprocess.PIPE, text=True, check=False,
        )  # fmt: skip

    assert ended.returncode == 1
    assert ended.stderr.startswith("No space left on device.\nCheck that the disk has room")
    assert "Traceback" not in ended.stderr
