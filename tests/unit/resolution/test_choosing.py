"""Which pairs training looks at, and which keys a model uses."""

from collections.abc import Generator
from dataclasses import replace

import duckdb
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.guards import current_guards
from resolution.blocks.blocking import BOTH_NAMES, BlockingKey, blocking_keys, load_customers, number_customers, pair_up
from resolution.blocks.choosing import ENOUGH_MATCHES, MOST_LOST, choose_keys
from resolution.blocks.sampling import pairs_around
from resolution.customers.preparation import prepare
from resolution.models.fitting import Teaching, fit, train_model
from resolution.models.model import model_of
from resolution.progress import Clock
from resolution.scores.tables import workspace
from resolution.settings import ResolutionSettings
from tests.benchmarks.drawn import drawn_table

SETTINGS = ResolutionSettings.model_validate({})
CUSTOMERS = 2_000
NAMES = ("postcode", "street", "city", "company")


@pytest.fixture(scope="module")
def connection() -> Generator[duckdb.DuckDBPyConnection]:
    """Drawn customers in their blocks."""
    with duckdb.connect() as opened:
        load_customers(opened, prepare(drawn_table(CUSTOMERS)).table, SETTINGS)
        pair_up(opened)
        yield opened


def keys_of(connection: duckdb.DuckDBPyConnection) -> list[BlockingKey]:
    columns = {row[0] for row in connection.execute("DESCRIBE numbered").fetchall()}
    return list(blocking_keys(columns, SETTINGS))


def pairs(connection: duckdb.DuckDBPyConnection, table: str) -> set[tuple[int, int]]:
    return set(connection.execute(f"SELECT number_l, number_r FROM {table}").fetchall())


def counted(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    """How many rows there are, so that a pair that stands there twice counts twice."""
    return len(connection.execute(f"FROM {table}").fetchall())


def test_around_everybody_are_all_pairs(connection: duckdb.DuckDBPyConnection) -> None:
    times = pairs_around(connection, keys_of(connection), CUSTOMERS)

    assert pairs(connection, "around") == pairs(connection, "pairs")
    assert (counted(connection, "around"), times) == (len(pairs(connection, "pairs")), 1.0)


def test_around_some_the_pairs_stand_for_all(connection: duckdb.DuckDBPyConnection) -> None:
    times = pairs_around(connection, keys_of(connection), CUSTOMERS // 4)

    assert times == 4.0
    assert counted(connection, "around") * times == pytest.approx(len(pairs(connection, "pairs")), rel=0.1)
    assert pairs(connection, "around") < pairs(connection, "pairs")


def test_all_pairs_around_the_wanted_are_there_and_stand_for_nobody(connection: duckdb.DuckDBPyConnection) -> None:
    keys, found = connection.execute("SELECT list(key), count(*) FROM (FROM numbered LIMIT 50)").fetchone() or ((), 0)
    numbers = {row[0] for row in connection.execute("SELECT number FROM numbered LIMIT 50").fetchall()}

    pairs_around(connection, keys_of(connection), CUSTOMERS // 4, keys)

    among = {pair for pair in pairs(connection, "pairs") if numbers.issuperset(pair)}
    assert found == 50
    assert among
    assert among <= pairs(connection, "around")
    drawn = pairs(connection, "(FROM around WHERE drawn)")
    pairs_around(connection, keys_of(connection), CUSTOMERS // 4)
    assert drawn == pairs(connection, "around")


def key(name: str) -> BlockingKey:
    return BlockingKey((name,), (name,), 100)


def chosen(found_by: list[list[int]], probabilities: list[float], names: tuple[str, ...] = NAMES) -> set[str] | None:
    """Names of the chosen keys, where each pair stands for as many as it takes to tell anything."""
    times = 5_000
    found = choose_keys(
        [key(name) for name in names],
        pa.array(found_by * times, pa.list_(pa.uint16())),
        np.array(probabilities * times),
    )
    return None if found is None else {name for (name,) in found}


def test_a_key_that_alone_finds_matches_is_kept_and_a_costly_one_that_does_not_is_given_up() -> None:
    found_by = [[0], [0, 1], [1], [1], [1], [2, 3], [2, 3]]

    assert chosen(found_by, [1.0, 1.0, 0.0, 0.0, 0.0, 0.9, 0.9]) in ({"postcode", "city"}, {"postcode", "company"})


def test_keys_that_every_model_uses_stand_in_for_others() -> None:
    assert chosen([[0, 1], [1]], [1.0, 0.0], (BOTH_NAMES, "street")) == set()


def test_of_few_matches_nothing_is_learned() -> None:
    found_by = pa.array([[0], [1]] * int(ENOUGH_MATCHES), pa.list_(pa.uint16()))

    assert choose_keys([key("postcode"), key("city")], found_by, np.array([0.9, 0.0] * int(ENOUGH_MATCHES))) is None


@given(st.lists(st.tuples(st.sets(st.integers(0, 3), min_size=1), st.sampled_from([0.0, 0.001, 0.2, 1.0])), min_size=1))
@settings(max_examples=200, deadline=None)
def test_hardly_a_match_is_lost(drawn: list[tuple[set[int], float]]) -> None:
    found = chosen([sorted(finders) for finders, _ in drawn], [probability for _, probability in drawn])

    total = sum(probability for _, probability in drawn)
    kept = {NAMES.index(name) for name in found or NAMES}
    lost = sum(probability for finders, probability in drawn if finders.isdisjoint(kept))
    assert lost <= MOST_LOST * total + 1e-9
    if found is not None:
        for name in found:  # the next to go would have been one too many
            rest = kept - {NAMES.index(name)}
            assert sum(probability for finders, probability in drawn if finders.isdisjoint(rest)) > 0


def test_a_model_keeps_its_keys_and_finds_what_all_keys_find() -> None:
    table = drawn_table(4_000)
    fitted = fit(table, Teaching(SETTINGS, current_guards()), Clock())
    used, possible = fitted.model.keys, list(blocking_keys(set(fitted.model.columns), SETTINGS))
    assert used is not None
    assert len(used) < len(possible) / 4

    again = model_of(fitted.model.document, {name: x.values for name, x in fitted.model.frequencies.items()})
    assert again.keys == used
    assert again.version == fitted.model.version != replace(again, keys=None).version


def test_a_model_from_before_there_were_chosen_keys_uses_all_and_is_the_same_version() -> None:
    model = replace(fit(drawn_table(300), Teaching(SETTINGS, current_guards()), Clock()).model, keys=None)
    document = {name: value for name, value in model.document.items() if name != "keys"}

    again = model_of(document, {name: found.values for name, found in model.frequencies.items()})

    assert again.keys is None
    assert again.version == model.version


def test_where_there_are_many_strangers_relatives_do_not_become_one_person() -> None:
    """Among so many, differences of relatives passed for usual ones of one person, which made relatives one person."""
    records, few = 100_000, SETTINGS.model_copy(update={"training_pairs": 320_000, "random_pairs": 100_000})
    with workspace() as connection:
        prepared = prepare(drawn_table(records))
        number_customers(connection, prepared.table)
        model = train_model(connection, prepared, Teaching(few, current_guards()))

    # One record of each person, and of the others 1.3 on average by chance (Poisson).
    pairs_of_one_person = records / 2.3 * (1.3 + 1.3**2 / 2)
    assert model.prior * records * (records - 1) / 2 == pytest.approx(pairs_of_one_person, rel=0.05)
    names = next(place for place, found in enumerate(model.comparisons) if found.name == "given_name")
    labels = [level.label for level in model.comparisons[names].levels]
    assert float(model.estimates.m[names][labels.index("different")]) < 0.03
