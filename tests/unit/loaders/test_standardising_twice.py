# Data comes again standardised (an export of ours, another source's clean field): it must stay as it is. And no text
# that anybody sends may make a load fail.
from collections.abc import Callable
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.kinds import IDENTIFIER_KINDS
from graph.records import IdentifierValue
from loaders.standardise.addresses import (
    standardise_city,
    standardise_postcode,
    standardise_state,
    standardise_street,
)
from loaders.standardise.countries import standardise_country
from loaders.standardise.dates import standardise_date, standardise_time
from loaders.standardise.emails import standardise_email
from loaders.standardise.genders import standardise_gender
from loaders.standardise.identifiers import standardise_id, standardise_identifier, standardise_reference
from loaders.standardise.money import standardise_amount, standardise_currency
from loaders.standardise.full_names import FullName, split_full_name
from loaders.standardise.names import standardise_name
from loaders.standardise.phones import standardise_phone
from loaders.standardise.texts import clean, standardise_text

TEXT_STANDARDISERS: list[Callable[[str], object]] = [
    clean,
    standardise_city,
    standardise_country,
    standardise_currency,
    standardise_date,
    standardise_gender,
    standardise_id,
    standardise_name,
    standardise_postcode,
    standardise_reference,
    standardise_state,
    standardise_street,
    standardise_text,
]

letters = st.text(st.characters(categories=["L", "N", "P", "Zs", "Mn"]), max_size=30)
latin = st.text(st.sampled_from("aAbBcCäÄöÜßéøłİ\u0131\u017fŉǆ'-. ,0123456789/@+StrMcOIiVv"), max_size=24)
texts = st.one_of(st.text(max_size=30), letters, latin)


@pytest.mark.parametrize("standardise", TEXT_STANDARDISERS)
@given(text=texts)
def test_a_standardised_text_stays_as_it_is(standardise: Callable[[str], object], text: str) -> None:
    once = standardise(text)
    if isinstance(once, str):
        assert standardise(once) in {once, None} if once == "" else standardise(once) == once


@pytest.mark.parametrize("country", ["DE", "US", "GB", "FR", None])
@given(text=texts)
def test_a_standardised_postcode_stays_in_its_country(country: str | None, text: str) -> None:
    once = standardise_postcode(text, country)
    assert once is None or standardise_postcode(once, country) == once


@given(local=latin, domain=st.sampled_from(["gmail.com", "Müller.de", "outlook.com", "x.org", "a..b", ""]))
def test_a_standardised_email_stays_as_it_is(local: str, domain: str) -> None:
    once = standardise_email(f"{local}@{domain}")
    if isinstance(once, IdentifierValue):
        again = standardise_email(once.normalised)
        assert isinstance(again, IdentifierValue)
        assert (again.normalised, again.match_key) == (once.normalised, once.match_key)
        of_key = standardise_email(once.match_key)
        assert isinstance(of_key, IdentifierValue)
        assert of_key.match_key == once.match_key


@given(
    text=st.text(st.sampled_from("0123456789+-/() x.ext"), max_size=22),
    country=st.sampled_from(["DE", "US", "GB", "MX", None]),
)
def test_a_standardised_phone_stays_as_it_is_in_every_country(text: str, country: str | None) -> None:
    once = standardise_phone(text, country)
    if isinstance(once, IdentifierValue):
        again = standardise_phone(once.normalised, country)
        assert isinstance(again, IdentifierValue)
        assert again.match_key == once.match_key


@pytest.mark.parametrize("kind", sorted(IDENTIFIER_KINDS))
@given(text=texts)
def test_no_identifier_makes_a_load_fail(kind: str, text: str) -> None:
    once = standardise_identifier(kind, text, "DE")
    if isinstance(once, IdentifierValue):
        assert once.match_key
        again = standardise_identifier(kind, once.normalised, "DE")
        assert isinstance(again, IdentifierValue)
        assert again.match_key == once.match_key


@given(text=texts)
def test_no_full_name_makes_a_load_fail(text: str) -> None:
    found = split_full_name(text)
    if isinstance(found, FullName):
        assert found.given_name or found.family_name


@given(text=texts, formats=st.sampled_from([(), ("%d.%m.%Y",), ("%Y%m%d", "%d.%m.%y"), ("epoch",)]))
def test_no_date_makes_a_load_fail(text: str, formats: tuple[str, ...]) -> None:
    if "epoch" not in formats:
        standardise_date(text, formats)
    found = standardise_time(text, formats)
    if isinstance(found, datetime):
        assert standardise_time(found.isoformat()) == found


@given(text=texts)
def test_no_amount_makes_a_load_fail(text: str) -> None:
    found = standardise_amount(text)
    if isinstance(found, float):
        assert standardise_amount(repr(found)) == found
