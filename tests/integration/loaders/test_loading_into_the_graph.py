from functools import partial
from pathlib import Path

import pytest

from graph.connection import Graph
from graph.records import Batch
from graph.writing import WriteCounts, write_batch
from loaders.delivery_writer import writing_into
from loaders.mappings.model import SourceMapping
from loaders.mappings.reading import read_mappings
from loaders.pipeline import LoadPlan, load
from loaders.rejects.mending import export_rows, import_rows
from loaders.rejects.model import Status
from loaders.rejects.readers import Readers
from loaders.rejects.replay import replay
from loaders.rejects.selection import Selection
from loaders.rejects.store import DeadLetters
from loaders.report import LoadReport
from loaders.sample.company import write_sample
from loaders.settings import load_settings
from tests.assertions import everything, nodes

DATA = Path(__file__).resolve().parents[3].parent / "shared" / "data"

MAPPING = """\
source: {name: crm, kind: crm}
inputs:
  - files: "*.csv"
    customer:
      external_id: id
      fields: {given_name: first, birth_date: born}
      updated_at: changed
"""
GOOD = "1,Anna,1980-01-02,2026-01-01"
DAMAGED = "1,Anna,1980-13-02,2026-01-01"


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sample")
    write_sample(50, 7, folder)
    return folder


@pytest.fixture
def crm(tmp_path: Path) -> Path:
    (tmp_path / "crm.yaml").write_text(MAPPING)
    return tmp_path


def load_into(graph: Graph, mappings: list[SourceMapping], data: Path, max_rejected: float = 0.05) -> LoadReport:
    settings = load_settings().model_copy(update={"max_rejected": max_rejected, "batch_rows": 500})
    return load(LoadPlan(mappings, data, data / "rejects", settings), writing_into(graph))


def deliver(folder: Path, *rows: str) -> None:
    (folder / "customers.csv").write_text("\n".join(("id,first,born,changed", *rows, "")))


def write_and_die(graph: Graph, batch: Batch) -> WriteCounts:
    write_batch(graph, batch)
    raise KeyboardInterrupt


def of_crm(folder: Path) -> list[SourceMapping]:
    return read_mappings([str(folder / "crm.yaml")])


def test_loading_the_same_data_again_changes_nothing(graph: Graph, sample: Path) -> None:
    mappings = read_mappings(["sample"])
    first = load_into(graph, mappings, sample)
    before = everything(graph)
    again = load_into(graph, mappings, sample)
    assert first.problems == again.problems == []
    assert everything(graph) == before
    counts: WriteCounts = again.written
    for written in (counts.customers, counts.sessions, counts.interactions, counts.consents):
        assert (written.created, written.updated) == (0, 0)
        assert written.unchanged > 0


def test_sources_may_come_in_any_order(graph: Graph, sample: Path) -> None:
    mappings = read_mappings(["sample"])
    load_into(graph, mappings, sample)
    before = everything(graph)
    graph.run_alone("erase_everything")
    load_into(graph, mappings[::-1], sample)
    assert everything(graph) == before


@pytest.mark.parametrize("rows", [(GOOD, DAMAGED), (DAMAGED, GOOD)])
def test_a_damaged_copy_never_wins_over_its_row(graph: Graph, crm: Path, rows: tuple[str, str]) -> None:
    for row in rows:
        deliver(crm, row)
        load_into(graph, of_crm(crm), crm)
    assert nodes(graph, "Customer", "key", "birth_date") == {("crm:1", "1980-01-02")}


def test_a_mended_value_arrives_by_a_replay(graph: Graph, crm: Path) -> None:
    deliver(crm, DAMAGED)
    load_into(graph, of_crm(crm), crm)
    assert nodes(graph, "Customer", "birth_date") == {(None,)}
    file = crm / "mend.jsonl"
    with DeadLetters(crm / "rejects") as letters:
        export_rows(letters, Selection(), file)
        file.write_text(file.read_text().replace("1980-13-02", "1980-12-02"))
        report = replay(letters, Selection(import_rows(letters, file)), Readers(partial(write_batch, graph)))
    assert report.written.customers.updated == 1
    assert nodes(graph, "Customer", "birth_date", "traits") == {("1980-12-02", None)}
    load_into(graph, of_crm(crm), crm)  # what was delivered is older than what was mended
    assert nodes(graph, "Customer", "birth_date", "traits") == {("1980-12-02", None)}


def test_replaying_twice_and_after_a_death_before_the_mark_changes_nothing(graph: Graph, crm: Path) -> None:
    deliver(crm, DAMAGED, *(f"{number},Bob,1980-01-02,2026-01-01" for number in range(2, 40)), "40,cut")
    load_into(graph, of_crm(crm), crm)
    (crm / "crm.yaml").write_text(MAPPING.replace("birth_date: born", "birth_date: {column: born, format: '%Y-%d-%m'}"))
    with DeadLetters(crm / "rejects") as letters:
        write, all_open = partial(write_batch, graph), Selection()
        with pytest.raises(KeyboardInterrupt):
            replay(letters, all_open, Readers(partial(write_and_die, graph)))
        died = everything(graph)
        assert letters.count(Selection(status=Status.REPLAYED)) == {}
        first = replay(letters, all_open, Readers(write))
        assert (first.replayed, first.still_open) == (1, 1)
        assert (first.written.customers.unchanged, first.written.customers.updated) == (1, 0)
        second = replay(letters, all_open, Readers(write))
    assert (second.tried, second.replayed, second.still_open) == (1, 0, 1)
    assert everything(graph) == died


def test_of_a_stopped_file_nothing_is_in_the_graph(graph: Graph, crm: Path) -> None:
    deliver(crm, GOOD, "2,cut")
    report = load_into(graph, of_crm(crm), crm)
    assert len(report.problems) == 1
    assert nodes(graph, "Customer", "key") == set()


def test_a_changed_mapping_is_taken_again_after_its_revision_was_raised(graph: Graph, crm: Path) -> None:
    deliver(crm, *(f"{number},Anna,1980-01-02,2026-01-01" for number in range(20)))
    load_into(graph, of_crm(crm), crm)
    changed = MAPPING.replace("kind: crm}", "kind: crm, revision: 1}").replace(
        "given_name: first", "family_name: first"
    )
    (crm / "crm.yaml").write_text(changed)
    assert load_into(graph, of_crm(crm), crm).written.customers.updated == 20
    assert nodes(graph, "Customer", "given_name", "family_name") == {(None, "Anna")}


@pytest.mark.parametrize(("name", "customers", "interactions"), [("fake_1000", 1000, 0), ("northwind", 93, 830)])
def test_public_data_is_loaded_and_again_unchanged(
    graph: Graph, tmp_path: Path, name: str, customers: int, interactions: int
) -> None:
    if not (DATA / name).is_dir():
        pytest.skip(f"the public data set {name} is not there")
    plan = LoadPlan(read_mappings([name]), DATA, tmp_path)
    first, again = (load(plan, writing_into(graph)).written for _ in range(2))
    assert (first.customers.created, first.interactions.created) == (customers, interactions)
    assert (again.customers.unchanged, again.interactions.unchanged) == (customers, interactions)
    assert len(nodes(graph, "Customer", "key")) == customers
