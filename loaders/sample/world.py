"""The people of the world, household by household.

The world is made of blocks of a hundred people. A block is always made whole, from its own stream of draws, and
households never cross its edge; a sample of N people then shows the first N of them. So the people of a small sample
are the first people of every larger one, also where N cuts through a household: those who are cut off still live
there, no source has seen them yet.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from loaders.sample.contacts import Mailboxes, mobile_number
from loaders.sample.dice import Dice, Stream, Weighted
from loaders.sample.names import CULTURES, Culture, Gender, name_stock
from loaders.sample.people import HardCase, Household, Person
from loaders.sample.places import find_home, landline_number
from loaders.sample.timeline import History

PEOPLE_A_BLOCK = 100
_LARGEST_HOUSEHOLD = 4
_YEAR = 2026
_TRIES = 20

_BIRTH_YEARS = Weighted(
    {
        (1941, 1955): 16.0,
        (1956, 1970): 27.0,
        (1971, 1985): 26.0,
        (1986, 1999): 23.0,
        (2000, 2009): 8.0,
    }
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where the making of a block stands: the people so far, and what new ones are made from."""

    first: int
    people: list[Person]
    mailboxes: Mailboxes
    dice: Dice

    def move_in(self, landline: float) -> Household:
        """A new, empty household."""
        number = self.first + len(self.people)
        home = find_home(self.dice)
        phone = landline_number(home, number) if self.dice.chance(landline) else None
        return Household(number, self.dice.weighted(CULTURES), home, phone)

    def add(self, household: Household, gender: Gender, born: date, family: str) -> Person:
        """One more person of a household."""
        return self.add_named(household, (self._given(household, gender, born), family), gender, born)

    def add_named(self, household: Household, names: tuple[str, str], gender: Gender, born: date) -> Person:
        """One more person whose given and family names are known."""
        number = self.first + len(self.people)
        given, family = names
        person = Person(
            number=number,
            household=household,
            gender=gender,
            given=given,
            birth_date=born,
            family=History.of(family),
            address=History.of(household.home),
            email=History.of(self.mailboxes.open_personal(given, family, self.dice, number)),
            mobile=History.of(mobile_number(number, 0, self.dice)),
        )
        household.members.append(person)
        self.people.append(person)
        return person

    def family_name(self, culture: Culture) -> str:
        """A family name."""
        names = name_stock(culture).family
        if self.dice.chance(0.02):
            return f"{self.dice.weighted(names)}-{self.dice.weighted(names)}"
        return self.dice.weighted(names)

    def birthday(self, first_year: int, last_year: int) -> date:
        """A day in some years."""
        return date(self.dice.between(first_year, last_year), self.dice.between(1, 12), self.dice.between(1, 28))

    def gender(self) -> Gender:
        """Either."""
        return self.dice.pick((Gender.MALE, Gender.FEMALE))

    def _given(self, household: Household, gender: Gender, born: date) -> str:
        """A name that does not begin like another one in the household: parents choose names they can call apart."""
        names = name_stock(household.culture).given[gender].of_year(born.year)
        begun = {member.given[:3] for member in household.members}
        for _ in range(_TRIES):
            given = self.dice.weighted(names)
            if given[:3] not in begun:
                return given
        return next(name for name in names.values if name[:3] not in begun)


def build_block(seed: int, block: int, mailboxes: Mailboxes) -> list[Person]:
    """The hundred people of a block. Blocks must be asked for in order, because of the mailboxes."""
    place = Place(block * PEOPLE_A_BLOCK, [], mailboxes, Dice(seed, Stream.WORLD, block))
    for settle in _scheduled(block):
        settle(place)
    while len(place.people) <= PEOPLE_A_BLOCK - _LARGEST_HOUSEHOLD:
        place.dice.weighted(_HOUSEHOLDS)(place)
    while len(place.people) < PEOPLE_A_BLOCK:
        _settle_single(place)
    return place.people


def _scheduled(block: int) -> list[Callable[[Place], None]]:
    """The rare households, one in every so many blocks, so that even small samples have their share of each."""
    schedule = (
        (4, 0, _settle_twins),
        (5, 1, _settle_father_and_son),
        (10, 4, _settle_mother_and_daughter),
        (5, 3, _settle_couple_with_one_mailbox),
        (10, 0, _settle_family_with_one_mailbox),
    )
    return [settle for every, at, settle in schedule if block % every == at]


def _settle_single(place: Place) -> None:
    home = place.move_in(landline=0.35)
    place.add(home, place.gender(), _adult(place), place.family_name(home.culture))


def _settle_couple(place: Place) -> None:
    home = place.move_in(landline=0.6)
    _couple(place, home, one_name=True)


def _settle_couple_of_two_names(place: Place) -> None:
    home = place.move_in(landline=0.4)
    _couple(place, home, one_name=False)


def _settle_family(place: Place) -> None:
    home = place.move_in(landline=0.7)
    parents = _couple(place, home, one_name=True, born=(1962, 1976))
    for _ in range(place.dice.between(1, 2)):
        _grown_child(place, home, parents[0])


def _settle_parent(place: Place) -> None:
    home = place.move_in(landline=0.5)
    parent = place.add(home, place.gender(), place.birthday(1960, 1980), place.family_name(home.culture))
    _grown_child(place, home, parent)


def _settle_flat_share(place: Place) -> None:
    home = place.move_in(landline=0.05)
    for _ in range(place.dice.between(2, 4)):
        place.add(home, place.gender(), place.birthday(1992, 2006), place.family_name(place.dice.weighted(CULTURES)))


def _settle_twins(place: Place) -> None:
    home = place.move_in(landline=0.5)
    family, born, gender = place.family_name(home.culture), place.birthday(1985, 2007), place.gender()
    for _ in range(2):
        place.add(home, gender, born, family).cases[HardCase.TWIN] = home.id


def _settle_father_and_son(place: Place) -> None:
    _settle_namesakes(place, Gender.MALE, HardCase.FATHER_SON)


def _settle_mother_and_daughter(place: Place) -> None:
    _settle_namesakes(place, Gender.FEMALE, HardCase.MOTHER_DAUGHTER)


def _settle_namesakes(place: Place, gender: Gender, case: HardCase) -> None:
    home = place.move_in(landline=0.8)
    parent = place.add(home, gender, place.birthday(1948, 1966), place.family_name(home.culture))
    born = place.birthday(parent.birth_date.year + 22, parent.birth_date.year + 32)
    child = place.add_named(home, (parent.given, parent.family.last), gender, born)
    for namesake in (parent, child):
        namesake.cases[case] = home.id


def _settle_couple_with_one_mailbox(place: Place) -> None:
    home = place.move_in(landline=0.8)
    couple = _couple(place, home, one_name=True, born=(1945, 1970))
    _share_mailbox(place, couple, HardCase.COUPLE_EMAIL)


def _settle_family_with_one_mailbox(place: Place) -> None:
    home = place.move_in(landline=0.8)
    parents = _couple(place, home, one_name=True, born=(1962, 1976))
    for _ in range(place.dice.between(1, 2)):
        _grown_child(place, home, parents[0])
    _share_mailbox(place, home.members, HardCase.FAMILY_EMAIL)


def _share_mailbox(place: Place, people: list[Person], case: HardCase) -> None:
    names = (people[0].given, people[1].given)
    shared = place.mailboxes.open_shared(names, people[0].family.last, place.dice, people[0].household.number)
    for person in people:
        person.email = History.of(shared)
        person.cases[case] = shared


def _couple(place: Place, home: Household, *, one_name: bool, born: tuple[int, int] | None = None) -> list[Person]:
    family = place.family_name(home.culture)
    first_born = place.birthday(*born) if born else _adult(place)
    first = place.add(home, Gender.FEMALE, first_born, family)
    partner_born = place.birthday(max(first_born.year - 6, 1938), min(first_born.year + 4, _YEAR - 18))
    while partner_born == first_born:
        partner_born = place.birthday(partner_born.year, partner_born.year)
    partner_family = family if one_name else place.family_name(home.culture)
    partner_gender = Gender.FEMALE if place.dice.chance(0.02) else Gender.MALE
    return [first, place.add(home, partner_gender, partner_born, partner_family)]


def _grown_child(place: Place, home: Household, parent: Person) -> None:
    first_year = max(parent.birth_date.year + 20, 1990)
    place.add(home, place.gender(), place.birthday(first_year, max(first_year, 2008)), parent.family.last)


def _adult(place: Place) -> date:
    return place.birthday(*place.dice.weighted(_BIRTH_YEARS))


_HOUSEHOLDS = Weighted(
    {
        _settle_single: 46.0,
        _settle_couple: 20.0,
        _settle_couple_of_two_names: 11.0,
        _settle_family: 9.0,
        _settle_parent: 6.0,
        _settle_flat_share: 8.0,
    }
)
