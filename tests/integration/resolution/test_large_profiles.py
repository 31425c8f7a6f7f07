"""A profile of hundreds of customers is taken apart, and brought back, in one call."""

from pathlib import Path

import pytest

from graph.clusters import read_clusters
from graph.confidence import read_levels
from graph.connection import Graph
from graph.decisions import list_decisions
from graph.runs import latest_run
from graph.writing import write_batch
from resolution.incremental import IncrementalResolution
from resolution.models.model_store import ModelStore
from resolution.pipeline import resolve
from resolution.settings import ResolutionSettings
from resolution.stewards.stewardship import Steward, Stewardship
from tests.factories import batch, customer, identifier

SIZE = 1_000
HALF = SIZE // 2
ADA = Steward("ada", "many people handed these cards on")
KEYS = [f"crm:{number:04}" for number in range(SIZE)]


@pytest.fixture
def chain(graph: Graph, tmp_path: Path) -> tuple[Graph, Stewardship]:
    """A thousand customers in one profile: each shares a loyalty card with the next one."""
    records = [
        customer(
            "crm",
            f"{number:04}",
            identifiers=(identifier("loyalty_card", f"c{number}"), identifier("loyalty_card", f"c{number + 1}")),
        )
        for number in range(SIZE)
    ]
    write_batch(graph, batch("crm", customers=tuple(records)))
    store = ModelStore(tmp_path)
    resolve(graph, ResolutionSettings.model_validate({}), store)
    run = latest_run(graph)
    assert run is not None
    return graph, Stewardship(graph, IncrementalResolution(store.load(run[1].version)))


def sizes(graph: Graph) -> list[int]:
    found = list(read_clusters(graph, read_levels(graph).default).values())
    return sorted(found.count(cluster) for cluster in set(found))


def test_a_thousand_customers_are_parted_and_joined_in_one_call(chain: tuple[Graph, Stewardship]) -> None:
    graph, stewards = chain
    assert sizes(graph) == [SIZE]

    parted = stewards.unlink_customers([KEYS[HALF]], ADA)
    assert sizes(graph) == [1, HALF - 1, HALF]
    stewards.withdraw(parted.decision, ADA)
    assert sizes(graph) == [SIZE]

    stewards.split_cluster([KEYS[:HALF], KEYS[HALF:]], ADA)
    assert sizes(graph) == [HALF, HALF]
    assert [len(decision.customers) for decision in list_decisions(graph)] == [SIZE, SIZE]
