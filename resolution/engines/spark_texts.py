"""What Spark asks of texts, asked in its Python workers: similarity and edits.

Splink ships both for Spark as Java functions. Its Jaro-Winkler counts half a transposition where RapidFuzz, which is
also what DuckDB has inside, rounds down, and it counts letters where DuckDB counts bytes: of 48,000 pairs of random
texts 12 % came out differently, so some pairs would be linked on one engine only. The functions here are those of
``resolution.conditions.facts``, sent by value: a worker needs RapidFuzz and Arrow, not this project.
"""

from collections.abc import Callable

import pyarrow as pa
from pyspark import cloudpickle
from pyspark.sql import SparkSession
from pyspark.sql.functions import arrow_udf
from pyspark.sql.types import DataType, DoubleType, IntegerType

from resolution.conditions import facts
from resolution.conditions.condition import SPARK

# Spark reads the kind of a function off its annotations, and knows Arrow's arrays by their plain class.
Texts = pa.Array


def register_texts(session: SparkSession) -> None:
    """Make the functions known to a session under the names that conditions use."""
    cloudpickle.register_pickle_by_value(facts)
    _register(session, SPARK.similarity, _by_pair(facts.similarity, pa.float64()), DoubleType())
    _register(session, SPARK.edits, _by_pair(facts.edits, pa.int32()), IntegerType())


def _register(session: SparkSession, name: str, function: Callable[[Texts, Texts], Texts], kind: DataType) -> None:
    session.udf.register(name, arrow_udf(function, kind))


def _by_pair(function: Callable[[str, str], float], kind: pa.DataType) -> Callable[[Texts, Texts], Texts]:
    """The function over two columns; null where a text is missing."""

    def applied(one: Texts, other: Texts) -> Texts:
        pairs = zip(one.to_pylist(), other.to_pylist(), strict=True)
        return pa.array([None if x is None or y is None else function(x, y) for x, y in pairs], kind)

    return applied
