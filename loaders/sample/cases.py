"""The hard cases of the world, person by person. ``truth/cases.csv``.

Columns: person_id, kind, group. A kind is a ``HardCase``, ``family`` or ``same_name``; people of one kind and group are
those who may be taken for each other. The group is what they have in common: the household (twins, parent and child of
one name, family), the mailbox, the phone number, or the name; where a case is about one person's records alone, that
person. A person has a row for every case that concerns them, also for those that their records are not labelled with.
"""

from collections import defaultdict
from collections.abc import Iterator

from loaders.sample.contacts import TEST_EMAIL
from loaders.sample.observations import Observed
from loaders.sample.people import HardCase, Person
from loaders.sample.sightings import Sighting
from loaders.sample.writing import CsvFile, CsvFormat, WrittenFile

PATH = "truth/cases.csv"
FORMAT = CsvFormat(("person_id", "kind", "group"), id_column="person_id", date_column="person_id")
FAMILY = "family"
"""Several people of one family name in one household."""
SAME_NAME = "same_name"
"""People of different households who at some time have one given and family name."""

_BY_RECORDS = frozenset({HardCase.SHARED_LANDLINE, HardCase.ROLE_MAILBOX, HardCase.TEST_EMAIL})
"""Cases of several people that only come true where the records of two of them say so."""


class CaseBook:
    """Collects the cases of people who are seen in any order, and writes them by person."""

    def __init__(self, file: CsvFile) -> None:
        self._file = file
        self._sharing: dict[tuple[str, str], dict[str, str]] = defaultdict(dict)

    def add(self, observed: Observed) -> None:
        """One more person."""
        person = observed.person
        for kind, group in sorted(set(_cases(person, observed.sightings))):
            if kind in _BY_RECORDS:
                self._sharing[kind, group][person.id] = person.id
            else:
                self._write(person.id, kind, group)
        for family in _family_names(person):
            self._sharing[SAME_NAME, f"{person.given} {family}"][person.id] = person.household.id

    def finish(self) -> list[WrittenFile]:
        """Write the file."""
        for (kind, group), people in self._sharing.items():
            if len(set(people.values())) > 1:
                for person in people:
                    self._write(person, kind, group)
        return self._file.finish()

    def _write(self, person: str, kind: str, group: str) -> None:
        self._file.add(f"{person} {kind} {group}", (person, kind, group))


def _cases(person: Person, sightings: list[Sighting]) -> Iterator[tuple[str, str]]:
    yield from person.cases.items()
    if _has_family(person):
        yield FAMILY, person.household.id
    landline = person.household.landline
    if any(sighting.phone == landline for sighting in sightings if landline is not None):
        yield HardCase.SHARED_LANDLINE, str(landline)
    for case in set[HardCase]().union(*(sighting.cases for sighting in sightings)):
        yield case, _shared(case, person) or person.id


def _shared(case: HardCase, person: Person) -> str | None:
    return {
        HardCase.TEST_EMAIL: TEST_EMAIL,
        HardCase.ROLE_MAILBOX: person.office_email,
        HardCase.SHARED_LANDLINE: person.household.landline,
    }.get(case)


def _has_family(person: Person) -> bool:
    others = [member for member in person.household.members if member is not person]
    return any(_family_names(person) & _family_names(other) for other in others)


def _family_names(person: Person) -> set[str]:
    return {name for _, name in person.family.entries}
