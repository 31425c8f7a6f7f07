import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner, Result

from graph.connection import Graph
from graph.errors import ConfigurationError, SourceReadError, UnknownDeadLetterError
from loaders.commands import load_command
from loaders.health.commands import health_command
from loaders.rejects.commands import rejects_app
from tests.assertions import everything, nodes

APP = typer.Typer()
APP.command("load")(load_command)
APP.command("health")(health_command)
APP.add_typer(rejects_app, name="rejects")

MAPPING = """\
source: {name: crm, kind: crm}
inputs:
  - files: customers.csv
    customer:
      external_id: id
      fields: {given_name: first, birth_date: born}
"""

Run = Callable[..., Result]


@pytest.fixture
def folder(tmp_path: Path, graph: Graph) -> Path:  # noqa: ARG001 -- an empty database
    (tmp_path / "crm.yaml").write_text(MAPPING)
    rows = (f"{number},Anna,1980-01-01\n" for number in range(60))
    (tmp_path / "customers.csv").write_text(f"id,first,born\n{''.join(rows)}60,Cut\n61,=Bob,31.02.1980\n")
    return tmp_path


@pytest.fixture
def run(command_environment: pytest.MonkeyPatch) -> Run:  # noqa: ARG001 -- what the commands read
    return lambda *arguments: CliRunner().invoke(APP, [str(argument) for argument in arguments])


@pytest.fixture
def loaded(run: Run, folder: Path) -> Path:
    assert run("load", folder).exit_code == 0
    return folder


def letters(run: Run, *filters: str) -> list[dict[str, Any]]:
    return json.loads(run("rejects", "list", "--json", *filters).stdout)["letters"]


def test_what_was_set_aside_is_listed_without_personal_data(run: Run, loaded: Path) -> None:
    result = run("rejects", "list")
    assert result.exit_code == 0
    assert f"crm  {loaded / 'customers.csv'}:62" in result.stdout
    assert "row: wrong_cells (2 cells instead of 3); attempts 1, the last on" in result.stdout
    assert "birth_date: undeclared_order" in result.stdout
    assert "2 open. crm undeclared_order 1, crm wrong_cells 1" in result.stderr
    assert "Bob" not in result.output
    assert "Cut" not in result.output


@pytest.mark.parametrize(
    ("filters", "codes"),
    [
        (["--source", "crm"], {"wrong_cells", "undeclared_order"}),
        (["--source", "shop"], set()),
        (["--code", "wrong_cells"], {"wrong_cells"}),
        (["--status", "discarded"], set()),
        (["--since", "2000-01-01"], {"wrong_cells", "undeclared_order"}),
        (["--since", "2999-01-01"], set()),
        (["--run", "another"], set()),
        (["--limit", "1"], {"undeclared_order"}),
    ],
)
def test_the_list_can_be_narrowed(run: Run, loaded: Path, filters: list[str], codes: set[str]) -> None:  # noqa: ARG001
    assert {letter["code"] for letter in letters(run, *filters)} == codes


def test_a_row_is_shown_only_where_it_is_asked_for(run: Run, loaded: Path) -> None:  # noqa: ARG001
    (letter,) = letters(run, "--code", "undeclared_order")
    assert "Bob" not in run("rejects", "show", letter["id"]).output
    assert json.loads(run("rejects", "show", letter["id"], "--raw", "--json").stdout)["raw"]["first"] == "=Bob"
    assert isinstance(run("rejects", "show", "nothing").exception, UnknownDeadLetterError)


@pytest.mark.parametrize("name", ["mend.jsonl", "mend.csv"])
def test_mended_rows_are_replayed_once(run: Run, loaded: Path, graph: Graph, name: str) -> None:
    file = loaded / name
    file.touch(0o644)
    assert json.loads(run("rejects", "export", file, "--json").stdout) == {"file": str(file), "rows": 2}
    assert file.stat().st_mode & 0o077 == 0
    mended = {'["60","Cut"]': '["60","Cem","1985-05-05"]', "60,Cut,": "60,Cem,1985-05-05", "31.02.1980": "1980-02-28"}
    for before, after in mended.items():
        file.write_text(file.read_text().replace(before, after))
    result = run("rejects", "replay", "--with", file, "--json")
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["replayed"] == 2
    found = nodes(graph, "Customer", "key", "given_name", "birth_date")
    assert {("crm:60", "Cem", "1985-05-05"), ("crm:61", "=Bob", "1980-02-28")} <= found
    loaded_once = everything(graph)
    again = json.loads(run("rejects", "replay", "--with", file, "--json").stdout)
    assert (again["tried"], again["still_open"]) == (0, 0)
    assert everything(graph) == loaded_once


def test_a_formula_is_kept_as_text_and_guarded_in_a_file_for_spreadsheets(run: Run, loaded: Path) -> None:
    run("rejects", "export", loaded / "mend.csv")
    assert ",'=Bob," in (loaded / "mend.csv").read_text()
    assert run("rejects", "replay", "--with", loaded / "mend.csv").exit_code == 1
    assert {letter["is_mended"] for letter in letters(run)} == {False}


def test_rows_that_are_still_bad_stay_open_and_end_the_command_with_1(run: Run, loaded: Path) -> None:  # noqa: ARG001
    result = run("rejects", "replay", "--code", "wrong_cells")
    assert result.exit_code == 1
    assert "0 of 1 dead letters replayed, 1 still open." in result.stdout
    assert "Rejected again: crm wrong_cells 1" in result.stdout
    assert {letter["code"]: letter["attempts"] for letter in letters(run)} == {"wrong_cells": 2, "undeclared_order": 1}


def test_a_replay_takes_the_mapping_that_it_is_given(run: Run, loaded: Path, graph: Graph) -> None:
    mended = loaded / "mended.yaml"
    mended.write_text(MAPPING.replace("birth_date: born", "birth_date: {column: born, format: '%d.%m.%Y'}"))
    (loaded / "customers.csv").write_text("id,first,born\n61,Bob,28.02.1980\n")
    run("load", loaded / "crm.yaml")
    (loaded / "crm.yaml").unlink()
    lost = run("rejects", "replay")
    assert (lost.exit_code, "Not replayed (3): " in lost.stderr) == (1, True)
    assert run("rejects", "replay", "--mapping", mended).exit_code == 1
    assert ("crm:61", "1980-02-28") in nodes(graph, "Customer", "key", "birth_date")


def test_discarded_letters_lose_their_row_and_stay_discarded(run: Run, loaded: Path) -> None:
    (letter,) = letters(run, "--code", "wrong_cells")
    assert isinstance(run("rejects", "discard").exception, ConfigurationError)
    assert json.loads(run("rejects", "discard", letter["id"], "--note", "a test", "--json").stdout) == {"discarded": 1}
    assert run("load", loaded).exit_code == 0
    (shown,) = letters(run, "--status", "discarded")
    assert (shown["attempts"], shown["note"]) == (2, "a test")
    assert json.loads(run("rejects", "show", letter["id"], "--raw", "--json").stdout)["raw"] == ""


def test_what_somebody_is_known_by_is_erased_and_only_counted(run: Run, loaded: Path) -> None:
    ids = {letter["code"]: letter["id"] for letter in letters(run)}
    assert isinstance(run("rejects", "erase").exception, ConfigurationError)
    trial = run("rejects", "erase", "--customer", "crm:61", "--dry-run", "--json")
    assert json.loads(trial.stdout) == {"searched": 2, "erased": 0, "ids": [ids["undeclared_order"]]}
    result = run("rejects", "erase", "--customer", "crm:61", "--email", "bob@example.org")
    assert (result.stdout, result.stderr) == (f"{ids['undeclared_order']}\n", "1 of 2 rows held them and are erased.\n")
    assert run("load", loaded).exit_code == 0  # the same file again brings nothing back
    assert [letter["code"] for letter in letters(run)] == ["wrong_cells"]
    assert json.loads(run("rejects", "show", ids["undeclared_order"], "--raw", "--json").stdout)["raw"] == ""


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ('{"source": "crm"}', "1: not a row of rejects"),
        ('{"dead_letter": "0000", "raw": {}}', "1: no such dead letter"),
        ('{"dead_letter": "ID", "raw": 5}', "1: `raw` is no row"),
        ("{", "1: not a row of rejects"),
    ],
)
def test_a_damaged_file_changes_nothing_and_says_its_line(run: Run, loaded: Path, line: str, problem: str) -> None:
    ids = {letter["code"]: letter["id"] for letter in letters(run)}
    good = json.dumps({"dead_letter": ids["wrong_cells"], "raw": ["60", "Cem", "1985-05-05"]})
    file = loaded / "mend.jsonl"
    file.write_text(f"{line.replace('ID', ids['wrong_cells'])}\n{good}\n")
    error = run("rejects", "replay", "--with", file).exception
    assert isinstance(error, SourceReadError)
    assert f"{file}:{problem}" in str(error)
    assert {letter["is_mended"] for letter in letters(run)} == {False}


def test_the_health_of_a_source_is_told(run: Run, loaded: Path) -> None:
    healthy = json.loads(run("health", "--json").stdout)["sources"]
    assert [(source["source"], source["rejects_open"], source["day_rows"]) for source in healthy] == [("crm", 2, 62)]
    (loaded / "customers.csv").write_text("id,name,born\n1,Anna,\n")
    assert run("load", loaded).exit_code == 5
    result = run("health")
    assert result.exit_code == 1
    assert "left out" in result.stdout
    assert "has no such column" in result.stderr
