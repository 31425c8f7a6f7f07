"""Every comparison asks the same of two customers in SQL as in Python."""

from typing import Any

import duckdb
from hypothesis import given
from hypothesis import strategies as st

from resolution.blocks.blocking import number_customers
from resolution.comparing.comparisons import comparisons_for
from resolution.comparing.places import Question, places
from resolution.customers.preparation import prepare
from resolution.models.frequencies import count_frequencies, load_frequencies
from resolution.models.patterns import findings_of
from tests.unit.resolution.customers import customers

NOTHING = [0.0] * 100  # weights of levels, which do not matter here
SOURCES = [("crm", 0.5), ("o'shop", 0.4), ("web", 0.1)]
names = st.sampled_from(
    [None, "Anna", "Anne", "Hannah", "A.", "Anna Maria", "Bob", "Robert", "Ilg", "Müller", "Muller"]
)
texts = st.text("aábcß ,1'", min_size=1, max_size=8)
emails = st.sampled_from(["anna@x.de", "anna.ilg@x.de", "anna.ilk@x.de", "ilg@y.de", "blümchen@y.de", "blumchen@y.de"])
dates = st.sampled_from([None, "1980", "1980-02-03", "1980-03-02", "1980-02-04", "1981-02-03", "1990-12-31", "1999"])
person = st.fixed_dictionaries(
    {
        "source": st.sampled_from([name for name, _ in SOURCES]),
        "given_name": names | texts,
        "middle_name": names,
        "family_name": names | texts,
        "birth_date": dates,
        "gender": st.sampled_from([None, "female", "male"]),
        "street": st.sampled_from([None, "Hauptstr. 7", "Hauptstraße 7", "Am Alten Markt 12", "Alter Markt 12"]),
        "postcode": st.sampled_from([None, "24103", "24105", "24-103", "9"]),
        "city": st.sampled_from([None, "Kiel", "Kiehl", "Köln"]),
        "state": st.sampled_from([None, "SH"]),
        "country": st.sampled_from([None, "DE", "AT"]),
        "company": st.none() | texts,
        "emails": st.lists(emails, max_size=2),
        "phones": st.lists(st.sampled_from(["+491", "+492"]), max_size=2),
        "identifiers": st.lists(st.sampled_from(["national_id:123456", "national_id:123465"]), max_size=1),
    }
)

digits = st.dates().map(str) | dates


@given(st.lists(person, min_size=2, max_size=6))
def test_sql_and_python_find_the_same(people: list[dict[str, Any]]) -> None:
    table = prepare(customers(*({"key": f"c:{number}", **found} for number, found in enumerate(people)))).table
    comparisons = comparisons_for(set(table.column_names), SOURCES)
    rows = {row["key"]: row for row in table.to_pylist()}
    sides = ", ".join(f'{side}."{name}" AS "{name}_{side}"' for name in table.column_names for side in "lr")
    asked = ", ".join(comparison.position() for comparison in comparisons)

    with duckdb.connect() as connection:
        connection.register("prepared", table)
        pairs = f"SELECT {sides} FROM prepared l JOIN prepared r ON l.key < r.key"
        found = connection.execute(f"SELECT key_l, key_r, {asked} FROM ({pairs})").fetchall()

    in_python = places([Question(comparison, NOTHING) for comparison in comparisons])
    for left, right, *positions in found:
        assert positions == in_python(rows[left], rows[right], 0.0)


@given(st.lists(person, min_size=2, max_size=6), st.lists(digits, min_size=6, max_size=6))
def test_what_is_asked_once_is_found_as_if_it_were_asked_each_time(
    people: list[dict[str, Any]], born: list[str | None]
) -> None:
    dated = ({**found, "key": f"c:{number}", "birth_date": born[number]} for number, found in enumerate(people))
    table = prepare(customers(*dated)).table
    comparisons = comparisons_for(set(table.column_names), SOURCES)
    sides = ", ".join(f'{side}."{name}" AS "{name}_{side}"' for name in table.column_names for side in "lr")
    each_time = ", ".join(comparison.position() for comparison in comparisons)

    with duckdb.connect() as connection:
        number_customers(connection, table)
        load_frequencies(connection, count_frequencies(connection, comparisons))
        pairs = (
            "SELECT l.number AS number_l, r.number AS number_r FROM numbered l JOIN numbered r ON l.number < r.number"
        )
        once = connection.execute(f"{findings_of(connection, comparisons, pairs)} ORDER BY ALL").fetchall()
        both = f"SELECT l.number, r.number, {sides} FROM numbered l JOIN numbered r ON l.number < r.number"
        expected = connection.execute(f"SELECT number, number_1, {each_time} FROM ({both}) ORDER BY 1, 2").fetchall()

    assert [row[:-1] for row in once] == expected
