"""Scoring on Spark: the blocking join and the comparisons, with the same model as on DuckDB.

Splink's saved settings are of one engine, since their conditions are its SQL; our model keeps conditions apart from
their SQL, and renders both (``Model.settings_for``). Customers, blocking keys and frequencies come out of DuckDB as
Parquet files, the scored pairs go back the same way: nothing passes through the memory of the driver.

What remains different: weights agree to 12 digits or so, as logarithms and sums taken in another order do. They are
rounded to six digits, so one that lies halfway, or on the keep threshold, may fall to the other side. No pair of the
sample company does.
"""

import logging
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
from py4j.protocol import Py4JError
from pyspark.errors import PySparkException
from pyspark.sql import SparkSession
from splink import Linker
from splink.backends.spark import SparkAPI

from graph.errors import ConfigurationError, ResolutionError
from resolution.blocks.blocking import KEYS
from resolution.comparing.levels import Comparison
from resolution.conditions.condition import SPARK
from resolution.engines.spark_session import open_session
from resolution.engines.spark_texts import register_texts
from resolution.models.frequencies import Frequencies, table_of
from resolution.models.model import Model
from resolution.scores.scoring import ScoredPairs, scored_pairs
from resolution.settings import SparkSettings

# Spark has no unsigned numbers: the keys are moved, each to another.
_SIGNED = (
    f"SELECT * REPLACE (list_transform({KEYS}, lambda key: (key::HUGEINT - 9223372036854775808)::BIGINT) AS {KEYS})"
)
_KEPT = frozenset({"key_l", "key_r", "match_weight"})


class _Backend(SparkAPI):
    """Splink's backend, asking each condition once.

    Splink asks for every level of a comparison in turn, so a condition is written out as often as it has contexts, and
    Spark plans all of it: minutes, before the first pair is looked at. This gives the same numbers of levels.
    """

    def __init__(self, session: SparkSession, comparisons: Sequence[Comparison]) -> None:
        super().__init__(spark_session=session, break_lineage_method="parquet", register_udfs_automatically=False)
        self._levels = [
            (
                re.compile(rf"CASE\n(?:(?!CASE\n)[\s\S])*?\nEND as gamma_{found.name}\b"),
                f"{found.gamma(SPARK)} as gamma_{found.name}",
            )
            for found in comparisons
        ]

    def _setup_for_execute_sql(self, sql: str, physical_name: str) -> str:
        for asked, once in self._levels:
            sql = asked.sub(lambda _, once=once: once, sql)
        return super()._setup_for_execute_sql(sql, physical_name)


def score_on_spark(connection: duckdb.DuckDBPyConnection, model: Model) -> ScoredPairs:
    """Score every blocked pair of the table ``customers`` and keep those at or above the keep threshold.

    Raises ConfigurationError, ResolutionError.
    """
    settings = SparkSettings()
    if settings.folder is not None and not settings.folder.is_dir():
        raise ConfigurationError("CDP_SPARK_FOLDER is no folder.", "Make it, or leave it unset on one machine.")
    with TemporaryDirectory(prefix="cdp-spark-", dir=settings.folder) as name:
        folder = Path(name).resolve()
        with open_session(settings, folder) as session:
            try:
                tables = _handed_over(connection, model.frequencies, folder)
                _score(session, model, tables, folder)
            except (PySparkException, Py4JError) as error:
                raise ResolutionError(
                    f"Spark could not score the pairs ({_named(error)}).", "--engine duckdb needs no Spark."
                ) from None
        connection.read_parquet(str(folder / "pairs" / "*.parquet")).create_view("predicted", replace=True)
        return scored_pairs(connection, model, "predicted")


def _named(error: Exception) -> str:
    """What went wrong, without the text: it may quote values of rows."""
    return (error.getCondition() if isinstance(error, PySparkException) else None) or type(error).__name__


def _handed_over(
    connection: duckdb.DuckDBPyConnection, frequencies: Mapping[str, Frequencies], folder: Path
) -> dict[str, str]:
    """The tables as files: name -> address."""
    asked = {"customers": f"{_SIGNED} FROM customers"}
    asked |= {table_of(column): f'FROM "{table_of(column)}"' for column in frequencies}
    for name, statement in asked.items():
        connection.sql(statement).write_parquet(str(folder / f"{name}.parquet"))
    return {name: (folder / f"{name}.parquet").as_uri() for name in asked}


def _score(session: SparkSession, model: Model, tables: Mapping[str, str], folder: Path) -> None:
    session.sparkContext.setCheckpointDir((folder / "checkpoints").as_uri())
    register_texts(session)
    api = _Backend(session, model.comparisons)
    people = api.register(session.read.parquet(tables["customers"]), table_name="people")
    linker = Linker(people, model.settings_for(SPARK), log_level=logging.ERROR)
    for column in model.frequencies:
        lookup = api.register(session.read.parquet(tables[table_of(column)]), table_name=f"known_{table_of(column)}")
        linker.table_management.register_term_frequency_lookup(lookup, column)
    predictions = linker.inference.predict(threshold_match_weight=model.thresholds.keep_above)
    found: Any = predictions.as_spark_dataframe()
    wanted = [name for name in found.columns if name in _KEPT or name.startswith(("gamma_", "mw_"))]
    found.select(wanted).write.parquet((folder / "pairs").as_uri())
