"""Resolving: our scoring and clustering against bare Splink on the same frame, comparisons and blocking keys."""

import logging
from collections.abc import Iterable
from tempfile import TemporaryDirectory

import duckdb
import pyarrow as pa
from splink import DuckDBAPI, Linker, block_on

from graph.customers import fetch_customers
from graph.decisions import Decisions
from graph.guards import current_guards
from resolution.blocks.blocking import KeyName, load_customers
from resolution.comparing.comparisons import comparisons_for
from resolution.customers.preparation import prepare, sources_by_size
from resolution.models.fitting import Teaching, fit
from resolution.models.model import splink_settings
from resolution.pipeline import score_and_cluster
from resolution.progress import Clock
from resolution.settings import ResolutionSettings
from tests.benchmarks.company import Company
from tests.benchmarks.measures import Measure, best_in_turns

SETTINGS = ResolutionSettings.model_validate({})
# Enough at this size; EM on all pairs of a common name takes minutes and finds the same.
PAIRS = 1_000_000


def measure_resolving(company: Company, rounds: int) -> list[Measure]:
    """Seconds from the customers' table to links and clusters; neither side reads or writes the graph."""
    customers = fetch_customers(company.graph)
    prepared = prepare(customers).table
    keys = fit(customers, Teaching(SETTINGS, current_guards()), Clock()).model.keys
    ours, bare = best_in_turns(
        rounds,
        lambda: score_and_cluster(customers, Decisions(frozenset(), frozenset()), SETTINGS),
        lambda: bare_splink(prepared, {}, keys),
    )
    return [Measure(f"resolve {customers.num_rows:,} customers", ours, bare, "s", "")]


def bare_splink(prepared: pa.Table, steps: dict[str, float], keys: frozenset[KeyName] | None) -> int:
    """Train, predict and cluster as Splink's tutorial does; gives the number of clusters.

    ``steps``: takes seconds; ``keys``: the blocking keys that our model chose.
    """
    comparisons = comparisons_for(set(prepared.column_names), sources_by_size(prepared))
    clock = Clock(durations=steps)
    with TemporaryDirectory(prefix="cdp-bench-") as spilled, _database(spilled) as connection:
        with clock.step("keys"):
            load_customers(connection, prepared, SETTINGS, keys)
            connection.execute("CREATE TABLE keyed AS FROM customers")
        people = DuckDBAPI(connection).register("keyed", table_name="people")
        linker = Linker(people, splink_settings(comparisons), log_level=logging.ERROR)
        with clock.step("train"):
            _train(linker, {"birth_date", "family_name", "given_name"} & set(prepared.column_names))
        with clock.step("score"):
            predictions = linker.inference.predict(threshold_match_weight=SETTINGS.keep_above)
        with clock.step("cluster"):
            clusters = linker.clustering.cluster_pairwise_predictions_at_threshold(predictions, 0.95)
        counted = connection.execute(f"SELECT count(DISTINCT cluster_id) FROM {clusters.physical_name}").fetchone()
    assert counted is not None
    return counted[0]


def _database(folder: str) -> duckdb.DuckDBPyConnection:
    """Half of this machine's memory: with what DuckDB takes by itself, a million customers were killed at 13.6 GB."""
    return duckdb.connect(config={"memory_limit": "12GB", "temp_directory": folder})


def _train(linker: Linker, columns: Iterable[str]) -> None:
    linker.training.estimate_u_using_random_sampling(max_pairs=PAIRS, seed=1)
    for column in sorted(columns):
        linker.training.estimate_parameters_using_expectation_maximisation(block_on(column), max_pairs=PAIRS)
