import pytest

from loaders.standardise.full_names import FullName, split_full_name
from loaders.standardise.names import standardise_name
from loaders.standardise.unusable import PLACEHOLDER, Unusable


@pytest.mark.parametrize(
    ("sent", "standard"),
    [
        ("  John   Smith ", "John Smith"),
        ("O'BRIEN", "O'Brien"),
        ("müller-lüdenscheidt", "Müller-Lüdenscheidt"),
        ("MU\u0308LLER", "Müller"),
        ("VON DER LEYEN", "von der Leyen"),
        ("van", "Van"),
        ("mcdonald", "McDonald"),
        ("DiCaprio", "DiCaprio"),
        ("d'Angelo", "d'Angelo"),
        ("zo\u00eb\u200b", "Zoë"),
        ("henry iii", "Henry III"),
        ("Nan", "Nan"),
        ("Na", "Na"),
        ("None", "None"),
        ("n/a", None),
        ("", None),
    ],
)
def test_a_name_keeps_its_letters_and_gets_its_capitals(sent: str, standard: str | None) -> None:
    assert standardise_name(sent) == standard


def test_test_names_are_placeholders_and_numbers_are_no_names() -> None:
    assert standardise_name("Vorname") == PLACEHOLDER
    found = standardise_name("12345")
    assert isinstance(found, Unusable)
    assert found.code == "no_letters"


@pytest.mark.parametrize(
    ("sent", "parts"),
    [
        ("Esra Yüksel", FullName("Esra", "Yüksel")),
        ("ESRA YÜKSEL", FullName("Esra", "Yüksel")),
        ("Hans Peter Maier", FullName("Hans Peter", "Maier")),
        ("Dr. Anna von der Heide", FullName("Anna", "von der Heide", title="Dr.")),
        ("Heide, Anna von der", FullName("Anna", "von der Heide")),
        ("Maier, Hans", FullName("Hans", "Maier")),
        ("Herr Prof. Dr. Max Müller jun.", FullName("Max", "Müller", title="Herr Prof. Dr.", suffix="jun.")),
        ("Smith, John, Jr.", FullName("John", "Smith", suffix="Jr.")),
        ("Müller", FullName(None, "Müller")),
        ("van Gogh", FullName(None, "van Gogh")),
    ],
)
def test_a_name_in_one_field_is_split(sent: str, parts: FullName) -> None:
    assert split_full_name(sent) == parts


def test_a_title_alone_is_no_name() -> None:
    found = split_full_name("Dr.")
    assert isinstance(found, Unusable)
    assert found.code == "no_name"
