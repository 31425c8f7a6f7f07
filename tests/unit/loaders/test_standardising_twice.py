# Data comes again standardised (an export of ours, another source's clean field): it must stay as it is. And no text
# that anybody sends may make a load fail.
import re
from collections import Counter
from collections.abc import Callable
from datetime import datetime

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st
from phonenumbers import PhoneNumberFormat, PhoneNumberType

from graph.kinds import IDENTIFIER_KINDS
from graph.records import IdentifierValue
from loaders.standardise.addresses import (
    standardise_city,
    standardise_postcode,
    standardise_state,
    standardise_street,
)
from loaders.standardise.companies import standardise_company
from loaders.standardise.countries import standardise_country
from loaders.standardise.dates import standardise_date, standardise_time
from loaders.standardise.emails import standardise_email
from loaders.standardise.full_names import FullName, split_full_name
from loaders.standardise.genders import standardise_gender
from loaders.standardise.identifiers import standardise_id, standardise_identifier, standardise_reference
from loaders.standardise.money import standardise_amount, standardise_currency
from loaders.standardise.names import standardise_name
from loaders.standardise.numbering_plans import read_usual_number
from loaders.standardise.phones import standardise_phone
from loaders.standardise.texts import clean, standardise_text
from loaders.standardise.unusable import PLACEHOLDER
from loaders.standardise.user_agents import UserAgent, read_user_agent

TEXT_STANDARDISERS: list[Callable[[str], object]] = [
    clean,
    standardise_city,
    standardise_company,
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


streets = st.one_of(
    texts,
    st.lists(
        st.sampled_from(
            [*"aBN5,./-", "12", "5 a", "St", "Rd.", "C/", "av.", "Nr.", "str.", "Hauptstr.", "Apt", "ul.", "al", "bis"]
        ),
        max_size=8,
    ).map(" ".join),
)
COUNTRIES = ["DE", "CH", "NL", "FR", "ES", "IT", "PT", "PL", "SE", "GB", "US", "JP", None]


@given(country=st.sampled_from(COUNTRIES), text=streets)
def test_a_standardised_street_stays_in_its_country(country: str | None, text: str) -> None:
    once = standardise_street(text, country)
    assert once is None or standardise_street(once, country) == once


@given(country=st.sampled_from(COUNTRIES), text=st.one_of(texts, st.sampled_from(["kr.", "$", "¥", "fr", "R"])))
def test_a_standardised_currency_stays_in_every_country(country: str | None, text: str) -> None:
    once = standardise_currency(text, country)
    assert not isinstance(once, str) or standardise_currency(once, country) == once


@given(text=texts)
def test_no_user_agent_makes_a_call_fail(text: str) -> None:
    assert isinstance(read_user_agent(text), UserAgent)


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


@given(
    text=st.text(st.sampled_from("0123456789+-/(). "), min_size=6, max_size=18),
    region=st.sampled_from(sorted(phonenumbers.SUPPORTED_REGIONS)),
)
def test_a_number_in_usual_writing_is_read_as_by_the_library(text: str, region: str) -> None:
    quick = read_usual_number(text, region)
    if quick is not None:
        number = phonenumbers.parse(text, region)
        assert phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164) == f"+{''.join(quick)}"
        assert phonenumbers.is_possible_number(number)


def test_a_number_of_every_country_is_read_however_it_is_written() -> None:
    forms = (PhoneNumberFormat.NATIONAL, PhoneNumberFormat.INTERNATIONAL, PhoneNumberFormat.RFC3966)
    for region in phonenumbers.SUPPORTED_REGIONS:
        number = phonenumbers.example_number_for_type(region, PhoneNumberType.FIXED_LINE)
        assert number is not None
        for form in forms:
            found = standardise_phone(phonenumbers.format_number(number, form), region)
            # Some examples look invented, such as 1234567.
            key = found.match_key if isinstance(found, IdentifierValue) else found
            assert key in {phonenumbers.format_number(number, PhoneNumberFormat.E164), PLACEHOLDER}


@pytest.mark.parametrize("kind", sorted(IDENTIFIER_KINDS))
@given(text=texts)
def test_no_identifier_makes_a_load_fail(kind: str, text: str) -> None:
    once = standardise_identifier(kind, text, "DE")
    if isinstance(once, IdentifierValue):
        assert once.match_key
        again = standardise_identifier(kind, once.normalised, "DE")
        assert isinstance(again, IdentifierValue)
        assert again.match_key == once.match_key


names = st.lists(
    st.one_of(latin, st.sampled_from(["Dr.", "von", "MAIER", ",", "y", "jun.", "山田", "김철수", "様"])), max_size=5
).map(" ".join)


@given(text=st.one_of(texts, names), country=st.sampled_from([*COUNTRIES, "HU", "CN"]))
def test_no_full_name_makes_a_load_fail_or_loses_a_word(text: str, country: str | None) -> None:
    found = split_full_name(text, country)
    if isinstance(found, FullName):
        assert found.given_name or found.family_name
        parts = " ".join(filter(None, (found.title, found.given_name, found.family_name, found.suffix)))
        sent = Counter("".join(re.sub("[,;]", " ", clean(text)).casefold().split())) - Counter("様")
        assert not sent - Counter(parts.casefold()) or not clean(text).isascii()


@given(text=texts, formats=st.sampled_from([(), ("%d.%m.%Y",), ("%Y%m%d", "%d.%m.%y"), ("epoch",)]))
def test_no_date_makes_a_load_fail(text: str, formats: tuple[str, ...]) -> None:
    if "epoch" not in formats:
        standardise_date(text, formats)
    found = standardise_time(text, formats)
    if isinstance(found, datetime):
        assert standardise_time(found.isoformat()) == found


amounts = st.one_of(texts, st.text(st.sampled_from("0123456789.,' -()€EUR$"), max_size=14))


@given(text=amounts, decimal=st.sampled_from([None, ".", ","]))
def test_no_amount_makes_a_load_fail(text: str, decimal: str | None) -> None:
    found = standardise_amount(text, decimal)
    if isinstance(found, float):
        assert standardise_amount(repr(found)) == found


@given(cents=st.integers(0, 10**10), sign=st.sampled_from(["", "-"]))
def test_an_amount_is_the_same_in_every_manner(cents: int, sign: str) -> None:
    plain = f"{cents / 100:,.2f}"
    swapped = plain.translate(str.maketrans(",.", ".,"))
    written = [plain, swapped, swapped.replace(".", " "), plain.replace(",", "'"), f"{swapped} €", f"EUR {plain}"]
    assert {standardise_amount(f"{sign}{text}") for text in written} == {float(f"{sign}{cents / 100}")}
