"""All files of a sample while they are written."""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from loaders.sample.cases import CaseBook
from loaders.sample.dice import Dice, Stream
from loaders.sample.further import FurtherFiles, open_further_files
from loaders.sample.observations import Observed
from loaders.sample.shop_database import ShopDatabase
from loaders.sample.sorting import Runs
from loaders.sample.sources import app, call_centre, crm, email, web
from loaders.sample.writing import CsvFile, CsvFormat, JsonLinesFile, WrittenFile

TRUTH_RECORDS = "truth/records.csv"
TRUTH_SESSIONS = "truth/sessions.csv"

_RECORDS = CsvFormat(("source", "id", "person_id", "hard_case"), id_column="id", date_column="id")
_SESSIONS = CsvFormat(("source", "session_id", "person_id"), id_column="session_id", date_column="session_id")
_WRITING = 1_000_000_000
"""Added to a person's number: what is drawn while writing does not shift what a system saw."""


class Unwritten(Protocol):
    """A file, or several, of which all rows are there."""

    def finish(self) -> list[WrittenFile]:
        """Write it."""
        ...


@dataclass(frozen=True, slots=True)
class SampleFiles:
    """The files by source, and the truth."""

    crm: CsvFile
    calls: JsonLinesFile
    shop: ShopDatabase
    contacts: CsvFile
    email_events: CsvFile
    web: JsonLinesFile
    app: JsonLinesFile
    records: CsvFile
    sessions: CsvFile
    cases: CaseBook
    further: FurtherFiles | None = None

    def add(self, observed: Observed, seed: int) -> None:
        """Write down what the systems saw of a person, and the truth."""
        self._add_customers(observed, seed)
        self._add_messages(observed, seed)
        if self.further is not None:
            observed.further.extend(self.further.add(observed, seed))
        self._add_truth(observed)

    def largest_first(self) -> list[tuple[int, Unwritten]]:
        """All files, each with its place in the manifest; first those that take long to write."""
        web = self.web.files
        by_source = (self.crm, self.calls, self.shop, *web, self.app, self.contacts, self.email_events)
        further = self.further.files if self.further else ()
        truth = (self.records, self.sessions, self.cases)
        return sorted(enumerate((*by_source, *further, *truth)), key=lambda placed: placed[1] not in web)

    def _add_customers(self, observed: Observed, seed: int) -> None:
        place = observed.person.number + _WRITING
        dice = Dice(seed, Stream.CRM, place)
        for customer in observed.crm:
            crm.write(customer, self.crm, dice)
        dice = Dice(seed, Stream.CALL_CENTRE, place)
        for card in observed.cards:
            call_centre.write(card, self.calls, dice)
        dice = Dice(seed, Stream.SHOP, place)
        for customer in observed.shop:
            self.shop.add(customer, dice)
        if observed.contact is not None:
            dice = Dice(seed, Stream.EMAIL, place)
            email.write_contact(observed.contact, self.contacts, dice)
            email.write_events(observed.contact, self.email_events, dice)

    def _add_messages(self, observed: Observed, seed: int) -> None:
        dice = Dice(seed, Stream.WEB, observed.person.number)
        for visit in observed.visits:
            web.write(visit, observed.account, self.web, dice)
        dice = Dice(seed, Stream.APP, observed.person.number + _WRITING)
        for session in observed.app_sessions:
            app.write(session, observed.account, self.app, dice)

    def _add_truth(self, observed: Observed) -> None:
        person = observed.person.id
        for sighting in observed.records:
            cells = (sighting.source, sighting.external_id, person, sighting.hard_case)
            self.records.add(f"{sighting.source} {sighting.external_id}", cells)
        self.cases.add(observed)
        seen = [(web.SOURCE, visit.session_id) for visit in observed.visits]
        seen += [(app.SOURCE, session.session_id) for session in observed.app_sessions]
        for source, session_id in seen:
            self.sessions.add(f"{source} {session_id}", (source, session_id, person))


def open_files(folder: Path, runs: Runs, *, all_systems: bool) -> SampleFiles:
    """The files of a sample in an empty folder; ``runs`` is for sorting."""
    return SampleFiles(
        crm=CsvFile(folder, crm.PATH, crm.FORMAT, runs),
        calls=JsonLinesFile(folder, call_centre.PATH, (call_centre.ID_FIELD, call_centre.DATE_FIELD), runs),
        shop=ShopDatabase(folder, runs),
        contacts=CsvFile(folder, email.CONTACTS_PATH, email.CONTACTS_FORMAT, runs),
        email_events=CsvFile(folder, email.EVENTS_PATH, email.EVENTS_FORMAT, runs),
        web=JsonLinesFile(folder, web.PATH, (web.ID_FIELD, web.DATE_FIELD), runs),
        app=JsonLinesFile(folder, app.PATH, (app.ID_FIELD, app.DATE_FIELD), runs),
        records=CsvFile(folder, TRUTH_RECORDS, _RECORDS, runs),
        sessions=CsvFile(folder, TRUTH_SESSIONS, _SESSIONS, runs),
        cases=CaseBook(folder, runs),
        further=open_further_files(folder, runs) if all_systems else None,
    )
