"""Campaign management: whom we wanted to reach, by what, and what they said. ``campaign/``.

``campaigns.csv`` and ``contacts.csv``, both utf-8 with semicolons, times dd.mm.yyyy hh:mm in UTC. Campaigns, by code:
campaign_code; campaign_name; goal; channel (letter, sms, outbound_call, push); starts_on (dd.mm.yyyy). Contacts, by
time: contact_id; campaign_code; customer_no (the CRM's number: it has no customers of its own); cell (target, or
control: chosen, but left alone to measure the effect); contacted_at; response (interested, declined, ordered or
empty); response_at; cost (euros).
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from loaders.sample.dice import Dice, Weighted, scattered
from loaders.sample.observations import Observed
from loaders.sample.sightings import Sighting
from loaders.sample.sorting import Runs
from loaders.sample.timeline import WORLD_END, german, german_day
from loaders.sample.writing import CsvFile, CsvFormat, WrittenFile

CAMPAIGNS_PATH = "campaign/campaigns.csv"
CONTACTS_PATH = "campaign/contacts.csv"
CAMPAIGNS_FORMAT = CsvFormat(
    columns=("campaign_code", "campaign_name", "goal", "channel", "starts_on"),
    id_column="campaign_code",
    date_column="starts_on",
    delimiter=";",
)
CONTACTS_FORMAT = CsvFormat(
    columns=(
        "contact_id",
        "campaign_code",
        "customer_no",
        "cell",
        "contacted_at",
        "response",
        "response_at",
        "cost",
    ),
    id_column="contact_id",
    date_column="contacted_at",
    delimiter=";",
)


@dataclass(frozen=True, slots=True)
class _Campaign:
    code: str
    name: str
    goal: str
    channel: str
    starts_on: datetime
    cost: str


_CAMPAIGNS = (
    _Campaign(
        "XS-2502", "Second card for the family", "cross-sell", "letter", datetime(2025, 2, 10, tzinfo=UTC), "0.95"
    ),
    _Campaign("UP-2509", "More data, same price", "up-sell", "sms", datetime(2025, 9, 15, tzinfo=UTC), "0.07"),
    _Campaign("XS-2511", "Black Week phones", "cross-sell", "push", datetime(2025, 11, 24, tzinfo=UTC), "0.00"),
    _Campaign("LO-2603", "Thank you for five years", "loyalty", "letter", datetime(2026, 3, 2, tzinfo=UTC), "1.10"),
)
_STAY = _Campaign("RT-STAY", "Stay with us", "retention", "outbound_call", datetime(2025, 8, 1, tzinfo=UTC), "4.50")
_RESPONSES = Weighted({"": 82.0, "interested": 9.0, "declined": 6.0, "ordered": 3.0})
_STAY_RESPONSES = Weighted({"declined": 55.0, "interested": 30.0, "": 15.0})
_CONTACTS = 10_000_000_000


class CampaignFiles:
    """The files while they are written."""

    def __init__(self, folder: Path, runs: Runs) -> None:
        self._contacts = CsvFile(folder, CONTACTS_PATH, CONTACTS_FORMAT, runs)
        self._campaigns = CsvFile(folder, CAMPAIGNS_PATH, CAMPAIGNS_FORMAT, runs)

    def add(self, observed: Observed, dice: Dice) -> list[Sighting]:
        """The contacts with a person; no record of them."""
        for customer in observed.crm:
            signed = customer.sighting.created_at
            for nth, campaign in enumerate(_CAMPAIGNS):
                if campaign.starts_on > signed and dice.chance(0.3):
                    at = campaign.starts_on + dice.lasting(0, 5 * 86_400)
                    self._contact(customer.sighting, nth, (campaign, at), dice)
        called = observed.person.leaving_at
        if observed.crm and called is not None:
            self._contact(observed.crm[-1].sighting, len(_CAMPAIGNS), (_STAY, called + timedelta(days=1)), dice)
        return []

    def finish(self) -> list[WrittenFile]:
        """Write the files."""
        for campaign in (*_CAMPAIGNS, _STAY):
            cells = (campaign.code, campaign.name, campaign.goal, campaign.channel, german_day(campaign.starts_on))
            self._campaigns.add(campaign.code, cells)
        return [*self._campaigns.finish(), *self._contacts.finish()]

    def _contact(self, sighting: Sighting, nth: int, reached: tuple[_Campaign, datetime], dice: Dice) -> None:
        campaign, at = reached
        place = int(sighting.external_id.removeprefix("K")) * 8 + nth
        contact_id = f"KM{scattered(place, 1_732_050_807, _CONTACTS):010d}"
        is_target = campaign is _STAY or dice.chance(0.9)
        response = dice.weighted(_STAY_RESPONSES if campaign is _STAY else _RESPONSES) if is_target else ""
        answered = min(at + dice.lasting(600, 12 * 86_400), WORLD_END - timedelta(seconds=1))
        cells = (
            contact_id,
            campaign.code,
            sighting.external_id,
            "target" if is_target else "control",
            german(at),
            response,
            german(answered) if response else "",
            campaign.cost if is_target else "",
        )
        # Nobody reads what was not done, so nobody would notice damage there.
        self._contacts.add(f"{at.isoformat()} {contact_id}", cells, dice if is_target else None)
