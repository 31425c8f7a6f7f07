"""A source that knows nothing of people but hashes of their emails is linked with those who know the emails."""

from hashlib import sha256
from pathlib import Path

import pytest

from graph.connection import Graph
from graph.customers import fetch_customers
from graph.writing import write_batch
from resolution.models.model_store import ModelStore
from resolution.pipeline import ResolutionRequest, resolve
from tests.assertions import nodes
from tests.factories import batch, customer, identifier
from tests.integration.resolution.test_resolving import NAMES, SETTINGS, clusters, write_person

FULL = ResolutionRequest("full")
WANTED = frozenset({"crm:5", "dmp:5"})


def write_hash(graph: Graph, number: int) -> None:
    given_name, family_name = NAMES[number].lower().split()
    value = sha256(f"{given_name}.{family_name}@example.org".encode()).hexdigest()
    record = customer("dmp", str(number), identifiers=(identifier("hashed_email", value),))
    write_batch(graph, batch("dmp", customers=(record,)))


def write_people(graph: Graph) -> None:
    for number, name in enumerate(NAMES):
        write_person(graph, "crm", str(number), name)
        if number < 4:
            write_person(graph, "shop", str(number), name)


@pytest.mark.parametrize("hash_first", [True, False])
def test_a_hash_is_linked_whichever_comes_first(graph: Graph, tmp_path: Path, *, hash_first: bool) -> None:
    steps = [lambda: [write_hash(graph, number) for number in (5, 6)], lambda: write_people(graph)]
    for step in steps if hash_first else reversed(steps):
        step()
    resolve(graph, SETTINGS, ModelStore(tmp_path), FULL)

    assert WANTED in clusters(graph)
    assert {key for key, text in nodes(graph, "Customer", "key", "prepared") if "@" not in text} == {"dmp:5", "dmp:6"}


def test_a_hash_that_comes_later_finds_who_was_resolved_before_it(graph: Graph, tmp_path: Path) -> None:
    store = ModelStore(tmp_path)
    write_people(graph)
    write_hash(graph, 6)
    model = resolve(graph, SETTINGS, store, FULL).model.version
    write_hash(graph, 5)
    resolve(graph, SETTINGS, store, ResolutionRequest("incremental"))

    found = clusters(graph)
    assert WANTED in found
    resolve(graph, SETTINGS, store, ResolutionRequest("full", version=model))
    assert clusters(graph) == found


def test_an_email_that_comes_later_finds_its_hash(graph: Graph, tmp_path: Path) -> None:
    store = ModelStore(tmp_path)
    write_people(graph)
    for number in (5, 6):
        write_hash(graph, number)
    resolve(graph, SETTINGS, store, FULL)
    write_person(graph, "shop", "5", NAMES[5])
    resolve(graph, SETTINGS, store, ResolutionRequest("incremental"))

    assert WANTED | {"shop:5"} in clusters(graph)
    assert [row["emails"] for row in fetch_customers(graph).to_pylist() if row["source"] == "dmp"] == [[], []]
