"""What Spark asks of texts, asked in its Python workers: similarity and edits.

Splink ships both for Spark as Java functions. Its Jaro-Winkler counts half transpositions where RapidFuzz, which DuckDB
has inside, rounds down (12 % of 48,000 pairs of random texts came out differently), and letters where DuckDB counts
bytes: some pairs would be linked on one engine only. The functions here are those of ``resolution.conditions.facts``,
sent by value, so a worker needs RapidFuzz and Arrow, not this project.
"""

from collections.abc import Callable
from typing import Any

import pyarrow as pa
from pyspark import cloudpickle
from pyspark.sql import SparkSession
from pyspark.sql.functions import arrow_udf

from resolution.conditions import facts
from resolution.conditions.condition import SPARK


def register_texts(session: SparkSession) -> None:
    """Make the functions known to a session under the names that conditions use."""
    cloudpickle.register_pickle_by_value(facts)
    similarity, edits = _by_pair(facts.similarity, pa.float64()), _by_pair(facts.edits, pa.int32())
    # The declared types know only functions whose kind is given again beside their annotations.
    session.udf.register(SPARK.similarity, arrow_udf(similarity, "double"))  # pyright: ignore[reportCallIssue, reportArgumentType]
    session.udf.register(SPARK.edits, arrow_udf(edits, "int"))  # pyright: ignore[reportCallIssue, reportArgumentType]


def _by_pair(function: Callable[[str, str], float], kind: pa.DataType) -> Callable[..., Any]:
    """The function over two columns; null where a text is missing."""

    # Spark reads the kind of a function off these annotations, and knows Arrow's arrays by their plain class.
    def applied(one: pa.Array, other: pa.Array) -> pa.Array:
        pairs = zip(one.to_pylist(), other.to_pylist(), strict=True)
        return pa.array([None if x is None or y is None else function(x, y) for x, y in pairs], kind)

    return applied
