import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from resolution.customers import folding
from resolution.customers.hubs import shared_values, suspect_dates


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("Müller", "MUELLER"),
        ("Müller", "Muller"),
        ("Łukasz", "lukasz"),
        ("O'Neill", "ONeill"),
        ("Jean-Luc", "Jean Luc"),
    ],
)
def test_spellings_of_one_name_fold_to_one(left: str, right: str) -> None:
    assert folding.folded(left) == folding.folded(right)


@pytest.mark.parametrize("text", ["", "   ", "-", "'"])
def test_nothing_folds_to_nothing(text: str) -> None:
    assert folding.folded(text) is None
    assert folding.compact(text) is None
    assert folding.sound(text) is None
    assert folding.street(text) is None
    assert folding.name_words(text) == []


@given(st.text(max_size=30))
def test_folding_again_changes_nothing(text: str) -> None:
    once = folding.plain(text)

    assert once is None or folding.plain(once) == once


@pytest.mark.parametrize(
    ("left", "right"),
    [("Schmidt", "Schmitt"), ("Meyer", "Maier"), ("Philipp", "Filip"), ("Stephan", "Stefan"), ("Klaus", "Claus")],
)
def test_names_that_sound_alike_have_one_sound(left: str, right: str) -> None:
    assert folding.sound(left) == folding.sound(right)


@pytest.mark.parametrize(("left", "right"), [("Anna", "Otto"), ("Weber", "Becker"), ("Lang", "Kurz")])
def test_other_names_sound_otherwise(left: str, right: str) -> None:
    assert folding.sound(left) != folding.sound(right)


@pytest.mark.parametrize(("known_as", "name"), [("Bob", "Robert"), ("Liz", "Elizabeth"), ("Bill", "William")])
def test_a_nickname_stands_for_the_name(known_as: str, name: str) -> None:
    assert set(folding.name_forms(known_as)) & set(folding.name_forms(name))


def test_short_words_and_particles_do_not_stand_for_a_family() -> None:
    assert folding.name_words("von der Leyen-Li") == ["leyen"]


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("Hauptstraße 7", "Hauptstr. 7"),
        ("Haupt Strasse 7", "Hauptstr 7"),
        ("12 Baker Street", "12 baker st."),
        ("Am Schloßplatz 3", "am schlossplatz 3"),
    ],
)
def test_one_street_written_in_two_ways_is_one(left: str, right: str) -> None:
    assert folding.street(left) == folding.street(right)


def test_words_of_every_street_tell_none_apart() -> None:
    assert folding.street_words("7a Long Baker Street") == ["7a", "baker", "long"]


@pytest.mark.parametrize(
    ("sent", "date"),
    [("1985-03-02", "1985-03-02"), ("1985", "1985"), ("1985-02-31", None), ("02.03.1985", None), ("", None)],
)
def test_a_birth_date_is_a_day_or_a_year(sent: str, date: str | None) -> None:
    assert folding.birth_date(sent) == date


def test_an_invented_mailbox_is_a_handle_and_one_made_of_names_is_not() -> None:
    assert folding.handle("sunny77", ["Anna", "Ilg"]) == "sunny77"
    assert folding.handle("annailg", ["Anna", "Ilg"]) is None
    assert folding.mailbox("Anna.Ilg@example.org") == "annailg"


def test_a_date_of_many_people_is_no_date_and_a_day_of_many_years_a_year() -> None:
    everybody = [f"person {number}" for number in range(400)]
    usual = [f"19{60 + number % 30}-{1 + number % 12:02}-{2 + number % 26:02}" for number in range(400)]
    new_year = [f"{1960 + number % 8}-01-01" for number in range(160)]
    placeholder = ["1900-01-02"] * 40

    found = suspect_dates(
        pa.array(usual + new_year + placeholder), pa.array(everybody + everybody[:160] + everybody[:40])
    )

    assert found.corrected("1900-01-02") is None
    assert found.corrected("1963-01-01") == "1963"
    assert found.corrected(usual[0]) == usual[0]


def test_the_birthday_of_one_double_person_is_kept() -> None:
    assert suspect_dates(pa.array(["1985-03-02"] * 30), pa.array(["Anna Ilg"] * 30)).corrected("1985-03-02") == (
        "1985-03-02"
    )


def test_a_value_of_two_given_names_is_shared() -> None:
    values = ["office@example.org", "anna@example.org", "office@example.org", "anna@example.org", "anna@example.org"]

    assert shared_values(pa.array(values), pa.array(["anna", "anna", "otto", "anne", None])) == {"office@example.org"}
