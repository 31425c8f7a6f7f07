"""Fifty batches, each resolved with the model of the first run, leave what one run over everything leaves."""

import random
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from graph.connection import Graph
from graph.records import CustomerRecord
from graph.writing import write_batch
from resolution.blocks.blocking import KeyName
from resolution.models.model_store import ModelStore
from resolution.pipeline import ResolutionRequest, resolve
from resolution.settings import ResolutionSettings
from tests.assertions import edges, nodes
from tests.factories import batch, customer, days, identifier
from tests.unit.resolution.test_pipeline import people

SETTINGS = ResolutionSettings.model_validate({"train_after_growth": 1_000})
BATCHES, KNOWN = 50, 60
# As if all other keys had found nobody else.
FEW = frozenset({("birth date",), ("family sound", "postcode"), ("given sound", "family start", "birth year")})
CLAIM = ("match_weight", "probability", "method", "rule", "evidence", "cohesion", "confidence", "guard")


def record(row: dict[str, Any], moment: int) -> CustomerRecord:
    """A row of ``people``; everybody holds a loyalty card of the person's."""
    source, external_id = row["key"].split(":")
    facts = {name: value for name, value in row.items() if name not in {"key", "emails"}}
    held = [identifier("email", email) for email in row["emails"]]
    held.append(identifier("loyalty_card", f"card-{int(external_id) % 70}"))
    return customer(source, external_id, identifiers=tuple(held), observed_at=days(moment), **facts)


def batches() -> list[list[CustomerRecord]]:
    """First some that everybody knows, then in each batch two new ones and two that are known, one with a new fact."""
    rows, dice = people(120), random.Random(3)
    dice.shuffle(rows)
    found = [[record(row, 0) for row in rows[:KNOWN]]]
    for number in range(BATCHES):
        new = rows[KNOWN + 2 * number : KNOWN + 2 * number + 2]
        again, other = dice.sample(rows[: KNOWN + 2 * number], 2)
        moved = {**again, "street": other.get("street"), "postcode": other["postcode"]}
        found.append([record(row, number + 1) for row in (*new, moved, other)])
    return found


def write(graph: Graph, records: list[CustomerRecord]) -> None:
    for source in ("crm", "shop"):
        write_batch(graph, batch(source, customers=tuple(found for found in records if found.source == source)))


def state(graph: Graph) -> dict[str, object]:
    return {
        "links": edges(graph, "SAME_AS", *CLAIM, "model_version"),
        "compared": edges(graph, "COMPARED", "match_weight", "probability", "evidence", "guard"),
        "prepared": nodes(graph, "Customer", "key", "prepared", "blocking_parts", "counted"),
        "unresolved": nodes(graph, "Unresolved", "key"),
    }


@pytest.mark.parametrize("keys", [None, FEW])
def test_fifty_batches_leave_what_one_run_leaves(graph: Graph, tmp_path: Path, keys: frozenset[KeyName] | None) -> None:
    store, (first, *rest) = ModelStore(tmp_path), batches()
    write(graph, first)
    trained = store.load(resolve(graph, SETTINGS, store, ResolutionRequest("train", dry_run=True)).model.version)
    model = replace(trained, keys=keys)
    store.save(model)
    version = resolve(graph, SETTINGS, store, ResolutionRequest("full", model.version)).model.version
    for records in rest:
        write(graph, records)
        assert resolve(graph, SETTINGS, store, ResolutionRequest("incremental")).model.version == version
    found = state(graph)

    graph.run_alone("erase_everything")
    for records in (first, *rest):
        write(graph, records)
    resolve(graph, SETTINGS, store, ResolutionRequest("full", version))

    expected = state(graph)
    assert len(edges(graph, "SAME_AS")) > KNOWN / 3
    for part, value in expected.items():
        assert found[part] == value, part


def test_a_model_with_chosen_keys_is_trained_anew_when_a_source_that_it_does_not_know_brings_many(
    graph: Graph, tmp_path: Path
) -> None:
    store, (first, *_) = ModelStore(tmp_path), batches()
    write(graph, first)
    trained = store.load(resolve(graph, SETTINGS, store, ResolutionRequest("train", dry_run=True)).model.version)
    store.save(model := replace(trained, keys=FEW))
    resolve(graph, SETTINGS, store, ResolutionRequest("full", model.version))

    ways: list[str] = []
    for arrived in (range(2), range(2, 6)):
        write_batch(graph, batch("app", customers=tuple(customer("app", str(number)) for number in arrived)))
        ways.append(resolve(graph, SETTINGS, store).way)

    assert ways == ["incremental", "train"]
