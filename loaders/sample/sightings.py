"""What one system wrote down about one person, before it becomes rows: right, late, incomplete or wrong."""

from dataclasses import dataclass, field
from datetime import date, datetime

from loaders.sample.contacts import TEST_EMAIL
from loaders.sample.dice import Dice
from loaders.sample.people import NAMESAKES_OF_A_HOME, HardCase, Person
from loaders.sample.places import Address
from loaders.sample.slips import has_umlaut, heard, mistyped, nickname, without_umlauts

_RAREST_FIRST = tuple(HardCase)
PLACEHOLDER_BIRTH_DATES = (date(1900, 1, 1), date(1970, 1, 1))


@dataclass(frozen=True, slots=True)
class Care:
    """How carefully a system keeps its records: probabilities for each record."""

    nickname: float
    plain_letters: float
    misspelt: float
    swapped: float
    by_ear: bool = False
    tells_news: float = 0.5
    """How likely a change (a move, a new name, number or address) is known to the system by its last update."""
    birth_date: float = 0.0
    """How likely there is a birth date at all."""
    placeholder: float = 0.0


@dataclass(slots=True)
class Sighting:
    """One record of one person in one system. ``can_hold``: the fields that the system has."""

    source: str
    external_id: str
    person: Person
    given: str
    family: str
    created_at: datetime
    updated_at: datetime
    can_hold: frozenset[str]
    birth_date: date | None = None
    email: str | None = None
    phone: str | None = None
    address: Address | None = None
    customer_no: str | None = None
    cases: set[HardCase] = field(default_factory=set[HardCase])

    @property
    def hard_case(self) -> str:
        """The label of the truth file: the rarest case that applies, or nothing."""
        applying = self.cases | self.person.cases.keys()
        return min(applying, key=_RAREST_FIRST.index, default="")


@dataclass(frozen=True, slots=True)
class Observation:
    """A person seen by a system: since when, until when, and how carefully it writes."""

    person: Person
    created_at: datetime
    updated_at: datetime
    care: Care
    dice: Dice

    def known_at(self) -> datetime:
        """The moment whose facts the system has: of its last update, or of the first contact where nobody told it."""
        return self.updated_at if self.dice.chance(self.care.tells_news) else self.created_at

    def write_down(self, source: str, external_id: str, can_hold: frozenset[str]) -> Sighting:
        """A record with names and birth date; the system adds the rest."""
        family_at = self.known_at()
        sighting = Sighting(
            source=source,
            external_id=external_id,
            person=self.person,
            given=self.person.given,
            family=self.person.family.at(family_at),
            created_at=self.created_at,
            updated_at=self.updated_at,
            can_hold=can_hold,
        )
        if sighting.family != self.person.family.last:
            sighting.cases.add(HardCase.NAME_CHANGE)
        self._slip(sighting)
        sighting.birth_date = self._birth_date(sighting)
        return sighting

    def home(self, sighting: Sighting) -> Address:
        """The address that the system has."""
        address = self.person.address.at(self.known_at())
        if address != self.person.address.last:
            sighting.cases.add(HardCase.MOVED)
        return address

    def _slip(self, sighting: Sighting) -> None:
        """Write the names wrongly, at most in one way each."""
        dice, care = self.dice, self.care
        slip = dice.share()
        if slip < care.nickname:
            self._shorten(sighting)
        elif slip < care.nickname + care.misspelt:
            self._misspell(sighting)
        if has_umlaut(sighting.given + sighting.family) and dice.chance(care.plain_letters):
            long = dice.chance(0.75)
            sighting.given = without_umlauts(sighting.given, long=long)
            sighting.family = without_umlauts(sighting.family, long=long)
            sighting.cases.add(HardCase.UMLAUT)
        if dice.chance(care.swapped):
            sighting.given, sighting.family = sighting.family, sighting.given
            sighting.cases.add(HardCase.SWAPPED)

    def _shorten(self, sighting: Sighting) -> None:
        short = nickname(sighting.given, self.dice)
        if short is not None:
            sighting.given = short
            sighting.cases.add(HardCase.NICKNAME)

    def _misspell(self, sighting: Sighting) -> None:
        slip = heard if self.care.by_ear else mistyped
        if self.dice.chance(0.7):
            sighting.family = slip(sighting.family, self.dice)
        else:
            sighting.given = slip(sighting.given, self.dice)
        sighting.cases.add(HardCase.MISSPELT)

    def _birth_date(self, sighting: Sighting) -> date | None:
        dice, born = self.dice, self.person.birth_date
        if self.person.in_story:
            return born
        if not dice.chance(self.care.birth_date):
            return None
        if dice.chance(self.care.placeholder):
            sighting.cases.add(HardCase.PLACEHOLDER_BIRTH_DATE)
            return dice.pick(PLACEHOLDER_BIRTH_DATES)
        if dice.chance(0.006) and not self.person.cases:
            return born.replace(year=born.year + dice.pick((-10, -1, 1)))
        return born


def tie_together(sightings: list[Sighting]) -> None:
    """See that somebody who had all records of a person before them could tell that they belong together.

    A record must agree with an earlier one in its names and in one of birth date, email, own phone and address, or
    in two of them where the names differ. One that does not is written more carefully: first its names, then its
    birth date, then what it lacks to agree with the first record. Somebody's only record has a birth date, where its
    system can hold one: else nothing would tell it from a namesake's. Nor would anything tell father from son unless
    one record of each has it.
    """
    if len(sightings) == 1 or _could_be_the_namesake(sightings):
        _mend_birth_date(sightings[0], sightings[0])
    for at, sighting in enumerate(sightings[1:], start=1):
        known = sightings[:at]
        for mend in (_mend_nothing, _mend_names, _mend_birth_date, _mend_contact):
            mend(sighting, known[0])
            if any(_agree(sighting, other) for other in known):
                break


def _could_be_the_namesake(sightings: list[Sighting]) -> bool:
    person = sightings[0].person
    known = any(sighting.birth_date == person.birth_date for sighting in sightings)
    return not known and not NAMESAKES_OF_A_HOME.isdisjoint(person.cases)


def _agree(first: Sighting, second: Sighting) -> bool:
    agreements = _agreements(first, second)
    return agreements > 1 or (agreements == 1 and _plain_names(first) == _plain_names(second))


def _agreements(first: Sighting, second: Sighting) -> int:
    """Count the facts, each of which points at this person alone, that two records share."""
    person = first.person
    birth_date = first.birth_date == second.birth_date == person.birth_date and HardCase.TWIN not in person.cases
    email = (
        first.email is not None and first.email == second.email and first.email not in (TEST_EMAIL, person.office_email)
    )
    phone = first.phone is not None and first.phone == second.phone and first.phone != person.household.landline
    address = first.address is not None and first.address == second.address and not person.is_confusable
    customer_no = first.customer_no is not None and first.customer_no == second.customer_no
    return sum((birth_date, email and not person.shares_mailbox, phone, address, 2 * customer_no))


def _plain_names(sighting: Sighting) -> tuple[str, str]:
    given, family = (without_umlauts(name, long=True).lower() for name in (sighting.given, sighting.family))
    return given, family


def _mend_nothing(_sighting: Sighting, _other: Sighting) -> None:
    """Leave everything as it is."""


def _mend_names(sighting: Sighting, other: Sighting) -> None:
    for record in (sighting, other):
        record.given, record.family = record.person.given, record.person.family.last
        record.cases -= {HardCase.NICKNAME, HardCase.MISSPELT, HardCase.SWAPPED, HardCase.UMLAUT, HardCase.NAME_CHANGE}


def _mend_birth_date(sighting: Sighting, other: Sighting) -> None:
    for record in (sighting, other):
        if "birth_date" in record.can_hold:
            record.birth_date = record.person.birth_date
            record.cases.discard(HardCase.PLACEHOLDER_BIRTH_DATE)


def _mend_contact(sighting: Sighting, other: Sighting) -> None:
    person = sighting.person
    both = sighting.can_hold & other.can_hold
    if "email" in both:
        sighting.email = other.email = person.email.last
    elif "phone" in both:
        sighting.phone = other.phone = person.mobile.last
    for record in (sighting, other):
        record.cases -= {HardCase.TEST_EMAIL, HardCase.ROLE_MAILBOX}
