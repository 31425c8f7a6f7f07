"""The scorer in plain Python gives the weights that Splink itself gives with the same model."""

import logging
import random
from collections.abc import Iterable
from itertools import combinations
from typing import Any

import duckdb
import pytest
from faker import Faker
from splink import DuckDBAPI, Linker

from graph.guards import current_guards
from resolution.blocks.blocking import KEYS
from resolution.customers.preparation import prepare
from resolution.customers.prepared_rows import PreparedRow, rows_of
from resolution.models.fitting import Teaching, fit
from resolution.models.frequencies import load_frequencies, table_of
from resolution.models.model import Model
from resolution.progress import Clock
from resolution.scores.scorer import Scorer
from resolution.settings import ResolutionSettings
from tests.unit.resolution.customers import customers

SETTINGS = ResolutionSettings.model_validate({})
SOURCES = ("crm", "shop", "o'reilly")
# All pairs of so many records are more than ten thousand; the model has seen the first part of them only.
RECORDS, KNOWN = 145, 110
HISTORICAL = (
    *("given_name", "family_name", "birth_date", "gender", "postcode", "attribute_birth_place"),
    "attribute_occupation",
)


def everything_known(faker: Faker, number: int) -> dict[str, Any]:
    """Somebody of whom every column is known."""
    name = faker.user_name()
    return {
        "given_name": faker.first_name(),
        "middle_name": faker.first_name(),
        "family_name": faker.last_name(),
        "birth_date": faker.date_of_birth(minimum_age=18, maximum_age=90).isoformat(),
        "gender": faker.random_element(("female", "male")),
        "street": faker.street_address(),
        "postcode": faker.postcode(),
        "city": faker.city(),
        "state": faker.random_element(("SH", "HH", "BY")),
        "country": faker.random_element(("DE", "AT")),
        "company": faker.company(),
        "emails": [f"{name}{number}@example.org", f"{name}{number}@elsewhere.example"],
        "phones": [f"+4943{faker.random_number(7)}"],
        "identifiers": [f"national_id:{faker.random_number(9)}", f"hashed_email:{name}", f"advertising_id:{number}"],
        "attribute_birth_place": faker.city(),
        "attribute_occupation": faker.random_element(("writer", "painter", "politician")),
    }


def records(seed: int) -> list[dict[str, Any]]:
    """People, each known several times: with typing errors, with facts missing, with facts of somebody else."""
    faker, dice = Faker("de_DE"), random.Random(seed)
    faker.seed_instance(seed)
    people = [everything_known(faker, number) for number in range(RECORDS // 3)]
    rows: list[dict[str, Any]] = []
    for number in range(RECORDS):
        person, other = dice.sample(people, 2)
        found = {name: slipped(value, other[name], dice) for name, value in person.items()}
        rows.append({"key": f"{dice.choice(SOURCES)}:{number:03}", **found})
    return rows


def slipped(value: Any, others: Any, dice: random.Random) -> Any:
    chance = dice.random()
    if chance < 0.1:
        return [] if isinstance(value, list) else None
    if chance < 0.3:
        return others
    if chance < 0.4 and isinstance(value, str):
        place = dice.randrange(len(value))
        return value[:place] + value[place + 1 :]
    return value


def weights_of_splink(model: Model, rows: list[PreparedRow], table: Any) -> dict[tuple[str, str], float]:
    """Match weights of all pairs, as Splink computes them from the model's settings."""
    every_pair = {"blocking_rule": "1=1", "sql_dialect": "duckdb"}
    settings = {**model.settings, "blocking_rules_to_generate_predictions": [every_pair]}
    with duckdb.connect() as connection:
        connection.register("prepared", table)
        connection.execute("CREATE TABLE numbered AS SELECT row_number() OVER () AS number, * FROM prepared")
        load_frequencies(connection, model.frequencies)
        connection.execute(f"CREATE TABLE customers AS SELECT *, []::UBIGINT[] AS {KEYS} FROM numbered")
        found = splink_on(connection, settings, model.frequencies).inference.predict()
        asked = f"SELECT key_l, key_r, match_weight FROM {found.physical_name}"
        weights = {(left, right): weight for left, right, weight in connection.execute(asked).fetchall()}
    assert len(weights) == len(rows) * (len(rows) - 1) // 2
    return weights


def splink_on(connection: duckdb.DuckDBPyConnection, settings: dict[str, Any], frequencies: Iterable[str]) -> Linker:
    """Splink on the table ``customers``, with our term frequencies."""
    api = DuckDBAPI(connection)
    linker = Linker(api.register("customers", table_name="people"), settings, log_level=logging.ERROR)
    for column in frequencies:
        lookup = api.register(table_of(column), table_name=f"known_{table_of(column)}")
        linker.table_management.register_term_frequency_lookup(lookup, column)
    return linker


@pytest.mark.parametrize("columns", [None, HISTORICAL], ids=["every column", "historical figures"])
def test_the_scorer_gives_the_weights_of_splink(columns: tuple[str, ...] | None) -> None:
    rows = [
        {name: value for name, value in row.items() if columns is None or name in {"key", *columns}}
        for row in records(seed=3)
    ]
    model = fit(customers(*rows[:KNOWN]), Teaching(SETTINGS, current_guards()), Clock()).model
    table = prepare(customers(*rows), model.suspect).with_columns(model.columns)
    prepared, scorer = list(rows_of(table)), Scorer(model)
    by_key = {row["key"]: row for row in prepared}

    expected = weights_of_splink(model, prepared, table)

    assert len(expected) > 10_000
    scored = {pair: scorer.score(by_key[pair[0]], by_key[pair[1]]).weight for pair in expected}
    assert max(abs(scored[pair] - weight) for pair, weight in expected.items()) < 1e-9


def test_a_score_that_stops_early_leaves_out_what_is_below_and_nothing_else() -> None:
    rows = records(seed=4)
    model = fit(customers(*rows), Teaching(SETTINGS, current_guards()), Clock()).model
    scorer = Scorer(model)
    prepared = list(rows_of(prepare(customers(*rows), model.suspect).with_columns(model.columns)))

    for left, right in combinations(prepared, 2):
        whole = scorer.score(left, right)
        assert scorer.score_above(-10, left, right) == (whole if whole.weight >= -10 else None)
