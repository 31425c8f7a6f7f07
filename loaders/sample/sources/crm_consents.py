"""What CRM customers agreed to. ``crm/consents.csv``, in the extended sample.

Semicolons, cp1252, CRLF, by consent_no. Columns: consent_no; customer_no; purpose (Werbung, Profilbildung, Weitergabe);
channel (E-Mail, Telefon, Post, or empty for all); status (J agreed, N declined, W withdrawn); given_at (dd.mm.yyyy
hh:mm in UTC); form (where it was said). A withdrawal is a row of its own, later than the one it takes back.
"""

from datetime import timedelta
from pathlib import Path

from loaders.sample.dice import Dice, scattered
from loaders.sample.observations import Observed
from loaders.sample.sightings import Sighting
from loaders.sample.sorting import Runs
from loaders.sample.sources.crm import ENCODING, CrmCustomer
from loaders.sample.timeline import WORLD_END, german
from loaders.sample.writing import CsvFile, CsvFormat, WrittenFile

PATH = "crm/consents.csv"
FORMAT = CsvFormat(
    columns=("consent_no", "customer_no", "purpose", "channel", "status", "given_at", "form"),
    id_column="customer_no",
    date_column="given_at",
    delimiter=";",
    encoding=ENCODING,
    line_end="\r\n",
)

_CONSENTS = 1_000_000_000
_ASKED = (
    ("Werbung", "E-Mail", 0.6),
    ("Werbung", "Telefon", 0.35),
    ("Werbung", "Post", 0.7),
    ("Profilbildung", "", 0.5),
)
_SHARING = ("Weitergabe", "", 0.2)
_FORMS = ("Vertragsformular", "Filiale", "Kundenportal", "Hotline")


class CrmConsentFiles:
    """The file while it is written."""

    def __init__(self, folder: Path, runs: Runs) -> None:
        self._file = CsvFile(folder, PATH, FORMAT, runs)

    def add(self, observed: Observed, dice: Dice) -> list[Sighting]:
        """What a person agreed to; no record of them."""
        number = observed.person.number * 64
        for customer in observed.crm:
            for cells in _stated(customer, dice):
                consent_no = f"E{scattered(number, 271_828_183, _CONSENTS):09d}"
                number += 1
                self._file.add(consent_no, (consent_no, customer.sighting.external_id, *cells), dice)
        return []

    def finish(self) -> list[WrittenFile]:
        """Write the file."""
        return self._file.finish()


def _stated(customer: CrmCustomer, dice: Dice) -> list[tuple[str, ...]]:
    """Purpose, channel, status, time and form of everything that was said."""
    signed, rows = customer.sighting.created_at, list[tuple[str, ...]]()
    asked = (*_ASKED, _SHARING) if dice.chance(0.3) else _ASKED
    for purpose, channel, agrees in asked:
        agreed = dice.chance(agrees)
        rows.append((purpose, channel, "J" if agreed else "N", german(signed), dice.pick(_FORMS)))
        if agreed and (_stops_calls(customer, channel) or dice.chance(0.08)):
            withdrawn = dice.moment(signed + timedelta(days=1), WORLD_END)
            rows.append((purpose, channel, "W", german(withdrawn), dice.pick(_FORMS)))
    return rows


def _stops_calls(customer: CrmCustomer, channel: str) -> bool:
    """Who wants to leave does not want to be talked out of it on the phone."""
    return channel == "Telefon" and customer.sighting.person.leaving_at is not None
