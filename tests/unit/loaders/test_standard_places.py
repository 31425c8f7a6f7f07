import pytest

from loaders.standardise.addresses import (
    standardise_city,
    standardise_postcode,
    standardise_state,
    standardise_street,
)
from loaders.standardise.countries import standardise_country
from loaders.standardise.genders import standardise_gender
from loaders.standardise.money import standardise_amount, standardise_currency
from loaders.standardise.unusable import Unusable


@pytest.mark.parametrize(
    ("sent", "standard"),
    [
        ("Hauptstr. 5", "Hauptstraße 5"),
        ("SEESTR. 12 B", "Seestraße 12b"),
        ("Str. des 17. Juni 1", "Straße des 17. Juni 1"),
        ("AM STEIN 7", "Am Stein 7"),
        ("7 wallaby place", "7 Wallaby Place"),
        ("12 St. John's Rd", "12 St. John's Rd"),
        ("unbekannt", None),
    ],
)
def test_a_street_is_written_out_where_that_is_sure(sent: str, standard: str | None) -> None:
    assert standardise_street(sent) == standard


@pytest.mark.parametrize(
    ("sent", "country", "standard"),
    [
        ("tq138df", None, "TQ13 8DF"),
        ("D-12345", None, "12345"),
        ("S-958 22", None, "958 22"),
        ("1234ab", "NL", "1234 AB"),
        ("1067", "DE", "01067"),
        ("1067", None, "1067"),
        ("2119", "AU", "2119"),
    ],
)
def test_a_postcode_has_one_form(sent: str, country: str | None, standard: str) -> None:
    assert standardise_postcode(sent, country) == standard


def test_towns_and_states_get_their_capitals() -> None:
    assert standardise_city("FRANKFURT AM MAIN") == "Frankfurt am Main"
    assert standardise_state("nsw") == "NSW"
    assert standardise_state("new york") == "New York"


@pytest.mark.parametrize(
    ("sent", "standard"),
    [
        ("Deutschland", "DE"),
        ("germany", "DE"),
        ("DEU", "DE"),
        ("uk", "GB"),
        ("EIRE", "IE"),
        ("U.S.A.", "US"),
        ("Holland", "NL"),
        ("NO", "NO"),
        ("Channel Islands", "Channel Islands"),
        ("Unspecified", None),
    ],
)
def test_a_country_becomes_its_code_where_it_is_one(sent: str, standard: str | None) -> None:
    assert standardise_country(sent) == standard


@pytest.mark.parametrize(
    ("sent", "standard"),
    [("Frau", "female"), ("M", "male"), ("Hr.", "male"), ("divers", "other"), ("männlich", "male"), ("u", None)],
)
def test_a_gender_is_told_from_words_and_salutations(sent: str, standard: str | None) -> None:
    assert standardise_gender(sent) == standard


def test_numbers_are_no_genders() -> None:
    assert isinstance(standardise_gender("1"), Unusable)


def test_amounts_have_a_decimal_point_and_currencies_a_code() -> None:
    assert standardise_amount("-12.50") == -12.5
    assert standardise_amount("12,50") == 12.5
    assert isinstance(standardise_amount("nan euro"), Unusable)
    assert standardise_currency("eur") == "EUR"
    assert isinstance(standardise_currency("XYZ"), Unusable)
