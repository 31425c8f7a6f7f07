from collections.abc import Generator
from typing import Any

import duckdb
import pytest

from resolution.blocks.blocking import blocking_keys, load_customers
from resolution.customers.preparation import prepare
from resolution.settings import ResolutionSettings
from tests.unit.resolution.customers import customers

SETTINGS = ResolutionSettings.model_validate({})


@pytest.fixture
def connection() -> Generator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as opened:
        yield opened


def blocked(connection: duckdb.DuckDBPyConnection, *rows: dict[str, Any], **limits: int) -> set[tuple[str, str]]:
    """Pairs that share a block."""
    settings = SETTINGS.model_copy(update=limits)
    load_customers(connection, prepare(customers(*rows)).table, settings)
    found = connection.execute("""
        SELECT DISTINCT l.key, r.key FROM blocks x JOIN blocks y ON x.block = y.block AND x.number < y.number
        JOIN numbered l ON l.number = x.number JOIN numbered r ON r.number = y.number
    """).fetchall()
    return {(left, right) for left, right in found}


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ({"emails": ["a@example.org"]}, {"emails": ["b@example.org", "a@example.org"]}),
        ({"phones": ["+4943112345"]}, {"phones": ["+4943112345"]}),
        ({"identifiers": ["national_id:1"]}, {"identifiers": ["national_id:1"]}),
        ({"given_name": "Anna", "family_name": "Ilg"}, {"given_name": "Ilg", "family_name": "Anna"}),
        ({"family_name": "Meyer", "postcode": "24103"}, {"family_name": "Maier", "postcode": "24103"}),
        ({"given_name": "Anna", "birth_date": "1985-03-02"}, {"given_name": "Anna", "birth_date": "1985-11-30"}),
        ({"attribute_occupation": "glass blower"}, {"attribute_occupation": "Glass-blower"}),
    ],
)
def test_what_may_be_one_person_is_looked_at(
    connection: duckdb.DuckDBPyConnection, left: dict[str, Any], right: dict[str, Any]
) -> None:
    assert blocked(connection, {"key": "a:1", **left}, {"key": "b:2", **right}) == {("a:1", "b:2")}


def test_what_has_nothing_in_common_is_not_looked_at(connection: duckdb.DuckDBPyConnection) -> None:
    left = {"key": "a:1", "given_name": "Anna", "family_name": "Ilg", "birth_date": "1985-03-02"}
    right = {"key": "b:2", "given_name": "Otto", "family_name": "Petersen", "birth_date": "1940-12-24"}

    assert blocked(connection, left, right) == set()


def test_a_value_that_many_share_selects_nobody(connection: duckdb.DuckDBPyConnection) -> None:
    crowd = [{"key": f"a:{number}", "emails": ["test@example.org"]} for number in range(20)]

    assert len(blocked(connection, *crowd, largest_block=20, largest_value_block=19)) == 190
    assert blocked(connection, *crowd, largest_block=19, largest_value_block=19) == set()


def test_guests_who_order_often_are_looked_at_however_many_they_are(connection: duckdb.DuckDBPyConnection) -> None:
    guest = {"given_name": "Anna", "family_name": "Ilg", "street": "Hauptstr. 7", "city": "Kiel"}
    orders = [{"key": f"shop:{number}", **guest} for number in range(12)]

    assert len(blocked(connection, *orders, largest_value_block=3, largest_block=3)) == 66


def test_a_block_that_is_too_large_is_counted(connection: duckdb.DuckDBPyConnection) -> None:
    crowd = [{"key": f"a:{number}", "given_name": "Anna"} for number in range(4)]

    blocks = load_customers(
        connection, prepare(customers(*crowd)).table, SETTINGS.model_copy(update={"largest_value_block": 3})
    )

    assert (blocks.pairs, blocks.too_large) == (0, 2)  # the name, and its sound


def test_keys_are_made_of_the_columns_that_there_are() -> None:
    names = [" and ".join(key.parts) for key in blocking_keys({"given_name", "given_sound", "birth_date"}, SETTINGS)]

    assert "given name and birth year" in names
    assert not [name for name in names if "family" in name or "street" in name]
