"""Addresses that hold together: a postcode belongs to one city, a landline has its city's area code."""

from dataclasses import dataclass
from functools import cache

from loaders.sample.commonest import common_cities, common_streets
from loaders.sample.dice import Dice, Weighted, scattered
from loaders.sample.names import long_tail_of_streets

_POSTCODES_A_CITY = 40
_STREET_SHIFT, _STREET_EXPONENT = 10, 0.9
_LANDLINES = 10_000_000


@dataclass(frozen=True, slots=True)
class City:
    """A city with the postcodes that are its own."""

    name: str
    postcodes: tuple[str, ...]
    area_code: str


@dataclass(frozen=True, slots=True)
class Address:
    """Where somebody lives."""

    street: str
    house_no: str
    postcode: str
    city: str
    area_code: str


def find_home(dice: Dice, near: Address | None = None) -> Address:
    """An address; more often than not in the same city as ``near``."""
    city = dice.weighted(_cities())
    if near is not None and dice.chance(0.65):
        city = next(known for known in _cities().values if known.name == near.city)
    suffix = dice.pick("abc") if dice.chance(0.08) else ""
    return Address(
        street=dice.weighted(_streets()),
        house_no=f"{1 + int(120 * dice.share() ** 1.7)}{suffix}",
        postcode=dice.pick(city.postcodes),
        city=city.name,
        area_code=city.area_code,
    )


def landline_number(address: Address, household: int) -> str:
    """A landline in E.164 that no other household has."""
    return f"+49{address.area_code}{scattered(household, 7_368_787, _LANDLINES):07d}"


@cache
def _cities() -> Weighted[City]:
    return Weighted(
        {
            City(known.name, _postcodes(known.first_postcode, known.last_postcode), known.area_code): known.inhabitants
            for known in common_cities()
        }
    )


def _postcodes(first: int, last: int) -> tuple[str, ...]:
    step = max((last - first) // _POSTCODES_A_CITY, 1)
    return tuple(f"{postcode:05d}" for postcode in range(first, last + 1, step))


@cache
def _streets() -> Weighted[str]:
    ranking = dict.fromkeys((*common_streets(), *long_tail_of_streets()))
    return Weighted({street: (rank + _STREET_SHIFT) ** -_STREET_EXPONENT for rank, street in enumerate(ranking)})
