"""Whole tables of customers, scored by a model: what a full resolution does."""

from collections.abc import Mapping
from dataclasses import dataclass

import duckdb
import pyarrow as pa

from resolution.blocking import load_customers
from resolution.engines.engine import Engine
from resolution.frequencies import load_frequencies
from resolution.model import Model
from resolution.preparation import Prepared, prepare
from resolution.progress import Clock
from resolution.rules import RuleLinks, checked, rule_links
from resolution.scoring import ScoredPairs, nothing_scored, score


@dataclass(frozen=True, slots=True)
class Scores:
    """What the model and the rules say of the pairs. ``guards``: what was left out or refused, counted."""

    pairs: ScoredPairs
    rules: RuleLinks
    prepared: Prepared
    guards: Mapping[str, int]


def score_table(customers: pa.Table, model: Model, clock: Clock, engine: Engine = score) -> Scores:
    """Score all blocked pairs of a customers' table with a frozen model, on an engine."""
    with duckdb.connect() as connection:
        with clock.step("prepare"):
            prepared = prepare(customers, model.suspect)
            blocks = load_customers(connection, prepared.with_columns(model.columns), model.thresholds)
            load_frequencies(connection, model.frequencies)
        with clock.step("score"):
            pairs = engine(connection, model) if model.comparisons and blocks.pairs else nothing_scored()
            rules = checked(connection, model.comparisons, rule_links(customers))
    return Scores(pairs, rules, prepared, {**prepared.guards, "blocks_too_large": blocks.too_large})
