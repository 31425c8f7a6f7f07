import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
import typer
from typer.testing import CliRunner

from graph.connection import Graph
from graph.customers import fetch_customers
from graph.errors import ConfigurationError
from graph.guards import read_guards
from loaders.mappings.reading import read_mappings
from loaders.sample.company import write_sample
from resolution.commands import resolve_command
from resolution.models.fitting import Teaching, fit
from resolution.progress import Clock, silent
from resolution.scores.scoring import ScoredPairs, scored_pairs
from resolution.settings import ResolutionSettings, SparkSettings
from tests.assertions import edges
from tests.integration.loaders.test_loading_into_the_graph import load_into

pytest.importorskip("pyspark", reason="the extra spark is not installed; make test installs it")

from resolution.engines import spark
from resolution.engines.spark_session import open_session

PEOPLE, SEED = 640, 7
SETTINGS = ResolutionSettings.model_validate({})
APP = typer.Typer()
APP.command("resolve")(resolve_command)


@pytest.fixture
def company(graph: Graph, tmp_path: Path) -> Graph:
    """About 1,500 customers of the sample company."""
    write_sample(PEOPLE, SEED, tmp_path)
    load_into(graph, read_mappings(["sample"]), tmp_path)
    return graph


def test_a_cluster_that_is_not_there_is_told_without_a_stack_trace(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="CDP_SPARK_MASTER"), open_session(SparkSettings(master="x"), tmp_path):
        pytest.fail("There is no such cluster.")


def resolve(*arguments: str) -> dict[str, object]:
    done = CliRunner().invoke(APP, [*arguments, "--json"], catch_exceptions=False)
    return json.loads(done.stdout)


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> list[ScoredPairs]:
    """What Spark scores."""
    found: list[ScoredPairs] = []

    def told(*arguments: Any) -> ScoredPairs:
        found.append(scored_pairs(*arguments))
        return found[-1]

    monkeypatch.setattr(spark, "scored_pairs", told)
    return found


def table(scored: ScoredPairs) -> pa.Table:
    return scored.rows(np.arange(scored.weight.size))


@pytest.mark.usefixtures("command_environment")
def test_spark_and_duckdb_say_the_same_of_every_pair_and_link_the_same(company: Graph, seen: list[ScoredPairs]) -> None:
    customers = fetch_customers(company)
    scored = fit(customers, Teaching(SETTINGS, read_guards()), Clock(silent)).scores.pairs
    resolve()
    links = edges(company, "SAME_AS", "match_weight", "cohesion", "confidence", "evidence")

    again = resolve("--full", "--engine", "spark")

    found, expected = table(seen[0]), table(scored)
    told = ("left", "right", "evidence", "contradicts")
    assert customers.num_rows > 1_400
    assert found["weight"].to_pylist() == pytest.approx(expected["weight"].to_pylist(), abs=1e-6)
    assert found.select(told).equals(expected.select(told))
    assert again["written"] is True
    assert edges(company, "SAME_AS", "match_weight", "cohesion", "confidence", "evidence") == links
