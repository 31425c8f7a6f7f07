import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from graph.connection import Graph
from graph.errors import ConfigurationError, MappingError
from loaders.commands import load_command
from tests.assertions import nodes

APP = typer.Typer()
APP.command("load")(load_command)

MAPPING = """\
source: {name: crm, kind: crm}
inputs:
  - files: customers.csv
    customer:
      external_id: id
      fields: {given_name: first}
"""


@pytest.fixture
def folder(tmp_path: Path, graph: Graph) -> Path:  # noqa: ARG001 -- an empty database
    (tmp_path / "crm.yaml").write_text(MAPPING)
    (tmp_path / "customers.csv").write_text(
        "id,first\n" + "".join(f"{number},Anna\n" for number in range(40)) + "cut\n"
    )
    return tmp_path


@pytest.fixture
def cdp(command_environment: pytest.MonkeyPatch) -> CliRunner:  # noqa: ARG001 -- what the command reads
    return CliRunner()


def run(cdp: CliRunner, *arguments: str | Path) -> Result:
    return cdp.invoke(APP, [str(argument) for argument in arguments])


def test_a_load_is_told_as_a_table(cdp: CliRunner, folder: Path, graph: Graph) -> None:
    result = run(cdp, folder)
    assert result.exit_code == 0, result.output
    assert "crm" in result.stdout
    assert "wrong_cells" in result.stdout
    assert "Set aside: 1. See them: cdp rejects list --run load-" in result.stdout
    assert "41 rows" in result.stdout
    assert "40 records created" in result.stdout
    assert "Anna" not in result.output
    assert len(nodes(graph, "Customer", "key")) == 40


def test_a_load_is_told_as_one_json_document(cdp: CliRunner, folder: Path) -> None:
    result = run(cdp, folder / "crm.yaml", "--json", "--batch-size", "10")
    document = json.loads(result.stdout)
    assert result.exit_code == 0
    assert document["written"]["customers"] == {"created": 40, "updated": 0, "unchanged": 0}
    assert document["rejected_rows"] == 1
    assert document["dead_letters"] == 1


def test_a_stopped_file_ends_the_command_with_its_reason(cdp: CliRunner, folder: Path, graph: Graph) -> None:
    result = run(cdp, folder, "--max-rejected", "0", "--json")
    assert result.exit_code == 5
    assert "1 of 41 rows rejected" in json.loads(result.stdout)["problems"][0]
    assert "Not loaded: customers.csv: 1 of 41 rows rejected" in result.stderr
    assert nodes(graph, "Customer", "key") == set()


def test_the_shipped_mappings_are_listed(cdp: CliRunner) -> None:
    listed = run(cdp, "--list").stdout
    assert "sample  (app, call_centre, campaign, cdp, cmp, crm, data_mart, dmp, dwh, email, loyalty" in listed
    assert "historical_50k" in json.loads(run(cdp, "--list", "--json").stdout)


def test_all_that_is_there_is_loaded_and_the_rest_is_named(cdp: CliRunner, graph: Graph, tmp_path: Path) -> None:
    (tmp_path / "loyalty").mkdir()
    (tmp_path / "loyalty" / "bookings.csv").write_text(
        "booking_id,card_no,reason,points,store,booked_at\nB1,261,bonus,50,,2026-01-01T10:00:00Z\n"
    )
    result = run(cdp, "--all", "--data", tmp_path)
    assert result.exit_code == 0, result.output
    assert "Not here: sample/app, sample/call_centre" in result.stdout
    assert nodes(graph, "Interaction", "key", "name") == {("loyalty:B1", "Points Earned")}


def test_all_of_nothing_is_an_error(cdp: CliRunner, tmp_path: Path) -> None:
    for arguments in (("--all",), ("--all", "sample", "--data", tmp_path), ("--all", "--data", tmp_path)):
        assert isinstance(run(cdp, *arguments).exception, ConfigurationError)


def test_what_cannot_be_loaded_at_all_is_an_error(cdp: CliRunner, folder: Path) -> None:
    assert isinstance(run(cdp).exception, ConfigurationError)
    assert isinstance(run(cdp, "nothing").exception, ConfigurationError)
    assert isinstance(run(cdp, "sample").exception, ConfigurationError)
    (folder / "crm.yaml").write_text("source: x")
    assert isinstance(run(cdp, folder).exception, MappingError)


def test_help_has_an_example(cdp: CliRunner) -> None:
    assert "cdp load sample --data" in run(cdp, "--help").stdout


@pytest.mark.parametrize(("option", "problem"), [("--bulk", "NEO4J_URI is set"), ("--singer", "Singer tap")])
def test_a_bulk_load_is_refused_where_it_cannot_be(
    cdp: CliRunner, folder: Path, graph: Graph, option: str, problem: str
) -> None:
    result = run(cdp, folder, "--bulk", option)
    assert isinstance(result.exception, ConfigurationError)
    assert problem in str(result.exception)
    assert nodes(graph, "Customer", "key") == set()
