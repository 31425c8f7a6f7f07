import pytest

from graph.clusters import read_clusters
from graph.confidence import read_levels
from graph.connection import Graph
from graph.errors import ModelError, ResolutionError, UnknownCustomerError
from tests.integration.resolution.commands import cdp, told
from tests.integration.resolution.people import NAMES, write_person

ADA = ("--actor", "ada", "--reason", "she asked", "--json")


def together(graph: Graph, left: str, right: str) -> bool:
    clusters = read_clusters(graph, read_levels(graph).default)
    return clusters[left] == clusters[right]


def test_a_steward_parts_and_joins_on_the_command_line(people_by_command: Graph) -> None:
    rejected = told("steward", "reject", "crm:0", "shop:0", *ADA)
    assert not together(people_by_command, "crm:0", "shop:0")
    assert rejected["changes"]["links_retired"] == 1

    told("steward", "withdraw", rejected["decision"], *ADA)
    assert together(people_by_command, "crm:0", "shop:0")

    told("steward", "link", "crm:1", "crm:2", *ADA)
    assert together(people_by_command, "crm:1", "crm:2")

    told("steward", "unlink", "crm:3", *ADA)
    assert not together(people_by_command, "crm:3", "shop:3")

    told("steward", "split", "crm:4", "shop:4", *ADA)
    told("steward", "confirm", "crm:5", "shop:5", *ADA)
    listed = told("steward", "list", "--json")
    assert [decision["action"] for decision in listed] == ["reject", "link", "unlink", "split", "confirm"]
    assert listed[0]["withdrawn_by"] == "ada"


@pytest.mark.usefixtures("people_by_command")
def test_decisions_are_told_to_people() -> None:
    said = cdp("steward", "reject", "crm:0", "shop:0", "--actor", "ada", "--reason", "two people").stdout

    assert "To take it back: cdp steward withdraw decision-" in " ".join(said.split())
    first, second = cdp("steward", "list").stdout.splitlines()
    assert "reject by ada on" in first
    assert second.strip() == "crm:0 | shop:0: two people"


@pytest.mark.usefixtures("people_by_command")
def test_a_customer_that_is_not_known_is_said_so() -> None:
    error = cdp("steward", "link", "crm:0", "crm:99", *ADA).exception

    assert isinstance(error, UnknownCustomerError)
    assert "'crm:99'" in str(error)


@pytest.mark.usefixtures("graph", "command_environment")
def test_before_a_resolution_there_is_nothing_to_decide() -> None:
    assert isinstance(cdp("steward", "link", "crm:0", "crm:1", *ADA).exception, ResolutionError)


def test_models_are_trained_listed_compared_and_used(people_by_command: Graph) -> None:
    (first,) = told("model", "list", "--json")
    assert first["used"]
    for number in range(3):
        write_person(people_by_command, "email", str(number), NAMES[number])
    second = told("model", "train", "--json")["version"]
    assert {row["version"]: row["used"] for row in told("model", "list", "--json")} == {
        first["version"]: True,
        second: False,
    }
    changed = {
        row["what"]: (row["before"], row["after"]) for row in told("model", "diff", first["version"], second, "--json")
    }
    assert changed["customers"] == (16, 19)

    resolved = told("resolve", "--model", second, "--json")

    assert resolved["model_version"] == second
    assert together(people_by_command, "crm:0", "email:0")
    assert told("model", "show", second, "--json")["customers"] == 19
    assert "\ncustomers: 19\n" in cdp("model", "show", second).stdout
    assert second in cdp("model", "list").stdout
    assert "customers" in cdp("model", "diff", first["version"], second).stdout


def test_going_back_to_a_model_brings_its_links_back(people_by_command: Graph) -> None:
    (first,) = told("model", "list", "--json")
    before = read_clusters(people_by_command, 0.5)
    write_person(people_by_command, "crm", "0", NAMES[0])
    told("resolve", "--train", "--json")

    told("resolve", "--model", first["version"], "--json")

    assert read_clusters(people_by_command, 0.5) == before


@pytest.mark.usefixtures("people_by_command")
def test_a_model_that_is_not_stored_is_said_so() -> None:
    assert isinstance(cdp("resolve", "--model", "splink-nowhere").exception, ModelError)


@pytest.mark.parametrize("command", ["link", "unlink", "confirm", "reject", "split", "withdraw", "list"])
def test_help_shows_an_example(command: str) -> None:
    assert f"Example: cdp steward {command}" in " ".join(cdp("steward", command, "--help").stdout.split())
