from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
import yaml

from graph.records import IdentifierValue
from loaders.standardise.addresses import (
    standardise_city,
    standardise_postcode,
    standardise_state,
    standardise_street,
)
from loaders.standardise.companies import standardise_company
from loaders.standardise.countries import standardise_country
from loaders.standardise.dates import standardise_date
from loaders.standardise.full_names import FullName, split_full_name
from loaders.standardise.genders import standardise_gender
from loaders.standardise.identifiers import standardise_identifier
from loaders.standardise.money import standardise_amount, standardise_currency
from loaders.standardise.names import standardise_name
from loaders.standardise.streets import split_street
from loaders.standardise.unusable import Unusable
from loaders.standardise.user_agents import read_user_agent
from resolution.customers import folding

# Every scalar is a text, so that NO and 1970-01-01 become nothing else.
CASES: dict[str, list[list[str]]] = yaml.load(
    Path(__file__).with_name("standard_cases.yaml").read_text(encoding="utf-8"), yaml.BaseLoader
)
NOTHING = "~"


def _identifier(kind: str, text: str, country: str | None) -> object:
    value = standardise_identifier(kind, text, country)
    if not isinstance(value, IdentifierValue):
        return value
    assert value.raw == text.strip()
    return value.match_key if value.normalised == value.match_key else f"{value.normalised} | {value.match_key}"


def _full_name(text: str, country: str | None) -> object:
    name = split_full_name(text, country)
    return _parts(name.given_name, name.family_name, name.title, name.suffix) if isinstance(name, FullName) else name


def _date(text: str, _country: str | None) -> object:
    form, declared, sent = text.partition(" = ")
    return standardise_date(sent if declared else text, (form,) if declared else ())


def _amount(text: str, _country: str | None) -> object:
    decimal, declared, sent = text.partition(" = ")
    return standardise_amount(sent, decimal) if declared else standardise_amount(text)


def _street_parts(text: str, country: str | None) -> object:
    street = split_street(text, country or "")
    return _parts(street.name, street.house_number)


def _user_agent(text: str, _country: str | None) -> object:
    found = read_user_agent(text)
    assert found.is_bot is (found.device == "bot")
    return _parts(found.browser, found.os, found.device)


def _nickname(text: str, _country: str | None) -> object:
    assert standardise_name(text) == text
    return " ".join(folding.name_forms(text))


def _parts(*parts: str | None) -> str:
    return " / ".join(part or NOTHING for part in parts)


def _alone(standardise: Callable[[str], object]) -> Callable[[str, str | None], object]:
    return lambda text, _country: standardise(text)


STANDARDISE: dict[str, Callable[[str, str | None], object]] = {
    **{
        kind: partial(_identifier, kind)
        for kind in ("email", "phone", "hashed_email", "customer_number", "social_handle")
    },
    "name": _alone(standardise_name),
    "full_name": _full_name,
    "compared_name": _alone(folding.folded),
    "nickname": _nickname,
    "date": _date,
    "street": standardise_street,
    "street_parts": _street_parts,
    "postcode": standardise_postcode,
    "city": _alone(standardise_city),
    "state": _alone(standardise_state),
    "country": _alone(standardise_country),
    "company": _alone(standardise_company),
    "gender": _alone(standardise_gender),
    "currency": standardise_currency,
    "amount": _amount,
    "user_agent": _user_agent,
}


@pytest.mark.parametrize(
    ("kind", "country", "sent", "standard"),
    [
        pytest.param(kind, *case, id=f"{kind}-{case[0]}-{number}")
        for kind, cases in CASES.items()
        for number, case in enumerate(cases, start=1)
    ],
)
def test_what_is_sent_becomes_its_standard_form(kind: str, country: str, sent: str, standard: str) -> None:
    found = STANDARDISE[kind](sent, None if country == NOTHING else country)
    shown = f"!{found.code}" if isinstance(found, Unusable) else NOTHING if found is None else str(found)
    assert shown.strip() == standard.strip()


def test_the_table_has_enough_cases_of_enough_countries() -> None:
    countries = Counter(case[0] for cases in CASES.values() for case in cases)
    assert countries.total() >= 300
    assert sum(count >= 5 for country, count in countries.items() if country != NOTHING) >= 10
