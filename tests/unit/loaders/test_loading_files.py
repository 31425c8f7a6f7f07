import stat
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import orjson
import pytest

from graph.errors import ConfigurationError, TooManyRejectionsError
from graph.records import Batch
from graph.writing import WriteCounts, Written
from loaders.delivery_writer import Writing
from loaders.mappings.reading import read_mappings
from loaders.pipeline import LoadPlan, load
from loaders.rejects.selection import Selection
from loaders.rejects.store import DeadLetters
from loaders.settings import load_settings
from tests.loading import as_they_are

MAPPING = """\
source: {name: crm, kind: crm, trust: 90}
inputs:
  - files: customers-*.csv
    customer:
      external_id: id
      fields: {given_name: first, birth_date: born}
      updated_at: changed
"""


@dataclass
class Kept:
    """What a load has written."""

    batches: list[Batch] = field(default_factory=list[Batch])

    @property
    def writing(self) -> Writing[Batch]:
        return as_they_are(self._write)

    def _write(self, batch: Batch) -> WriteCounts:
        self.batches.append(batch)
        return WriteCounts(Written(created=len(batch.customers)))

    def customers(self) -> list[tuple[str, str | None, str | None]]:
        return [(c.external_id, c.given_name, c.birth_date) for batch in self.batches for c in batch.customers]


@pytest.fixture
def kept() -> Kept:
    return Kept()


@pytest.fixture
def plan(tmp_path: Path) -> Callable[..., LoadPlan]:
    (tmp_path / "crm.yaml").write_text(MAPPING)

    def plan(**changes: Any) -> LoadPlan:
        settings = load_settings().model_copy(update={"max_rejected": 0.2, "batch_rows": 2, **changes})
        return LoadPlan(
            read_mappings([str(tmp_path / "crm.yaml")]), rejects_dir=tmp_path / "rejects", settings=settings
        )

    return plan


def deliver(folder: Path, name: str, *rows: str) -> Path:
    path = folder / f"customers-{name}.csv"
    path.write_text("\n".join(("id,first,born,changed", *rows, "")))
    return path


def rejects(plan: LoadPlan) -> list[dict[str, Any]]:
    with DeadLetters(plan.rejects_dir) as letters:
        return [kept.as_document(with_raw=True) for page in letters.pages(Selection()) for kept in page]


GOOD = ("1,Anna,1980-01-01,2026-01-01", "2,Bob,1981-01-01,2026-01-01", "3,Cem,,2026-01-01", "4,Dan,,2026-01-01")


def test_a_file_is_written_in_batches_of_rows(tmp_path: Path, plan: Callable[..., LoadPlan], kept: Kept) -> None:
    deliver(tmp_path, "a", *GOOD, "5,Eve,,2026-01-01")
    report = load(plan(), kept.writing)
    assert [len(batch.customers) for batch in kept.batches] == [2, 2, 1]
    assert {(batch.source.name, batch.run_id) for batch in kept.batches} == {("crm", report.run_id)}
    assert (report.rows, report.rejected, report.written.customers.created) == (5, 0, 5)
    assert report.dead_letters == 0
    assert rejects(plan()) == []


def test_what_is_set_aside_is_told_with_file_line_field_and_reason(
    tmp_path: Path, plan: Callable[..., LoadPlan], kept: Kept
) -> None:
    path = deliver(tmp_path, "a", *GOOD, "5,Eve,31.02.1980,2026-01-01", "6,cut")
    report = load(plan(), kept.writing)
    assert kept.customers()[-1] == ("5", "Eve", None)
    value, row = rejects(plan())
    shared = {"source": "crm", "connector": "file", "mapping": str(tmp_path / "crm.yaml"), "input": 0}
    place = {"place": str(path), "run_id": report.run_id, "attempts": 1, "status": "open"}
    found = {"number": 6, "field": "birth_date", "row_rejected": False, "stage": "standardise"}
    assert value.items() >= {**shared, **place, **found}.items()
    assert value["raw"] == {"id": "5", "first": "Eve", "born": "31.02.1980", "changed": "2026-01-01"}
    found = {"number": 7, "field": None, "stage": "parse", "code": "wrong_cells", "raw": ["6", "cut"]}
    assert row.items() >= {**shared, **place, **found}.items()
    assert report.dead_letters == 2
    assert report.deliveries[0].rejected_rows == {"wrong_cells": 1}
    assert report.deliveries[0].rejected_fields == {("birth_date", "undeclared_order"): 1}


def test_the_store_is_for_its_owner_only_and_reasons_quote_nothing(
    tmp_path: Path, plan: Callable[..., LoadPlan], kept: Kept
) -> None:
    deliver(tmp_path, "a", *GOOD, "5,Eve,1980-99-99,2026-01-01")
    report = load(plan(), kept.writing)
    assert {stat.S_IMODE(path.stat().st_mode) for path in plan().rejects_dir.iterdir()} == {0o600}
    assert stat.S_IMODE(plan().rejects_dir.stat().st_mode) == 0o700
    assert "1980-99-99" not in rejects(plan())[0]["message"]
    assert "1980-99-99" not in orjson.dumps(report.as_document()).decode()


def test_too_many_rejections_stop_a_file_before_anything_of_it_is_kept(
    tmp_path: Path, plan: Callable[..., LoadPlan], kept: Kept
) -> None:
    deliver(tmp_path, "bad", *GOOD, "5,cut", "6,cut")
    deliver(tmp_path, "good", *GOOD)
    report = load(plan(), kept.writing)
    assert len(kept.customers()) == 4
    bad, good = report.deliveries
    assert isinstance(bad.problem, TooManyRejectionsError)
    assert "2 of 6 rows rejected (33.3%): wrong_cells 2" in str(bad.problem)
    assert good.problem is None
    assert len(rejects(plan())) == 2
    assert report.as_document()["problems"] == [str(bad.problem)]


@pytest.mark.parametrize(("share", "is_kept"), [(0.2, True), (0.19, False), (0.0, False), (1.0, True)])
def test_the_threshold_is_a_share_of_the_rows(
    tmp_path: Path,
    plan: Callable[..., LoadPlan],
    kept: Kept,
    share: float,
    is_kept: bool,  # noqa: FBT001
) -> None:
    deliver(tmp_path, "a", *GOOD, "5,cut")
    load(plan(max_rejected=share), kept.writing)
    assert bool(kept.batches) is is_kept


def test_a_mapping_has_a_threshold_of_its_own_and_a_load_outranks_it(
    tmp_path: Path, plan: Callable[..., LoadPlan], kept: Kept
) -> None:
    (tmp_path / "crm.yaml").write_text(f"max_rejected: 0.1\n{MAPPING}")
    deliver(tmp_path, "a", *GOOD, "5,cut")
    (problem,) = load(plan(), kept.writing).problems
    assert "1 of 5 rows rejected (20.0%)" in str(problem)
    assert "Allow more than 10% with --max-rejected, or with max_rejected in the mapping." in str(problem)
    assert load(replace(plan(), max_rejected=0.5), kept.writing).problems == []


def test_set_aside_values_do_not_count_for_the_threshold(
    tmp_path: Path, plan: Callable[..., LoadPlan], kept: Kept
) -> None:
    deliver(tmp_path, "a", *(f"{number},Anna,never,2026-01-01" for number in range(5)))
    assert load(plan(max_rejected=0), kept.writing).problems == []
    assert len(kept.customers()) == 5


def test_a_missing_file_and_a_wrong_column_leave_the_other_files_alone(
    tmp_path: Path, plan: Callable[..., LoadPlan], kept: Kept
) -> None:
    assert "There is no customers-*.csv" in str(load(plan(), kept.writing).problems[0])
    deliver(tmp_path, "a", *GOOD)
    (tmp_path / "customers-b.csv").write_text("id,name,born,changed\n1,x,,\n")
    report = load(plan(), kept.writing)
    assert len(kept.customers()) == 4
    (problem,) = report.problems
    assert str(tmp_path / "crm.yaml:6") in str(problem)
    assert "first: customers-b.csv has no such column. It has: born, changed, id, name." in str(problem)


def test_data_is_found_in_the_given_folder_or_in_one_called_like_the_mapping(
    tmp_path: Path, plan: Callable[..., LoadPlan], kept: Kept
) -> None:
    inner = tmp_path / "data" / "crm"
    inner.mkdir(parents=True)
    deliver(inner, "a", *GOOD)
    mappings = plan().mappings
    for folder in (tmp_path / "data", inner):
        assert load(LoadPlan(mappings, folder, tmp_path / "rejects"), kept.writing).rows == 4


def test_shipped_mappings_ask_where_their_data_is(kept: Kept) -> None:
    with pytest.raises(ConfigurationError, match="--data"):
        load(LoadPlan(read_mappings(["fake_1000"])), kept.writing)
