"""The CRM: who has a contract. ``crm/customers.csv``.

Semicolons, cp1252, CRLF, one row a customer number, sorted by it. Columns: customer_no; salutation (Herr, Frau);
first_name; last_name; birth_date (dd.mm.yyyy, may be empty or a placeholder); email; phone (as typed); street;
house_no; postcode; city; country (Deutschland, DE or empty); contract_no; tariff; contract_start; contract_end (empty
while it runs); created_at; updated_at. Both contract dates are dd.mm.yyyy, both times dd.mm.yyyy hh:mm in UTC. Letters
that cp1252 lacks are written plainly. A few per cent of the people have two customer numbers.
"""

from dataclasses import dataclass
from datetime import timedelta

from loaders.sample.contacts import TEST_EMAIL, handwritten
from loaders.sample.dice import Dice, Weighted, scattered
from loaders.sample.names import Gender
from loaders.sample.people import Contract, HardCase, Person
from loaders.sample.sightings import Care, Observation, Sighting
from loaders.sample.slips import in_encoding
from loaders.sample.timeline import WORLD_END, WORLD_START, german, german_day
from loaders.sample.writing import CsvFile, CsvFormat

SOURCE = "crm"
PATH = "crm/customers.csv"
ENCODING = "cp1252"
FORMAT = CsvFormat(
    columns=(
        "customer_no",
        "salutation",
        "first_name",
        "last_name",
        "birth_date",
        "email",
        "phone",
        "street",
        "house_no",
        "postcode",
        "city",
        "country",
        "contract_no",
        "tariff",
        "contract_start",
        "contract_end",
        "created_at",
        "updated_at",
    ),
    id_column="customer_no",
    date_column="birth_date",
    delimiter=";",
    encoding=ENCODING,
    line_end="\r\n",
)

_CARE = Care(
    nickname=0.02,
    plain_letters=0.07,
    misspelt=0.015,
    swapped=0.009,
    tells_news=0.6,
    birth_date=0.93,
    placeholder=0.03,
)
_COUNTRIES = Weighted({"Deutschland": 80.0, "DE": 12.0, "": 8.0})
_NUMBERS = 100_000_000


@dataclass(slots=True)
class CrmCustomer:
    """One customer number with its contract."""

    sighting: Sighting
    contract: Contract
    country: str


def observe(person: Person, dice: Dice) -> list[CrmCustomer]:
    """What the CRM knows of a person: one record a contract."""
    customers = [_record(person, nth, contract, dice) for nth, contract in enumerate(person.contracts)]
    for customer in customers[1:]:
        customer.sighting.cases.add(HardCase.DUPLICATE_IN_SOURCE)
    return customers


def write(customer: CrmCustomer, file: CsvFile, dice: Dice) -> None:
    """One row."""
    sighting, contract = customer.sighting, customer.contract
    address = sighting.address
    cells = (
        sighting.external_id,
        "Herr" if sighting.person.gender is Gender.MALE else "Frau",
        sighting.given,
        sighting.family,
        german_day(sighting.birth_date) if sighting.birth_date else "",
        sighting.email or "",
        handwritten(sighting.phone, dice) if sighting.phone else "",
        address.street if address else "",
        address.house_no if address else "",
        address.postcode if address else "",
        address.city if address else "",
        customer.country,
        contract.number,
        contract.tariff.name,
        german_day(contract.starts),
        german_day(contract.ends) if contract.ends else "",
        german(sighting.created_at),
        german(sighting.updated_at),
    )
    file.add(sighting.external_id, [in_encoding(cell, ENCODING) for cell in cells], dice)


def _record(person: Person, nth: int, contract: Contract, dice: Dice) -> CrmCustomer:
    changed = dice.moment(max(contract.starts, WORLD_START), WORLD_END - timedelta(days=1))
    updated_at = max(dice.at_hours(changed, 6, 17), contract.starts)
    observation = Observation(person, contract.starts, updated_at, _CARE, dice)
    number = f"K{scattered(person.number * 4 + nth, 61_803_399, _NUMBERS):08d}"
    fields = frozenset({"birth_date", "email", "phone", "address"})
    sighting = observation.write_down(SOURCE, number, fields)
    sighting.address = observation.home(sighting)
    sighting.email = _email(observation, sighting)
    sighting.phone = _phone(observation)
    return CrmCustomer(sighting, contract, dice.weighted(_COUNTRIES))


def _email(observation: Observation, sighting: Sighting) -> str | None:
    person, dice = observation.person, observation.dice
    if person.in_story:
        return person.email.last
    drawn = dice.share()
    if person.office_email is not None and drawn < 0.6:  # noqa: PLR2004
        sighting.cases.add(HardCase.ROLE_MAILBOX)
        return person.office_email
    if drawn < 0.016:  # noqa: PLR2004 -- a field that the form insists on, and a clerk in a hurry
        sighting.cases.add(HardCase.TEST_EMAIL)
        return TEST_EMAIL
    return person.email.at(observation.known_at()) if drawn < 0.8 else None  # noqa: PLR2004


def _phone(observation: Observation) -> str | None:
    person, dice = observation.person, observation.dice
    if person.landline_listed and person.household.landline:
        return person.household.landline
    if person.in_story or dice.chance(0.86):
        return person.mobile.at(observation.known_at())
    return None
