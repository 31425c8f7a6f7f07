# What the documents say is there, is there.
import re
from pathlib import Path

import pytest
from graphql import build_schema, parse, validate
from pydantic_settings import BaseSettings
from typer.main import get_command

from api.commands import app
from api.console.settings_commands import SETTINGS
from loaders.mappings.reading import read_mappings

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()
EXAMPLE = (ROOT / ".env.example").read_text()
COMMANDS = sorted(set(re.findall(r"\bcdp ([a-z][a-z0-9-]+)", README)))
PATHS = sorted(set(re.findall(r"`((?:[\w.-]+/)+[\w.-]*|[\w-]+\.(?:yml|md|example|toml))`", README)))


def _names(settings: type[BaseSettings]) -> set[str]:
    prefix = settings.model_config.get("env_prefix", "")
    return {f"{prefix}{name}".upper() for name in settings.model_fields}


@pytest.mark.parametrize("settings", SETTINGS, ids=lambda settings: settings.__name__)
def test_every_setting_is_in_the_example_and_says_what_it_is(settings: type[BaseSettings]) -> None:
    named = set(re.findall(r"^# ?([A-Z0-9_]+)=", EXAMPLE, re.MULTILINE))

    assert _names(settings) <= named
    assert all(field.description for field in settings.model_fields.values())


def test_every_class_of_settings_is_in_the_table() -> None:
    code = (
        path.read_text()
        for floor in ("graph", "loaders", "resolution", "api")
        for path in ROOT.glob(f"{floor}/**/*.py")
    )
    written = {name for text in code for name in re.findall(r"^class (\w+)\(BaseSettings\)", text, re.MULTILINE)}

    assert written == {settings.__name__ for settings in SETTINGS}


def test_the_example_names_no_setting_that_is_none() -> None:
    known = set().union(*map(_names, SETTINGS)) | {"CDP_NEO4J_IMAGE"}
    named = set(re.findall(r"^# ?([A-Z0-9_]+)=", EXAMPLE, re.MULTILINE))

    assert named <= known


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_of_the_readme_is_one(command: str) -> None:
    commands = getattr(get_command(app), "commands")  # noqa: B009 -- the type of a group is not exported

    assert command in commands


@pytest.mark.parametrize("path", PATHS)
def test_a_file_or_folder_of_the_readme_is_there(path: str) -> None:
    assert (ROOT / path).exists()


def test_every_folder_of_the_code_is_in_the_map() -> None:
    folders = {found.name for found in ROOT.iterdir() if (found / "__init__.py").exists()}

    assert folders <= set(re.findall(r"^\| `(\w+)/` \|", README, re.MULTILINE))


def _blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", README, re.MULTILINE | re.DOTALL)


def test_the_mapping_of_the_readme_is_one(tmp_path: Path) -> None:
    (tmp_path / "my-crm.yaml").write_text(_blocks("yaml")[0])

    assert [mapping.source.name for mapping in read_mappings([str(tmp_path / "my-crm.yaml")])] == ["crm"]


def test_the_query_of_the_readme_is_one() -> None:
    assert (
        validate(build_schema((ROOT / "api" / "contract" / "schema.graphql").read_text()), parse(_blocks("graphql")[0]))
        == []
    )
