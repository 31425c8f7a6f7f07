"""The engines, by name.

Only the pairs of a whole table go to an engine: their number grows fastest. Preparation, blocking keys, training (on a
sample), rules and clustering are the same code whatever the engine, and a few changed customers are scored in Python.
"""

from collections.abc import Callable
from importlib.util import find_spec

import duckdb

from graph.errors import ConfigurationError
from resolution.models.model import Model
from resolution.scores.scoring import ScoredPairs, score

Engine = Callable[[duckdb.DuckDBPyConnection, Model], ScoredPairs]
"""Scores the table ``customers`` with the tables ``frequencies_<column>``, keeps pairs from the keep threshold on.

The model decides about links, so an engine is no part of it: a version gives the same on each.
"""

ENGINES = ("duckdb", "spark")


def engine_named(name: str) -> Engine:
    """An engine that is installed. Raises ConfigurationError."""
    if name == "duckdb":
        return score
    if name != "spark":
        raise ConfigurationError(f"There is no engine of that name; there are {', '.join(ENGINES)}.", "Choose one.")
    if find_spec("pyspark") is None:
        raise ConfigurationError("The engine spark is not installed.", "Install it: pip install 'identity-cdp[spark]'")
    from resolution.engines.spark import score_on_spark  # noqa: PLC0415 -- pyspark is an extra

    return score_on_spark
