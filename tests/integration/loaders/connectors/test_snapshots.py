# Whom the newest full snapshot does not hold any more is retired: kept, but no evidence and no source record.
import asyncio
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from graph.connection import AsyncGraph, Graph
from graph.errors import SuspiciousSnapshotError
from graph.kinds import SourceKind
from graph.messages import write_messages
from graph.profiles import get_profile
from graph.records import (
    Batch,
    CustomerRecord,
    CustomerRef,
    InteractionRecord,
    MessageRecords,
    Snapshot,
    SourceRecord,
)
from graph.writing import write_batch
from loaders.report import LoadReport
from resolution.models.model_store import ModelStore
from resolution.pipeline import ResolutionRequest, resolve
from resolution.settings import ResolutionSettings
from tests.assertions import edges, nodes
from tests.factories import days
from tests.integration.resolution.test_resolving import NAMES, both, clusters, write_person
from tests.loading import Loads

MAPPING = """\
source: {name: crm, kind: crm}
inputs:
  - files: crm-*.csv
    snapshot: true
    customer: {external_id: id, fields: {given_name: first}, updated_at: changed}
  - files: delta-*.csv
    optional: true
    customer: {external_id: id, fields: {given_name: first}, updated_at: changed}
"""
MONDAY = datetime(2026, 3, 2, tzinfo=UTC)


@pytest.fixture(autouse=True)
def mapping(loads: Loads) -> None:
    loads.mapping(MAPPING)


def deliver(loads: Loads, name: str, *rows: str, day: float = 0) -> None:
    path = loads.folder / f"{name}.csv"
    path.write_text("\n".join(("id,first,changed", *rows, "")))
    at = (MONDAY + timedelta(days=day)).timestamp()
    os.utime(path, (at, at))


def row(number: int, changed: str = "2026-01-01") -> str:
    return f"{number},Anna,{changed}"


def retired(loads: Loads) -> set[str]:
    return {key for key, at in nodes(loads.graph, "Customer", "key", "retired_at") if at is not None}


def load_snapshot(loads: Loads, name: str, *numbers: int, day: float = 0, max_lost: float | None = None) -> LoadReport:
    deliver(loads, name, *map(row, numbers), day=day)
    return loads.load(max_lost=max_lost)


def test_who_is_not_in_the_newest_snapshot_is_retired_and_kept(loads: Loads) -> None:
    load_snapshot(loads, "crm-1", 1, 2, 3)
    report = load_snapshot(loads, "crm-2", 1, 3, day=1)
    assert report.problems == []
    assert [delivery.retired for delivery in report.deliveries] == [1]
    assert retired(loads) == {"crm:2"}
    assert ("crm:2", "Anna") in nodes(loads.graph, "Customer", "key", "given_name")


def test_the_same_snapshot_again_changes_nothing(loads: Loads) -> None:
    load_snapshot(loads, "crm-1", 1, 2, 3)
    load_snapshot(loads, "crm-2", 1, 3, day=1)
    kept = "key", "retired_at", "touched", "snapshots"
    before = {tuple(map(str, found)) for found in nodes(loads.graph, "Customer", *kept[:3])}
    for from_start in (False, True):
        assert loads.load(from_start=from_start).problems == []
    assert {tuple(map(str, found)) for found in nodes(loads.graph, "Customer", *kept[:3])} == before


def test_who_comes_back_counts_again_though_nothing_changed(loads: Loads) -> None:
    load_snapshot(loads, "crm-1", 1, 2, 3)
    load_snapshot(loads, "crm-2", 1, 3, day=1)
    load_snapshot(loads, "crm-3", 1, 2, 3, day=2)
    assert retired(loads) == set()
    assert ("crm:2",) in nodes(loads.graph, "Unresolved", "key")


def test_who_says_something_after_the_snapshot_had_lost_them_counts_again(loads: Loads) -> None:
    load_snapshot(loads, "crm-1", 1, 2)
    load_snapshot(loads, "crm-2", 1, day=1)
    assert retired(loads) == {"crm:2"}

    said = CustomerRecord("crm", "2", MONDAY + timedelta(days=2), given_name="Anna")
    seen = InteractionRecord(
        "crm", "m1", "identify", "User Identified", said.observed_at, customer=CustomerRef("crm", "2")
    )
    write_messages(loads.graph, [MessageRecords(seen, said)], "tracking")

    assert retired(loads) == set()


def test_an_older_snapshot_says_nothing(loads: Loads) -> None:
    load_snapshot(loads, "crm-2", 1, 2, day=1)
    (loads.folder / "crm-2.csv").unlink()
    assert load_snapshot(loads, "crm-1", 1, 3, day=0).deliveries == []
    assert nodes(loads.graph, "Customer", "key") == {("crm:1",), ("crm:2",)}


def test_a_change_that_is_younger_than_the_snapshot_outlives_it_in_any_order(loads: Loads) -> None:
    load_snapshot(loads, "crm-1", 1, 2, 3, 4)
    load_snapshot(loads, "crm-2", 1, 4, day=1)
    assert retired(loads) == {"crm:2", "crm:3"}
    deliver(loads, "delta-1", row(2, "2026-03-04"), row(3, "2026-02-01"), row(4, "2026-03-10"), day=1.5)
    loads.load()
    assert retired(loads) == {"crm:3"}
    load_snapshot(loads, "crm-3", 1, 2, day=2.5)
    assert retired(loads) == {"crm:3"}, "4 was changed after the snapshot was taken"


@pytest.mark.parametrize(("numbers", "lost"), [((), "is empty"), ((1,), "lost 3 of its 4 customers (75%)")])
def test_a_snapshot_that_lost_too_many_is_refused_unless_allowed(
    loads: Loads, numbers: tuple[int, ...], lost: str
) -> None:
    load_snapshot(loads, "crm-1", 1, 2, 3, 4)
    (problem,) = load_snapshot(loads, "crm-2", *numbers, day=1).problems
    assert isinstance(problem, SuspiciousSnapshotError)
    assert str(problem).startswith(f"crm-2.csv: the snapshot {'lost 4 of its 4' if not numbers else lost}")
    assert retired(loads) == set()
    assert loads.load(max_lost=1).problems == []
    assert len(retired(loads)) == 4 - len(numbers)


def test_half_may_be_lost_and_the_mapping_can_say_another_share(loads: Loads) -> None:
    load_snapshot(loads, "crm-1", 1, 2, 3, 4)
    loads.mapping(MAPPING.replace("snapshot: true", "snapshot: {max_lost: 0.25}"))
    assert len(load_snapshot(loads, "crm-2", 1, 2, day=1).problems) == 1
    loads.mapping(MAPPING)
    assert loads.load().problems == []
    assert retired(loads) == {"crm:3", "crm:4"}


def test_a_row_that_was_rejected_may_be_anybodys_so_nobody_is_retired(loads: Loads) -> None:
    load_snapshot(loads, "crm-1", *range(40))
    deliver(loads, "crm-2", *map(row, range(39)), "39,Anna,never", day=1)
    report = loads.load()
    assert (report.problems, report.rejected, retired(loads)) == ([], 1, set())


def test_a_customer_is_retired_when_no_snapshot_holds_it(loads: Loads) -> None:
    loads.mapping(MAPPING.replace("delta-*.csv\n", "vip-*.csv\n    snapshot: true\n"))
    deliver(loads, "vip-1", row(1), row(2))
    load_snapshot(loads, "crm-1", 1, 2, 3)
    load_snapshot(loads, "crm-2", 2, 3, day=1)
    assert retired(loads) == set()
    deliver(loads, "vip-2", row(2), day=1)
    loads.load()
    assert retired(loads) == {"crm:1"}


# --- what follows for who is who -------------------------------------------------------------------------------------

SETTINGS = ResolutionSettings.model_validate({})
SHOP = SourceRecord("shop", SourceKind.SHOP, "shop")


@pytest.fixture
def people(graph: Graph, tmp_path: Path) -> ModelStore:
    """Everybody of ``NAMES`` in CRM and shop, resolved; the shop sends snapshots."""
    for number, name in enumerate(NAMES):
        write_person(graph, "crm", str(number), name)
        write_person(graph, "shop", str(number), name)
    store = ModelStore(tmp_path / "models")
    resolve(graph, SETTINGS, store)
    return store


def retire(graph: Graph, *numbers: int) -> None:
    with graph.driver.session(database=graph.database) as session:
        session.run("MATCH (c:Customer {source: 'shop'}) SET c.snapshots = ['shop/all']").consume()
    missing = tuple(f"shop:{number}" for number in numbers)
    write_batch(graph, Batch(SHOP, "run-2", snapshot=Snapshot("shop/all", days(3), missing)))


def test_a_retired_record_is_no_evidence_and_its_links_become_history(graph: Graph, people: ModelStore) -> None:
    retire(graph, 0)
    changes = resolve(graph, SETTINGS, people).changes
    assert changes is not None
    assert changes.links_retired == 1
    assert {found for found in clusters(graph) if len(found) > 1} == {both(number) for number in range(1, len(NAMES))}
    assert edges(graph, "WAS_SAME_AS", "reason") == {("crm:0", "shop:0", "the evidence for it is gone")}
    assert nodes(graph, "Unresolved", "key") == set()


def test_what_a_retired_record_changes_is_what_a_run_over_everything_finds(graph: Graph, people: ModelStore) -> None:
    retire(graph, 0, 2)
    write_person(graph, "email", "0", NAMES[0])
    resolve(graph, SETTINGS, people)
    found = edges(graph, "SAME_AS", "match_weight", "cohesion", "confidence")
    changes = resolve(graph, SETTINGS, people, ResolutionRequest("full")).changes
    assert changes is not None
    assert (changes.links_created, changes.links_changed, changes.links_retired) == (0, 0, 0)
    assert edges(graph, "SAME_AS", "match_weight", "cohesion", "confidence") == found
    assert not {key for pair in found for key in pair[:2]} & {"shop:0", "shop:2"}


async def test_a_profile_shows_no_retired_record_even_before_it_is_resolved(
    graph: Graph, people: ModelStore, async_graph: AsyncGraph
) -> None:
    assert people.folder
    retire(graph, 0)
    profile = await get_profile(async_graph, "crm:0", 0.5)
    assert profile is not None
    assert profile.members == ("crm:0",)
    assert await get_profile(async_graph, "shop:1", 0.5) is not None
    await asyncio.to_thread(retire, graph, 1)
    await asyncio.to_thread(resolve, graph, SETTINGS, people)
    assert await get_profile(async_graph, "shop:1", 0.5) is None


def test_a_record_that_comes_back_is_linked_again(graph: Graph, people: ModelStore) -> None:
    retire(graph, 0)
    resolve(graph, SETTINGS, people)
    write_person(graph, "shop", "0", NAMES[0], observed_at=days(5))
    resolve(graph, SETTINGS, people)
    assert {found for found in clusters(graph) if len(found) > 1} == {both(number) for number in range(len(NAMES))}
