"""Names of people, as skewed as in life: a few are carried by very many.

The long tail is Faker's (its lists for Germany, Austria, Turkey, Poland, Italy, Croatia and Great Britain). Where a
list carries weights they are used. The others have none and stand in alphabetical order: they are shuffled once, the
commonest names of ``commonest`` go in front, and a name's weight follows its rank by Zipf and Mandelbrot,
1 / (rank + shift) ** exponent. With the figures below the commonest family name has 1.3 % (in Germany: 0.95 %) and the
commonest given name of a generation 5 %.
"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib import import_module
from typing import Any

from loaders.sample.commonest import common_names
from loaders.sample.dice import Dice, Stream, Weighted

_FAMILY_SHIFT, _FAMILY_EXPONENT = 8, 0.8
_GIVEN_SHIFT, _GIVEN_EXPONENT = 10, 1.5
_GENERATIONS = (1960, 1980, 2000, 3000)


class Culture(StrEnum):
    """Where the names of a household come from: the name of Faker's list."""

    GERMAN = "de_DE"
    TURKISH = "tr_TR"
    POLISH = "pl_PL"
    ENGLISH = "en_GB"
    ITALIAN = "it_IT"
    CROATIAN = "hr_HR"
    AUSTRIAN = "de_AT"


CULTURES = Weighted(
    {
        Culture.GERMAN: 76.0,
        Culture.TURKISH: 7.5,
        Culture.POLISH: 5.5,
        Culture.ITALIAN: 3.0,
        Culture.CROATIAN: 3.0,
        Culture.ENGLISH: 3.0,
        Culture.AUSTRIAN: 2.0,
    }
)


_GROUPS = {
    Culture.GERMAN: "german",
    Culture.AUSTRIAN: "german",
    Culture.TURKISH: "turkish",
    Culture.POLISH: "polish",
}


class Gender(StrEnum):
    """As the CRM's salutation knows it."""

    MALE = "m"
    FEMALE = "f"


@dataclass(frozen=True, slots=True)
class GivenNames:
    """Given names of one gender, by generation."""

    generations: tuple[Weighted[str], ...]

    def of_year(self, year: int) -> Weighted[str]:
        """The names of those born in a year."""
        return self.generations[bisect_right(_GENERATIONS, year)]


@dataclass(frozen=True, slots=True)
class NameStock:
    """The names of one culture."""

    given: Mapping[Gender, GivenNames]
    family: Weighted[str]


@cache
def name_stock(culture: Culture) -> NameStock:
    """The names of a culture, read once."""
    given = {gender: _given_names(culture, gender) for gender in Gender}
    return NameStock(given, _family_names(culture))


def _given_names(culture: Culture, gender: Gender) -> GivenNames:
    tail = _faker_names(culture, "first_names_male" if gender is Gender.MALE else "first_names_female")
    common = common_names(_GROUPS.get(culture, ""))
    heads = (common.male if gender is Gender.MALE else common.female) or ((),)
    names = [_ranked(head, tail, _GIVEN_SHIFT, _GIVEN_EXPONENT) for head in heads]
    return GivenNames(tuple(names) if len(names) > 1 else tuple(names) * len(_GENERATIONS))


def _family_names(culture: Culture) -> Weighted[str]:
    tail = _faker_names(culture, "unisex_last_names" if culture is Culture.POLISH else "last_names")
    if culture is Culture.GERMAN:
        tail = {**tail, **_faker_names(Culture.AUSTRIAN, "last_names")}
    head = () if culture is Culture.AUSTRIAN else common_names(_GROUPS.get(culture, "")).family
    return _ranked(head, tail, _FAMILY_SHIFT, _FAMILY_EXPONENT)


@cache
def _faker_names(culture: Culture, of: str) -> Mapping[str, float | None]:
    """One of Faker's lists without entries of several words; the weight is none where the list has none."""
    provider: Any = import_module(f"faker.providers.person.{culture}").Provider
    listed: Any = getattr(provider, of)
    weights: Mapping[str, float | None] = listed if isinstance(listed, Mapping) else dict.fromkeys(listed)
    return {name: weight for name, weight in weights.items() if name.replace("-", "").isalpha()}


def _ranked(head: Iterable[str], tail: Mapping[str, float | None], shift: int, exponent: float) -> Weighted[str]:
    weighted = {name: weight for name, weight in tail.items() if weight is not None}
    if weighted:
        return Weighted(weighted)
    shuffled = Dice(0, Stream.NAMES, 0).shuffled(list(tail))
    ranking = dict.fromkeys((*head, *shuffled))
    return Weighted({name: (rank + shift) ** -exponent for rank, name in enumerate(ranking, start=1)})


@cache
def long_tail_of_streets() -> tuple[str, ...]:
    """Streets that are named after a family, as many towns have them."""
    families = list(_faker_names(Culture.GERMAN, "last_names"))[::3]
    return tuple(f"{name}{'weg' if at % 3 else 'straße'}" for at, name in enumerate(families))
