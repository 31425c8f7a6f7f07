"""What cannot be done is said in words, and nothing of it is written."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import orjson
import pytest

from graph.connection import Graph
from graph.errors import (
    CdpError,
    ClosedRunError,
    ConflictingDecisionError,
    InputError,
    ModelError,
    UnknownCustomerError,
)
from graph.runs import latest_run, write_run
from graph.writing import write_batch
from resolution.incremental import IncrementalResolution
from resolution.models.model_store import ModelStore
from resolution.pipeline import ResolutionRequest, resolve, settle
from resolution.settings import ResolutionSettings
from resolution.stewards.stewardship import Steward, Stewardship
from tests.assertions import everything, nodes
from tests.factories import batch, customer
from tests.integration.resolution.people import NAMES, write_person

SETTINGS = ResolutionSettings.model_validate({})
ADA = Steward("ada", "as she sees it")


@pytest.fixture
def stewards(people: Graph, store: ModelStore) -> Stewardship:
    found = Stewardship(people, resolution(people, store))
    found.link_customers(["crm:6", "crm:7"], ADA)
    return found


def resolution(graph: Graph, store: ModelStore) -> IncrementalResolution:
    run = latest_run(graph)
    assert run is not None
    return IncrementalResolution(store.load(run[1].version))


Decide = Callable[[Stewardship], Any]
REFUSED: dict[str, tuple[Decide, type[CdpError], str]] = {
    "link unknown": (lambda s: s.link_customers(["crm:0", "crm:99"], ADA), UnknownCustomerError, "1 of 2 customers"),
    "unlink unknown": (lambda s: s.unlink_customers(["crm:99"], ADA, ["crm:0"]), UnknownCustomerError, "'crm:99'"),
    "confirm unknown": (lambda s: s.confirm_link("crm:0", "crm:99", ADA), UnknownCustomerError, "'crm:99'"),
    "reject unknown": (lambda s: s.reject_link("crm:98", "crm:99", ADA), UnknownCustomerError, "2 of 2 customers"),
    "split unknown": (lambda s: s.split_cluster([["crm:0"], ["crm:99"]], ADA), UnknownCustomerError, "'crm:99'"),
    "delete unknown": (lambda s: s.delete_customers(["crm:0", "crm:99"]), UnknownCustomerError, "'crm:99'"),
    "withdraw unknown": (lambda s: s.withdraw("decision-1", ADA), UnknownCustomerError, "in force"),
    "link nobody": (lambda s: s.link_customers([], ADA), InputError, "two customers at least"),
    "link one": (lambda s: s.link_customers(["crm:0", "crm:0"], ADA), InputError, "two customers at least"),
    "link to itself": (lambda s: s.confirm_link("crm:0", "crm:0", ADA), InputError, "two customers at least"),
    "two sides": (lambda s: s.split_cluster([["crm:0"], ["crm:0"]], ADA), InputError, "two sides"),
    "no side": (lambda s: s.split_cluster([["crm:0"], []], ADA), InputError, "two customers at least"),
    "alone": (lambda s: s.unlink_customers(["crm:99"], ADA), InputError, "two customers at least"),
    "opposite": (lambda s: s.reject_link("crm:6", "crm:7", ADA), ConflictingDecisionError, "Withdraw"),
    "opposite split": (lambda s: s.split_cluster([["crm:6"], ["crm:7"]], ADA), ConflictingDecisionError, "Withdraw"),
}


@pytest.mark.parametrize("refused", REFUSED)
def test_a_decision_that_cannot_be_is_refused_whole(people: Graph, stewards: Stewardship, refused: str) -> None:
    decide, error, said = REFUSED[refused]
    before = everything(people)

    with pytest.raises(error, match=said):
        decide(stewards)

    assert everything(people) == before


def test_a_decision_is_withdrawn_once(people: Graph, stewards: Stewardship) -> None:
    decision = stewards.reject_link("crm:0", "shop:0", ADA).decision
    stewards.withdraw(decision, ADA)
    before = everything(people)

    with pytest.raises(UnknownCustomerError, match="in force"):
        stewards.withdraw(decision, ADA)

    assert everything(people) == before


def test_a_model_of_other_columns_is_refused(people: Graph, store: ModelStore) -> None:
    run = latest_run(people)
    assert run is not None
    people.run_alone("erase_everything")
    write_batch(people, batch("crm", customers=(customer("crm", "1", company="Ilg Ltd", country="DE"),)))
    before = everything(people)

    with pytest.raises(ModelError, match=r"compares birth_date, .*; the customers have company, country only"):
        resolve(people, SETTINGS, store, ResolutionRequest("full", run[1].version))

    assert everything(people) == before


def changed(store: ModelStore, version: str, **content: Any) -> str:
    """A stored version with another content; its name."""
    file = store.folder / version / "model.json"
    file.write_bytes(orjson.dumps({**orjson.loads(file.read_bytes()), **content}))
    return version


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ({"method": "single-linkage-1"}, "another release"),
        ({"columns": ["key", "source", "company"]}, "another release|damaged"),
        ({"comparisons": {}}, "another release"),
        ({"suspect_dates": None}, "damaged"),
    ],
)
def test_a_model_that_cannot_be_read_is_refused(
    people: Graph, store: ModelStore, content: dict[str, Any], said: str
) -> None:
    run = latest_run(people)
    assert run is not None
    version, before = changed(store, run[1].version, **content), everything(people)

    with pytest.raises(ModelError, match=said):
        resolve(people, SETTINGS, store, ResolutionRequest("full", version))

    assert everything(people) == before


def test_a_run_that_is_closed_is_not_written_again(people: Graph, store: ModelStore) -> None:
    run = latest_run(people)
    assert run is not None
    write_person(people, "email", "0", NAMES[0])
    before, online = everything(people), replace(run[0], scope="online")

    with pytest.raises(ClosedRunError, match=run[0].run_id):
        people.write(lambda transaction: settle(transaction, resolution(people, store), ["email:0"], online))
    other = replace(run[0], counts={"customers": 0})
    with pytest.raises(ClosedRunError):
        people.write(lambda transaction: write_run(transaction, other))
    people.write(lambda transaction: write_run(transaction, run[0]))

    assert everything(people) == before


@pytest.mark.parametrize("way", ["train", "full", "incremental", None])
def test_an_empty_graph_is_resolved_in_every_way(graph: Graph, store: ModelStore, way: Any) -> None:
    assert resolve(graph, SETTINGS, store, ResolutionRequest(way)).run.counts["customers"] == 0

    again = resolve(graph, SETTINGS, store, ResolutionRequest(way))

    assert nodes(graph, "Customer", "key") == set()
    assert again.changes is None or again.changes.links_created == 0
