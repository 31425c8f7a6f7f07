import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from graph.connection import Graph
from graph.errors import SourceReadError
from resolution.commands import resolve_command
from tests.assertions import everything
from tests.integration.resolution.people import NAMES, write_person

APP = typer.Typer()
APP.command("resolve")(resolve_command)


@pytest.fixture
def truth(graph: Graph, tmp_path: Path) -> Path:
    for number, name in enumerate(NAMES):
        write_person(graph, "crm", str(number), name)
        write_person(graph, "shop", str(number), name)
    rows = [f"{number},{source},p{number}" for number in range(len(NAMES)) for source in ("crm", "shop")]
    file = tmp_path / "truth.csv"
    file.write_text("\n".join(["id,source,person_id", *rows]))
    return file


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(APP, [str(argument) for argument in arguments])


@pytest.mark.usefixtures("command_environment")
def test_a_resolution_and_its_quality_are_told_to_programs(truth: Path) -> None:
    document = json.loads(run("--evaluate", truth, "--json").stdout)

    assert document["written"] is True
    assert document["counts"]["customers"] == 16
    assert (document["evaluation"]["pairwise_f1"], document["evaluation"]["unknown"]) == (1.0, 0)
    assert list(document["levels"]) == ["exact", "strict", "default", "loose"]
    assert json.loads(run("--json").stdout)["written"] is False


@pytest.mark.usefixtures("command_environment")
def test_a_resolution_is_told_to_people(truth: Path) -> None:
    told = run("--evaluate", truth).stdout

    assert "Training the model" in told
    assert "Quality against the truth" in told
    assert "Nothing has changed" in run().stdout


@pytest.mark.usefixtures("command_environment")
def test_records_of_the_truth_that_are_not_there_are_told(truth: Path) -> None:
    truth.write_text(truth.read_text() + "\n1,croissant,p1\n2,croissant,p2\n")

    document = json.loads(run("--evaluate", truth, "--json").stdout)
    told = " ".join(run("--evaluate", truth).stdout.split())

    assert (document["evaluation"]["records"], document["evaluation"]["unknown"]) == (18, 2)
    assert "Not in the graph: 2 of the 18 records of the truth" in told


@pytest.mark.usefixtures("command_environment")
def test_a_truth_about_other_records_stops_before_anything_is_done(truth: Path, graph: Graph) -> None:
    truth.write_text("id,source,person_id\n1,croissant,p1\n2,croissant,p1\n")
    before = everything(graph)
    problem = run("--evaluate", truth).exception

    assert isinstance(problem, SourceReadError)
    assert "None of the 2 records of the truth is in the graph." in str(problem)
    assert everything(graph) == before


@pytest.mark.usefixtures("command_environment", "graph")
def test_a_truth_that_cannot_be_read_stops_before_anything_is_done(tmp_path: Path) -> None:
    assert isinstance(run("--evaluate", tmp_path / "nowhere.csv").exception, SourceReadError)


def test_help_shows_an_example() -> None:
    assert "Example: cdp resolve" in run("--help").stdout
