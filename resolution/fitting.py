"""Fitting: from the customers to a model version, without labels unless some are given."""

from dataclasses import dataclass, replace

import duckdb
import pyarrow as pa

from graph.guards import Guards
from resolution.blocking import Blocks, load_customers, pair_up
from resolution.calibration import calibrate, levels_of, merges_of
from resolution.comparisons import comparisons_for
from resolution.frequencies import count_frequencies, load_frequencies
from resolution.group_guards import GroupGuards
from resolution.labels import NO_LABELS, Labels, labelled_patterns
from resolution.model import Model, rounded
from resolution.patterns import blocked_pairs, random_pairs
from resolution.preparation import Prepared, prepare, sources_by_size
from resolution.prepared_rows import guards_over
from resolution.progress import Clock
from resolution.rules import checked, rule_links
from resolution.scoring import nothing_scored, score
from resolution.settings import ResolutionSettings
from resolution.table_claims import TableClaims
from resolution.tables import Scores, workspace
from resolution.training import Estimates, train

_NOTHING = Estimates((), (), 0.5, ())


@dataclass(frozen=True, slots=True)
class Fitted:
    """A new version, and what it says of the pairs that it was fitted to."""

    model: Model
    scores: Scores


def fit(
    customers: pa.Table, settings: ResolutionSettings, guards: Guards, clock: Clock, labels: Labels = NO_LABELS
) -> Fitted:
    """Train on the customers' table and calibrate on the clusters that follow; no truth takes part.

    ``labels``: pairs that stewards have decided. They are evidence about findings and heights; links follow from
    decisions elsewhere.
    """
    labels = labels.among(customers)
    with workspace() as connection:
        with clock.step("prepare"):
            prepared = prepare(customers)
            blocks = load_customers(connection, prepared.table, settings)
            pair_up(connection)
        with clock.step("train"):
            model = replace(_trained(connection, prepared, _Material(blocks, labels), settings), guards=guards)
        with clock.step("score"):
            pairs = score(connection, model) if model.comparisons and blocks.pairs else nothing_scored()
            rules = checked(connection, model, rule_links(customers))
    scores = Scores(pairs, rules, prepared, {**prepared.guards, "blocks_too_large": blocks.too_large})
    with clock.step("calibrate"):
        claims = TableClaims.of(prepared.table["key"].to_pylist(), pairs, rules)
        return Fitted(_calibrated(model, claims, guards_over(prepared, model), labels), scores)


@dataclass(frozen=True, slots=True)
class _Material:
    """The pairs to learn from: how many are blocked, and those of which the answer is known."""

    blocks: Blocks
    labels: Labels


def _trained(
    connection: duckdb.DuckDBPyConnection, prepared: Prepared, material: _Material, settings: ResolutionSettings
) -> Model:
    table = prepared.table
    sources = sources_by_size(table)
    comparisons = comparisons_for(set(table.column_names), sources)
    frequencies = count_frequencies(connection, comparisons)
    load_frequencies(connection, frequencies)
    estimates = _NOTHING
    if comparisons:
        blocked = blocked_pairs(connection, comparisons, material.blocks.pairs, settings.training_pairs)
        random = random_pairs(connection, comparisons, settings.random_pairs)
        labelled = labelled_patterns(connection, comparisons, blocked, material.labels)
        estimates = rounded(train(comparisons, blocked, random, table.num_rows, labelled))
    return Model(
        columns=tuple(table.column_names),
        sources=tuple(sources),
        estimates=estimates,
        frequencies=frequencies,
        suspect=prepared.suspect,
        thresholds=settings,
        customers=table.num_rows,
        labels=material.labels.counts,
    )


def _calibrated(model: Model, claims: TableClaims, guards: GroupGuards, labels: Labels) -> Model:
    forest = claims.forest(claims.special.linkage(model.thresholds, guards))
    merges = claims.merges(forest)
    labelled = merges_of(forest.links(claims.keys), labels.probabilities) if labels.counts else ()
    calibration = calibrate(merges, labelled)
    return replace(model, calibration=calibration, levels=levels_of(merges, calibration))
