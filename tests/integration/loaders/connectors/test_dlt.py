# Real dlt pipelines, whose destination is this loader.
import os
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import dlt
import pytest
from dlt.common.runtime import anon_tracker
from dlt.pipeline.exceptions import PipelineStepFailed

from graph.connection import Graph
from graph.settings import neo4j_settings
from loaders.connectors.dlt_destination import cdp
from loaders.rejects.selection import Selection
from loaders.rejects.store import DeadLetters
from tests.assertions import everything, nodes

MAPPING = """\
source: {name: crm, kind: crm}
max_rejected: 0.5
inputs:
  - dlt: Customers
    customer:
      external_id: customerNo
      fields: {given_name: First, birth_date: born}
      identifiers: [{kind: email, value: "contact.mail"}]
      updated_at: changed
"""


def row(number: int, **changes: Any) -> dict[str, Any]:
    at = datetime(2026, 1, number, tzinfo=UTC)
    contact = {"mail": f"anna{number}@example.org", "more": [1, {"a": None}]}
    given = {"customerNo": number, "First": f"Anna {number}", "born": date(1980, 1, number), "contact": contact}
    return {**given, "changed": at, "spent": Decimal("1.50"), **changes}


@pytest.fixture
def pipeline(graph: Graph, command_environment: pytest.MonkeyPatch, tmp_path: Path) -> dlt.Pipeline:
    assert graph
    assert command_environment
    (tmp_path / "crm.yaml").write_text(MAPPING)
    return dlt.pipeline("crm", destination=cdp(mapping=str(tmp_path / "crm.yaml")), pipelines_dir=str(tmp_path / "dlt"))


def run(pipeline: dlt.Pipeline, *rows: dict[str, Any], name: str = "Customers") -> None:
    pipeline.run(list(rows), table_name=name)


def names(graph: Graph) -> set[tuple[Any, ...]]:
    return nodes(graph, "Customer", "key", "given_name", "birth_date")


def test_the_rows_of_a_pipeline_are_customers_whatever_their_types(pipeline: dlt.Pipeline, graph: Graph) -> None:
    run(pipeline, row(1), row(2, born=None))
    once = everything(graph)
    run(pipeline, row(1), row(2, born=None))

    assert names(graph) == {("crm:1", "Anna 1", "1980-01-01"), ("crm:2", "Anna 2", None)}
    assert nodes(graph, "Email", "value") == {("anna1@example.org",), ("anna2@example.org",)}
    assert {at.to_native() for (at,) in nodes(graph, "Customer", "updated_at")} == {
        row(1)["changed"],
        row(2)["changed"],
    }
    assert everything(graph) == once


def test_bad_rows_are_dead_letters_and_the_others_kept(pipeline: dlt.Pipeline, graph: Graph) -> None:
    run(pipeline, row(1), row(2, customerNo=None), row(3, contact={"mail": "nobody"}))

    assert {key for key, _, _ in names(graph)} == {"crm:1", "crm:3"}
    with DeadLetters() as letters:
        found = [kept.letter for page in letters.pages(Selection()) for kept in page]
    assert {(letter.connector, letter.position.number, letter.reason.code) for letter in found} == {
        ("dlt", 2, "missing_id"),
        ("dlt", 3, "invalid_email"),
    }


def test_too_many_bad_rows_end_the_pipeline_and_nothing_of_them_is_kept(pipeline: dlt.Pipeline, graph: Graph) -> None:
    with pytest.raises(PipelineStepFailed, match=r"2 of 3 rows rejected \(66.7%\): missing_id 2"):
        run(pipeline, row(1), row(2, customerNo=None), row(3, customerNo=None))
    assert names(graph) == set()


def test_a_table_that_no_input_takes_is_told(pipeline: dlt.Pipeline) -> None:
    with pytest.raises(PipelineStepFailed, match="One must say `dlt: Orders`"):
        run(pipeline, row(1), name="Orders")


@pytest.mark.filterwarnings("ignore:The 'warn' method is deprecated")  # dlt logs so that it loads what is pending
def test_a_pipeline_goes_on_where_it_ended_also_when_the_database_was_away(
    pipeline: dlt.Pipeline, graph: Graph, command_environment: pytest.MonkeyPatch
) -> None:
    days = [1, 2]

    @dlt.resource(name="Customers")
    def customers(changed: Any = dlt.sources.incremental("changed")) -> Iterator[dict[str, Any]]:  # noqa: B008 -- as dlt wants it
        yield from (row(day) for day in days if changed.last_value is None or row(day)["changed"] > changed.last_value)

    address = os.environ["NEO4J_URI"]
    command_environment.setenv("NEO4J_URI", "bolt://127.0.0.1:9")
    command_environment.setenv("LOAD__RAISE_ON_MAX_RETRIES", "1")
    neo4j_settings.cache_clear()
    with pytest.raises(PipelineStepFailed, match="Neo4j does not answer"):
        pipeline.run(customers)
    command_environment.setenv("NEO4J_URI", address)
    neo4j_settings.cache_clear()
    days.append(3)
    pipeline.run(customers)  # loads what waits
    assert {key for key, _, _ in names(graph)} == {"crm:1", "crm:2"}
    pipeline.run(customers)
    assert {key for key, _, _ in names(graph)} == {"crm:1", "crm:2", "crm:3"}


def test_nothing_is_reported_to_the_maker_of_dlt(pipeline: dlt.Pipeline) -> None:
    run(pipeline, row(1))
    assert vars(anon_tracker)["_ANON_TRACKER_ENDPOINT"] is None
