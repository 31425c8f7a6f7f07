"""The send log of email marketing. ``email/sends.csv``, in the extended sample.

As ``email/events.csv``, which says what became of each mail: utf-8, commas, by time. Columns: send_id, contact_id,
email (the address as it was then), campaign, subject, sent_at.
"""

from pathlib import Path

from loaders.sample.dice import Dice, scattered
from loaders.sample.observations import Observed
from loaders.sample.sightings import Sighting
from loaders.sample.sorting import Runs
from loaders.sample.timeline import iso_seconds
from loaders.sample.writing import CsvFile, CsvFormat, WrittenFile

PATH = "email/sends.csv"
FORMAT = CsvFormat(
    columns=("send_id", "contact_id", "email", "campaign", "subject", "sent_at"),
    id_column="send_id",
    date_column="sent_at",
)

_SENDS = 10_000_000_000


class EmailSendFiles:
    """The file while it is written."""

    def __init__(self, folder: Path, runs: Runs) -> None:
        self._file = CsvFile(folder, PATH, FORMAT, runs)

    def add(self, observed: Observed, dice: Dice) -> list[Sighting]:
        """The mails that a person was sent; no record of them."""
        contact = observed.contact
        mails = dict.fromkeys(event.campaign for event in contact.events) if contact else {}
        for nth, mail in enumerate(mails):
            assert contact is not None
            send_id = f"SN{scattered(observed.person.number * 64 + nth, 3_141_592_653, _SENDS):010d}"
            at = iso_seconds(mail.sent_at)
            cells = (send_id, contact.sighting.external_id, contact.sighting.email or "", mail.name, mail.subject, at)
            self._file.add(f"{at} {send_id}", cells, dice)
        return []

    def finish(self) -> list[WrittenFile]:
        """Write the file."""
        return self._file.finish()
