"""The hard cases of the world, person by person. ``truth/cases.csv``.

Columns: person_id, kind, group. A kind is a ``HardCase``, ``family`` or ``same_name``; people of one kind and group are
those who may be taken for each other. The group is what they have in common: the household (twins, parent and child of
one name, family), the mailbox, the phone number, or the name; where a case is about one person's records alone, that
person. A person has a row for every case that concerns them, also for those that their records are not labelled with.
A mailbox or number makes a case where the records of two people give it: nobody is confused by what no system knows.
"""

from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter
from pathlib import Path

from loaders.sample.contacts import TEST_EMAIL
from loaders.sample.observations import Observed
from loaders.sample.people import SHARED_MAILBOXES, HardCase, Person
from loaders.sample.sightings import Sighting
from loaders.sample.sorting import Runs
from loaders.sample.writing import CsvFile, CsvFormat, WrittenFile

PATH = "truth/cases.csv"
FORMAT = CsvFormat(("person_id", "kind", "group"), id_column="person_id", date_column="person_id")
FAMILY = "family"
"""Several people of one family name in one household."""
SAME_NAME = "same_name"
"""People of different households who at some time have one given and family name."""
_BY_VALUE = SHARED_MAILBOXES | {
    HardCase.TEST_EMAIL,
    HardCase.ROLE_MAILBOX,
    HardCase.SHARED_LANDLINE,
    HardCase.RECYCLED_PHONE,
}


class CaseBook:
    """Collects the cases of people who are seen in any order, and writes them by person; ``runs`` is for sorting."""

    def __init__(self, folder: Path, runs: Runs) -> None:
        self._file = CsvFile(folder, PATH, FORMAT, runs)
        # Nearly everybody shares a name with nobody, so those who do are found by sorting, and memory stays flat.
        self._sharing = runs.lines("sharing")

    def add(self, observed: Observed) -> None:
        """One more person."""
        person, records = observed.person, observed.records
        for kind, group in sorted(set(_own_cases(person, records))):
            self._write(person.id, kind, group)
        for kind, value in _shared_values(person, records):
            self._share(kind, value, (person.id, person.id))
        for family in _family_names(person):
            self._share(SAME_NAME, f"{person.given} {family}", (person.id, person.household.id))

    def finish(self) -> list[WrittenFile]:
        """Write the file."""
        for shared, lines in groupby(self._sharing, itemgetter(0)):
            people = dict(line.decode().split("\t") for _, line in lines)
            if len(set(people.values())) > 1:
                kind, _, group = shared.decode().partition(" ")
                for person in people:
                    self._write(person, kind, group)
        return self._file.finish()

    def _share(self, kind: str, group: str, who: tuple[str, str]) -> None:
        """A person has something in common with others, unless these are of the same household or the person itself."""
        self._sharing.add(f"{kind} {group}", "\t".join(who).encode())

    def _write(self, person: str, kind: str, group: str) -> None:
        self._file.add(f"{person} {kind} {group}", (person, kind, group))


def _own_cases(person: Person, sightings: list[Sighting]) -> Iterator[tuple[str, str]]:
    for case, group in person.cases.items():
        if case not in _BY_VALUE:
            yield case, group
    if _has_family(person):
        yield FAMILY, person.household.id
    for sighting in sightings:
        for case in sighting.cases - _BY_VALUE:
            yield case, person.id


def _shared_values(person: Person, sightings: list[Sighting]) -> Iterator[tuple[str, str]]:
    given = {value for sighting in sightings for value in (sighting.email, sighting.phone)}
    if any(HardCase.SHARED_LANDLINE in sighting.cases for sighting in sightings):
        given.add(person.household.landline)
    values = {
        HardCase.TEST_EMAIL: TEST_EMAIL,
        HardCase.ROLE_MAILBOX: person.office_email,
        HardCase.SHARED_LANDLINE: person.household.landline,
        **person.cases,
    }
    for case, value in values.items():
        if value is not None and value in given:
            yield case, value


def _has_family(person: Person) -> bool:
    others = [member for member in person.household.members if member is not person]
    return any(_family_names(person) & _family_names(other) for other in others)


def _family_names(person: Person) -> set[str]:
    return {name for _, name in person.family.entries}
