import json

import pytest
from pydantic import ValidationError
from typer.testing import CliRunner

from api.commands import app
from api.console.settings_commands import wrong_settings
from loaders.settings import LoadSettings

SECRET = "correct horse battery"


def test_every_setting_is_shown_with_what_is_in_force_and_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CDP_API_KEY", SECRET)
    monkeypatch.setenv("CDP_API_WORKERS", "3")
    shown = CliRunner().invoke(app, ["settings", "--changed", "--json"])
    found = {one["name"]: one for one in json.loads(shown.stdout)}

    assert SECRET not in shown.output
    assert found["CDP_API_KEY"]["value"] == "(set, not shown)"
    assert (found["CDP_API_WORKERS"]["value"], found["CDP_API_WORKERS"]["default"]) == ("3", "1")
    assert "CDP_DRAIN_S" not in found, "it has its default"


def test_the_table_is_for_people() -> None:
    shown = CliRunner().invoke(app, ["settings"], env={"COLUMNS": "200"}).stdout

    assert "CDP_TRACKING_GROUP_MESSAGES" in shown
    assert "Messages that are written in one transaction" in shown


def test_a_setting_that_cannot_be_used_is_named_as_it_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CDP_LOAD_BATCH_ROWS", "many")
    monkeypatch.setenv("CDP_LOAD_WRITERS", "0")
    with pytest.raises(ValidationError) as error:
        LoadSettings()  # pyright: ignore[reportCallIssue]

    rows, writers = wrong_settings(error.value)
    assert rows.startswith("CDP_LOAD_BATCH_ROWS: Input should be a valid integer")
    assert writers.startswith("CDP_LOAD_WRITERS: Input should be greater than")
