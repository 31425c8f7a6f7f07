from collections.abc import Generator
from typing import Any

import duckdb
import pytest

from resolution.comparing.comparisons import comparisons_for
from resolution.comparing.levels import Comparison
from resolution.customers.preparation import prepare
from tests.unit.resolution.customers import customers

ANNA = {
    "given_name": "Anna",
    "family_name": "Ilg",
    "birth_date": "1985-03-02",
    "street": "Hauptstr. 7",
    "postcode": "24103",
    "city": "Kiel",
    "emails": ["anna.ilg@example.org"],
    "phones": ["+4943112345"],
}


@pytest.fixture
def connection() -> Generator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as opened:
        yield opened


def finding(connection: duckdb.DuckDBPyConnection, name: str, left: dict[str, Any], right: dict[str, Any]) -> str:
    """Label of the finding of one comparison between two records, ``missing`` where it says nothing."""
    prepared = prepare(customers({"key": "a:1", **left}, {"key": "b:2", **right})).table
    comparison = next(c for c in comparisons_for(set(prepared.column_names)) if c.name == name)
    connection.register("prepared", prepared)
    sides = ", ".join(f'{side}."{c}" AS "{c}_{side}"' for c in prepared.column_names for side in "lr")
    position = connection.execute(f"""
        SELECT {comparison.position()} FROM (SELECT {sides} FROM prepared l JOIN prepared r ON l.key < r.key)
    """).fetchone()
    assert position is not None
    return "missing" if position[0] < 0 else comparison.levels[position[0]].label


@pytest.mark.parametrize(
    ("other", "label"),
    [
        ("Anna", "equal, one home"),
        ("ANNA", "equal, one home"),
        ("A.", "same initial, one home"),
        ("Hannah", "another form of the name, one home"),
        ("Anna Maria", "another form of the name, one home"),
        ("Maria Anna", "one of several names, one home"),
        ("Anja", "similar, one home"),
        ("Ilg", "like the family name, one home"),
        ("Otto", "different, one home"),
        (None, "missing"),
    ],
)
def test_given_names_within_a_home(connection: duckdb.DuckDBPyConnection, other: str | None, label: str) -> None:
    assert finding(connection, "given_name", ANNA, ANNA | {"given_name": other}) == label


def test_a_nickname_is_another_form_of_the_name(connection: duckdb.DuckDBPyConnection) -> None:
    assert finding(connection, "given_name", {"given_name": "Bob"}, {"given_name": "Robert"}) == (
        "another form of the name"
    )


def test_swapped_names_are_one_finding_and_not_two(connection: duckdb.DuckDBPyConnection) -> None:
    swapped = {"given_name": "Ilg", "family_name": "Anna"}
    names = {"given_name": "Anna", "family_name": "Ilg"}

    assert finding(connection, "given_name", names, swapped) == "in the other field"
    assert finding(connection, "family_name", names, swapped) == "missing"


@pytest.mark.parametrize(
    ("left", "right", "label"),
    [
        ("Ilg", "ILG", "equal"),
        ("Schneider", "Schnieder", "misspelled"),
        ("Ilg", "Ilg-Petersen", "part of a double name"),
        ("Meyer", "Maier", "same sound"),
        ("Ilg", "Petersen", "different"),
    ],
)
def test_family_names(connection: duckdb.DuckDBPyConnection, left: str, right: str, label: str) -> None:
    assert finding(connection, "family_name", {"family_name": left}, {"family_name": right}) == label


@pytest.mark.parametrize(
    ("right", "label"),
    [
        ("1985-03-02", "equal"),
        ("1985-02-03", "day and month exchanged"),
        ("1985-03-12", "one digit apart"),
        ("1985-03-20", "one digit apart"),
        ("1985", "same year, one without day"),
        ("1971-03-02", "same day of another year"),
        ("1985-03-13", "two digits apart"),
        ("1985-11-27", "same year"),
        ("1986-11-27", "within two years"),
        ("1979-11-27", "within twelve years"),
        ("1921-11-27", "far apart"),
        ("1985-02-31", "missing"),
    ],
)
def test_birth_dates(connection: duckdb.DuckDBPyConnection, right: str, label: str) -> None:
    assert finding(connection, "birth_date", {"birth_date": "1985-03-02"}, {"birth_date": right}) == label


@pytest.mark.parametrize(
    ("changes", "label"),
    [
        ({}, "same street"),
        ({"street": "Hauptstraße 7"}, "same street"),
        ({"postcode": None, "city": None}, "same street"),
        ({"street": "Hauptstr. 7 b"}, "similar street"),
        ({"postcode": "80331", "city": "München"}, "same street elsewhere"),
        ({"street": "Am Ufer 12"}, "same postcode"),
        ({"street": None, "postcode": "24104"}, "postcode one character apart"),
        ({"street": None, "postcode": None}, "same city"),
        ({"street": "Am Ufer 12", "postcode": "80331", "city": "München"}, "elsewhere"),
        ({"street": None, "postcode": None, "city": None}, "missing"),
    ],
)
def test_addresses_say_one_thing_together(
    connection: duckdb.DuckDBPyConnection, changes: dict[str, str | None], label: str
) -> None:
    home = {name: ANNA[name] for name in ("street", "postcode", "city")}

    assert finding(connection, "address", home, home | changes) == label


@pytest.mark.parametrize(
    ("right", "label"),
    [
        (["anna.ilg@example.org", "x@example.org"], "own email in common"),
        (["anna.igl@example.org"], "one letter apart"),
        (["otto@example.net"], "different"),
        (["anna.ilg@elsewhere.example"], "missing"),
        ([], "missing"),
    ],
)
def test_emails_of_one_name(connection: duckdb.DuckDBPyConnection, right: list[str], label: str) -> None:
    person = {name: ANNA[name] for name in ("given_name", "emails")} | {"family_name": "Ilg"}
    other = {"given_name": "Anna", "family_name": "Petersen", "emails": right}

    assert finding(connection, "email", person, other) == label


def test_an_invented_name_at_another_provider_is_evidence(connection: duckdb.DuckDBPyConnection) -> None:
    left, right = {"emails": ["sunny77@example.org"]}, {"emails": ["sunny77@elsewhere.example"]}

    assert finding(connection, "email", left, right) == "same invented name elsewhere"


def test_an_email_of_a_couple_is_told_apart_from_ones_own(connection: duckdb.DuckDBPyConnection) -> None:
    couple = ["family@example.org"]
    left, right = {"given_name": "Anna", "emails": couple}, {"given_name": "Otto", "emails": couple}

    assert finding(connection, "email", left, right) == "shared email in common"


def test_a_further_column_is_compared_as_a_text(connection: duckdb.DuckDBPyConnection) -> None:
    left, right = {"attribute_birth place": "Kiel"}, {"attribute_birth place": "Kiel"}

    assert finding(connection, "attribute_birth_place", left, right) == "equal"


def test_columns_that_hold_nothing_are_not_compared() -> None:
    prepared = prepare(customers({"key": "a:1", "given_name": "Anna"}, {"key": "b:2", "given_name": "Anna"})).table

    assert [comparison.name for comparison in comparisons_for(set(prepared.column_names))] == ["given_name"]


def _all_comparisons() -> list[Comparison]:
    every = dict.fromkeys(("company", "gender", "state", "country", "middle_name"), "a")
    identifiers = ["national_id:1", "social_handle:x"]
    whole = customers({"key": "a:1", **ANNA, **every, "identifiers": identifiers, "attribute_x": "y"})
    return comparisons_for(set(prepare(whole).table.column_names), [("a", 0.5), ("b", 0.5)])


@pytest.mark.parametrize("comparison", _all_comparisons(), ids=lambda comparison: comparison.name)
def test_by_default_agreement_speaks_for_one_person_and_the_rest_against(comparison: Comparison) -> None:
    first, last = comparison.findings[0], comparison.findings[-1]

    assert all(0 < share < 1 for finding in comparison.findings for share in (finding.m, finding.u))
    if comparison.name == "source":
        assert (first.m, last.m) < (first.u, last.u)
    else:
        assert first.m > first.u
        assert last.m < last.u


def test_a_table_without_rows_is_prepared() -> None:
    assert prepare(customers()).table.num_rows == 0
