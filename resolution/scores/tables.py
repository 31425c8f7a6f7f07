"""Whole tables of customers, scored by a model: what a full resolution does."""

from collections.abc import Generator, Iterable, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from tempfile import TemporaryDirectory

import duckdb
import pyarrow as pa

from graph.errors import ModelError
from resolution.blocks.blocking import Blocks, load_customers
from resolution.clusters.group_guards import GroupGuards
from resolution.customers.preparation import Prepared, prepare
from resolution.customers.prepared_rows import guards_over
from resolution.engines.engine import Engine
from resolution.models.frequencies import load_frequencies
from resolution.models.model import Model
from resolution.progress import Clock
from resolution.scores.rules import RuleLinks, checked, rule_links
from resolution.scores.scoring import ScoredPairs, nothing_scored, score

_NOT_COMPARED = {"key", "source", "counted"}
_SHOWN = 5

# Of the database alone: a million drawn customers take half of it. What is more goes to the disk.
MEMORY = "3GB"


@dataclass(frozen=True, slots=True)
class Scores:
    """What the model and the rules say of the pairs.

    ``group_guards``: of the model over these customers; ``guards``: what was left out or refused, counted.
    """

    pairs: ScoredPairs
    rules: RuleLinks
    prepared: Prepared
    group_guards: GroupGuards
    guards: Mapping[str, int]

    @classmethod
    def of(cls, model: Model, prepared: Prepared, blocks: Blocks, pairs: ScoredPairs, rules: RuleLinks) -> "Scores":
        """Scores of prepared customers who were put into blocks."""
        left_out = {**prepared.guards, "blocks_too_large": blocks.too_large}
        return cls(pairs, rules, prepared, guards_over(prepared, model), left_out)


@contextmanager
def workspace() -> Generator[duckdb.DuckDBPyConnection]:
    """A database for one resolution. What does not fit into a part of the memory goes to a temporary folder."""
    with (
        TemporaryDirectory(prefix="cdp-") as spilled,
        duckdb.connect(config={"memory_limit": MEMORY, "temp_directory": spilled}) as connection,
    ):
        connection.execute("SET preserve_insertion_order = false")
        # Pairs look their records up. DuckDB would rather hash the pairs, because records are wide, and go through the
        # records, which are one piece of work up to 122,880: on two cores 1.7 million pairs took 7.7 s in place of 3.4.
        connection.execute("SET disabled_optimizers = 'build_side_probe_side'")
        yield connection


def score_table(customers: pa.Table, model: Model, clock: Clock, engine: Engine = score) -> Scores:
    """Score all blocked pairs of a customers' table with a frozen model, on an engine. Raises ModelError."""
    with workspace() as connection:
        with clock.step("prepare"):
            prepared = prepare(customers, model.suspect)
            _require_known_columns(prepared, model)
            blocks = load_customers(connection, prepared.with_columns(model.columns), model.thresholds, model.keys)
            load_frequencies(connection, model.frequencies)
        with clock.step("score"):
            pairs = engine(connection, model) if model.comparisons and blocks.pairs else nothing_scored()
            rules = checked(connection, model, rule_links(customers))
    return Scores.of(model, prepared, blocks, pairs, rules)


def _require_known_columns(prepared: Prepared, model: Model) -> None:
    """A model needs one column at least that these customers have; what only one of both has says nothing."""
    known, compared = set(prepared.table.column_names) - _NOT_COMPARED, set(model.columns) - _NOT_COMPARED
    if known and compared and known.isdisjoint(compared):
        raise ModelError(
            f"The model {model.version} compares {_listed(compared)}; the customers have {_listed(known)} only.",
            "Train one on these customers: cdp resolve --train.",
        )


def _listed(columns: Iterable[str]) -> str:
    return ", ".join(sorted(columns)[:_SHOWN])
