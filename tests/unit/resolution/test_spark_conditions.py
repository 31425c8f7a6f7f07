"""Every comparison asks the same of two customers on DuckDB, on Spark and in Python, in any script."""

import random
from collections.abc import Generator
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import pyarrow as pa
import pytest

from resolution.comparing.comparisons import comparisons_for
from resolution.comparing.places import Question, places
from resolution.conditions.condition import DUCKDB, SPARK, Dialect
from resolution.conditions.facts import edits, similarity
from resolution.settings import SparkSettings

pytest.importorskip("pyspark", reason="the extra spark is not installed; make test installs it")

from resolution.engines.spark_session import open_session
from resolution.engines.spark_texts import register_texts

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

NOTHING = [0.0] * 100  # weights of levels, which do not matter here
SOURCES = [("crm", 0.5), ("o'shop", 0.5)]
TEXTS = ("given_name", "given_sound", "middle_name", "family_name", "family_sound", "street", "postcode", "city")
FURTHER = (
    *("state", "country", "gender", "company", "mailbox", "mailbox_letters", "handle", "email_provider"),
    "national_id",
)
LISTS = ("emails", "own_emails", "phones", "own_phones", "given_forms", "given_words", "family_words", "street_words")
COLUMNS = ("key", "source", "birth_date", *TEXTS, *FURTHER, *LISTS)
DATES = (None, "1980", "1980-02-03", "1980-03-02", "1980-02-04", "1981-02-03", "1980-12-03", "1990-12-31", "1999")
COMPARISONS = comparisons_for(set(COLUMNS), SOURCES)
CUSTOMERS = 50


def a_text(dice: random.Random) -> str | None:
    """A text that is often nearly another; some letters take two, three and four bytes."""
    drawn = "".join(dice.choices("aabcß ä€𝄞", k=dice.randint(1, 9)))
    return dice.choice((None, "abba ßäc", "abab ßäc", "abba ä€", drawn, drawn))


def some_texts(dice: random.Random) -> list[str] | None:
    return sorted({text for _ in range(dice.randint(0, 3)) if (text := a_text(dice))}) or None


@pytest.fixture(scope="module")
def people() -> list[dict[str, Any]]:
    dice = random.Random(7)
    return [
        {
            "key": f"c:{number:03}",
            "source": dice.choice(SOURCES)[0],
            "birth_date": dice.choice(DATES),
            **{name: a_text(dice) for name in (*TEXTS, *FURTHER)},
            **{name: some_texts(dice) for name in LISTS},
        }
        for number in range(CUSTOMERS)
    ]


@pytest.fixture(scope="module")
def file(people: list[dict[str, Any]], tmp_path_factory: pytest.TempPathFactory) -> Path:
    texts = {name: pa.array([row[name] for row in people], pa.string()) for name in COLUMNS if name not in LISTS}
    lists = {name: pa.array([row[name] for row in people], pa.list_(pa.string())) for name in LISTS}
    written = tmp_path_factory.mktemp("customers") / "customers.parquet"
    duckdb.from_arrow(pa.table({**texts, **lists})).write_parquet(str(written))
    return written


@pytest.fixture(scope="module")
def spark(file: Path, tmp_path_factory: pytest.TempPathFactory) -> "Generator[SparkSession]":
    settings = SparkSettings(master="local[2]")
    with open_session(settings, tmp_path_factory.mktemp("spark")) as session:
        register_texts(session)
        session.read.parquet(str(file)).createOrReplaceTempView("customers")
        yield session


def asked(answers: list[str]) -> str:
    sides = ", ".join(f"{side}.{name} AS {name}_{side}" for name in COLUMNS for side in "lr")
    pairs = f"SELECT {sides} FROM customers l JOIN customers r ON l.key < r.key"
    return f"SELECT {', '.join(answers)} FROM ({pairs}) ORDER BY key_l, key_r"


def on_duckdb(file: Path, answers: list[str]) -> list[tuple[Any, ...]]:
    with duckdb.connect() as connection:
        connection.read_parquet(str(file)).create_view("customers")
        return connection.execute(asked(answers)).fetchall()


def positions(dialect: Dialect) -> list[str]:
    return [comparison.position(dialect) for comparison in COMPARISONS]


def test_the_three_find_the_same(people: list[dict[str, Any]], file: Path, spark: "SparkSession") -> None:
    asked_in_python = places([Question(comparison, NOTHING) for comparison in COMPARISONS])
    in_python = [tuple(asked_in_python(left, right, 0.0) or ()) for left, right in combinations(people, 2)]

    assert on_duckdb(file, positions(DUCKDB)) == in_python
    assert [tuple(row) for row in spark.sql(asked(positions(SPARK))).collect()] == in_python
    assert all(len({found[place] for found in in_python}) > 2 for place in range(len(COMPARISONS)))


def test_texts_are_as_similar_and_as_many_edits_apart(
    people: list[dict[str, Any]], file: Path, spark: "SparkSession"
) -> None:
    columns = ("given_name", "family_name", "street", "mailbox")
    asked_of = [
        (name, [f"{function}({column}_l, {column}_r)" for column in columns for function in functions])
        for name, functions in (
            ("duckdb", (DUCKDB.similarity, DUCKDB.edits)),
            ("spark", (SPARK.similarity, SPARK.edits)),
        )
    ]
    answers = dict(asked_of)

    found = [tuple(row) for row in spark.sql(asked(answers["spark"])).collect()]

    assert found == on_duckdb(file, answers["duckdb"])
    assert found == [
        tuple(answer for column in columns for answer in both(left[column], right[column]))
        for left, right in combinations(people, 2)
    ]


def both(x: str | None, y: str | None) -> tuple[float | None, int | None]:
    return (None, None) if x is None or y is None else (similarity(x, y), edits(x, y))
