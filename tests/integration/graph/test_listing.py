"""A page of a list costs the page, however much there is: it is read from an index in its order."""

from pathlib import Path
from typing import Any

import pytest

from graph.connection import Graph
from graph.decisions import Decision, write_decisions
from graph.links import Link
from graph.resolutions import Resolution, write_resolution
from graph.runs import ScoringModel, ScoringRun, write_run
from graph.times import milliseconds
from graph.writing import write_batch
from tests.factories import NOON, batch, customer, minutes

CYPHER = Path(__file__).parents[3] / "cypher"
MANY, PAGE = 800, 10
MIDDLE = milliseconds(minutes(MANY // 2))
PAGES: dict[str, dict[str, Any]] = {
    "list_customers_after": {"after": "crm:0400", "below": "crm;", "unresolved": None},
    "list_links_after": {
        "after": "crm:0400 ~ ",
        **dict.fromkeys(("method", "rule", "model_version", "run_id", "least", "most")),
    },
    "list_runs_before": {"before": MIDDLE, "before_id": "r400", "scope": None, "model_version": None},
    "list_decisions_before": {"before": MIDDLE, "before_key": "d400", "in_force": None},
}


@pytest.fixture(scope="module")
def crowd(connected_graph: Graph) -> Graph:
    graph = connected_graph
    graph.run_alone("erase_everything")
    numbers = range(MANY)
    for source in ("crm", "shop"):
        write_batch(graph, batch(source, customers=tuple(customer(source, f"{number:04}") for number in numbers)))
    links = [
        Link(f"crm:{number:04}", f"shop:{number:04}", 0.9, 3.0, "splink", cohesion=3.0, confidence=0.9)
        for number in numbers
    ]
    run = ScoringRun("run-1", "v1", "full", {}, NOON, NOON)
    write_resolution(graph, Resolution(links, (), ScoringModel("v1", NOON, "{}", (), {"default": 0.8}), run))
    runs = [ScoringRun(f"r{number}", "v1", "full", {}, minutes(number), minutes(MANY)) for number in numbers]
    graph.write(lambda transaction: [write_run(transaction, run) for run in runs])
    decided = [
        Decision(f"d{number}", "reject", "ada", "two", minutes(number), ((f"crm:{number:04}",), ("shop:0001",)))
        for number in numbers
    ]
    graph.write(lambda transaction: write_decisions(transaction, decided))
    # So that the planner knows what the indexes hold: their counts are renewed some time after a write.
    graph.driver.execute_query("CALL db.resampleOutdatedIndexes()", database_=graph.database)
    graph.driver.execute_query("CALL db.clearQueryCaches()", database_=graph.database)
    return graph


@pytest.mark.parametrize("name", PAGES)
def test_a_page_costs_the_page(crowd: Graph, name: str) -> None:
    text = f"PROFILE {(CYPHER / f'{name}.cypher').read_text()}"
    with crowd.driver.session(database=crowd.database) as opened:
        result = opened.run(text, PAGES[name] | {"limit": PAGE})  # pyright: ignore[reportArgumentType]
        found, profile = list(result), result.consume().profile

    assert len(found) == PAGE
    assert accesses(profile) < 50 * PAGE


def accesses(profile: object) -> int:
    assert isinstance(profile, dict)
    return profile["dbHits"] + sum(accesses(child) for child in profile.get("children", []))
