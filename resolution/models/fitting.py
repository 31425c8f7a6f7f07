"""Fitting: from the customers to a model version, without labels unless some are given."""

from dataclasses import dataclass, replace

import duckdb
import pyarrow as pa

from graph.guards import Guards
from resolution.blocks.blocking import block_customers, blocking_keys, number_customers
from resolution.blocks.choosing import choose_keys
from resolution.blocks.sampling import pairs_around
from resolution.clusters.group_guards import GroupGuards
from resolution.clusters.table_claims import TableClaims
from resolution.comparing.comparisons import comparisons_for
from resolution.customers.preparation import Prepared, prepare, sources_by_size
from resolution.engines.engine import Engine
from resolution.models.calibration import calibrate, levels_of, merges_of
from resolution.models.frequencies import count_frequencies, load_frequencies
from resolution.models.labels import NO_LABELS, Labels, labelled_patterns
from resolution.models.model import Model, rounded
from resolution.models.patterns import blocked_pairs, finders_of, random_pairs
from resolution.models.training import Estimates, match_probabilities, train
from resolution.progress import Clock
from resolution.scores.rules import checked, rule_links
from resolution.scores.scoring import nothing_scored, score
from resolution.scores.tables import Scores, workspace
from resolution.settings import ResolutionSettings

_NOTHING = Estimates((), (), 0.5, ())
# Around a customer there are 40 to 60 pairs where there are 50,000, and 95 where there are a million.
_PAIRS_A_CUSTOMER = 80


@dataclass(frozen=True, slots=True)
class Fitted:
    """A new version, and what it says of the pairs that it was fitted to."""

    model: Model
    scores: Scores


@dataclass(frozen=True, slots=True)
class Teaching:
    """What a model is fitted with. ``labels``: pairs that stewards have decided; ``engine``: what scores all pairs."""

    settings: ResolutionSettings
    guards: Guards
    labels: Labels = NO_LABELS
    engine: Engine = score


def fit(customers: pa.Table, teaching: Teaching, clock: Clock) -> Fitted:
    """Train on the customers' table and calibrate on the clusters that follow; no truth takes part.

    Labels are evidence about findings and heights; links follow from decisions elsewhere. Training takes samples, which
    one machine holds: it stays on DuckDB whatever the engine that scores.
    """
    labels = teaching.labels.among(customers)
    with workspace() as connection:
        with clock.step("prepare"):
            prepared = prepare(customers)
            number_customers(connection, prepared.table)
        with clock.step("train"):
            model = train_model(connection, prepared, teaching, labels)
        with clock.step("block"):
            keys = blocking_keys(set(prepared.table.column_names), model.thresholds, model.keys)
            blocks = block_customers(connection, keys)
        with clock.step("score"):
            pairs = teaching.engine(connection, model) if model.comparisons and blocks.pairs else nothing_scored()
            rules = checked(connection, model, rule_links(customers))
    with clock.step("calibrate"):
        scores = Scores.of(model, prepared, blocks, pairs, rules)
        claims = TableClaims.of(prepared.table["key"].to_pylist(), pairs, rules)
        return Fitted(_calibrated(model, claims, scores.group_guards, labels), scores)


def train_model(
    connection: duckdb.DuckDBPyConnection, prepared: Prepared, teaching: Teaching, labels: Labels = NO_LABELS
) -> Model:
    """A model of the customers in the table ``numbered``, with the keys that it uses; not calibrated yet."""
    table, settings = prepared.table, teaching.settings
    sources = sources_by_size(table)
    comparisons = comparisons_for(set(table.column_names), sources)
    frequencies = count_frequencies(connection, comparisons)
    load_frequencies(connection, frequencies)
    model = Model(
        columns=tuple(table.column_names),
        sources=tuple(sources),
        estimates=_NOTHING,
        frequencies=frequencies,
        suspect=prepared.suspect,
        thresholds=settings,
        guards=teaching.guards,
        customers=table.num_rows,
        labels=labels.counts,
    )
    return _learned(connection, model, labels) if comparisons else model


def _learned(connection: duckdb.DuckDBPyConnection, model: Model, labels: Labels) -> Model:
    """The model with what a sample of the pairs shows."""
    settings, comparisons = model.thresholds, model.comparisons
    keys = list(blocking_keys(set(model.columns), settings))
    times = pairs_around(connection, keys, settings.training_pairs // _PAIRS_A_CUSTOMER, labels.customers)
    blocked = blocked_pairs(connection, comparisons, times)
    random = random_pairs(connection, comparisons, settings.random_pairs)
    labelled = labelled_patterns(connection, comparisons, blocked, labels)
    estimates = rounded(train(comparisons, blocked, random, model.customers, labelled))
    finders = finders_of(connection, comparisons)
    probabilities = match_probabilities(comparisons, estimates, blocked)[finders["pattern"].to_numpy()]
    chosen = choose_keys(keys, finders["keys"].combine_chunks(), probabilities)
    connection.execute("DROP TABLE around; DROP TABLE anchors; DROP TABLE patterned")
    return replace(model, estimates=estimates, keys=chosen)


def _calibrated(model: Model, claims: TableClaims, guards: GroupGuards, labels: Labels) -> Model:
    forest = claims.forest(claims.special.linkage(model.thresholds, guards))
    merges = claims.merges(forest)
    labelled = merges_of(forest.links(claims.keys), labels.probabilities) if labels.counts else ()
    calibration = calibrate(merges, labelled)
    return replace(model, calibration=calibration, levels=levels_of(merges, calibration))
