"""Fitting: from the customers to a model version, without labels."""

from dataclasses import dataclass, replace

import duckdb
import pyarrow as pa

from resolution.blocking import Blocks, load_customers
from resolution.calibration import calibrate, levels_of, merges_of
from resolution.claims import Claims
from resolution.clustering import cohesion_forest
from resolution.comparisons import comparisons_for
from resolution.engines.engine import Engine
from resolution.frequencies import count_frequencies, load_frequencies
from resolution.model import Model, rounded
from resolution.patterns import blocked_pairs, random_pairs
from resolution.preparation import Prepared, prepare, sources_by_size
from resolution.progress import Clock
from resolution.rules import checked, rule_links
from resolution.scoring import nothing_scored, score
from resolution.settings import ResolutionSettings
from resolution.tables import Scores
from resolution.training import Estimates, train

_NOTHING = Estimates((), (), 0.5, ())


@dataclass(frozen=True, slots=True)
class Fitted:
    """A new version, and what it says of the pairs that it was fitted to."""

    model: Model
    scores: Scores


def fit(customers: pa.Table, settings: ResolutionSettings, clock: Clock, engine: Engine = score) -> Fitted:
    """Train on the customers' table and calibrate on the clusters that follow; no decision and no truth takes part.

    Training takes samples, which one machine holds: it stays on DuckDB whatever the engine that scores.
    """
    with duckdb.connect() as connection:
        with clock.step("prepare"):
            prepared = prepare(customers)
            blocks = load_customers(connection, prepared.table, settings)
        with clock.step("train"):
            model = _trained(connection, prepared, blocks, settings)
        with clock.step("score"):
            pairs = engine(connection, model) if model.comparisons and blocks.pairs else nothing_scored()
            rules = checked(connection, model.comparisons, rule_links(customers))
    scores = Scores(pairs, rules, prepared, {**prepared.guards, "blocks_too_large": blocks.too_large})
    with clock.step("calibrate"):
        return Fitted(_calibrated(model, Claims.of(pairs, rules)), scores)


def _trained(
    connection: duckdb.DuckDBPyConnection, prepared: Prepared, blocks: Blocks, settings: ResolutionSettings
) -> Model:
    table = prepared.table
    sources = sources_by_size(table)
    comparisons = comparisons_for(set(table.column_names), sources)
    frequencies = count_frequencies(connection, comparisons)
    load_frequencies(connection, frequencies)
    estimates = _NOTHING
    if comparisons:
        blocked = blocked_pairs(connection, comparisons, blocks.pairs, settings.training_pairs)
        random = random_pairs(connection, comparisons, settings.random_pairs)
        estimates = rounded(train(comparisons, blocked, random, table.num_rows))
    return Model(
        columns=tuple(table.column_names),
        sources=tuple(sources),
        estimates=estimates,
        frequencies=frequencies,
        suspect=prepared.suspect,
        thresholds=settings,
        customers=table.num_rows,
    )


def _calibrated(model: Model, claims: Claims) -> Model:
    merges = merges_of(cohesion_forest(claims.weights, claims.linkage(model.thresholds)), claims.probabilities)
    calibration = calibrate(merges)
    return replace(model, calibration=calibration, levels=levels_of(merges, calibration))
