"""The loyalty programme: cards and points. ``loyalty/members.csv`` and ``loyalty/bookings.csv``.

Both utf-8 with commas, times ISO 8601 in UTC with ``Z``. Members, by card: card_no, first_name, last_name, birth_date
(ISO or empty), email (or empty), postcode, tier (bronze, silver, gold), points, joined_at, updated_at. Bookings, by
time: booking_id, card_no, reason (purchase, bonus, redeemed), points (negative when redeemed), store, booked_at.
"""

from datetime import datetime, timedelta
from pathlib import Path

from loaders.sample.dice import Dice, scattered
from loaders.sample.observations import Observed
from loaders.sample.sightings import Care, Observation, Sighting
from loaders.sample.sorting import Runs
from loaders.sample.timeline import WORLD_END, WORLD_START, iso_seconds
from loaders.sample.writing import CsvFile, CsvFormat, WrittenFile

SOURCE = "loyalty"
MEMBERS_PATH = "loyalty/members.csv"
BOOKINGS_PATH = "loyalty/bookings.csv"
MEMBERS_FORMAT = CsvFormat(
    columns=(
        "card_no",
        "first_name",
        "last_name",
        "birth_date",
        "email",
        "postcode",
        "tier",
        "points",
        "joined_at",
        "updated_at",
    ),
    id_column="card_no",
    date_column="updated_at",
)
BOOKINGS_FORMAT = CsvFormat(
    columns=("booking_id", "card_no", "reason", "points", "store", "booked_at"),
    id_column="booking_id",
    date_column="booked_at",
)

_CARE = Care(nickname=0.06, plain_letters=0.15, misspelt=0.03, swapped=0.01, tells_news=0.4, birth_date=0.9)
_CARDS, _BOOKINGS = 1_000_000_000, 10_000_000_000
_TIERS = ((1_500, "gold"), (500, "silver"), (0, "bronze"))
_STORES = ("Berlin Mitte", "Hamburg Altona", "Köln Ehrenfeld", "München Sendling", "")


class LoyaltyFiles:
    """The files while they are written."""

    def __init__(self, folder: Path, runs: Runs) -> None:
        self._members = CsvFile(folder, MEMBERS_PATH, MEMBERS_FORMAT, runs)
        self._bookings = CsvFile(folder, BOOKINGS_PATH, BOOKINGS_FORMAT, runs)

    def add(self, observed: Observed, dice: Dice) -> list[Sighting]:
        """A person's card, if they have one."""
        person = observed.person
        # Nothing sees to it that a card of theirs could be told from the other's.
        if person.is_confusable or not (person.in_story or dice.chance(0.25)):
            return []
        joined = dice.moment(WORLD_START, WORLD_END - timedelta(days=60))
        times = sorted(dice.moment(joined, WORLD_END) for _ in range(1 + dice.count(2.0)))
        observation = Observation(person, joined, times[-1], _CARE, dice)
        card_no = f"26{scattered(person.number, 223_606_797, _CARDS):09d}"
        sighting = observation.write_down(SOURCE, card_no, frozenset({"birth_date", "email"}))
        if sighting.birth_date is None or dice.chance(0.6):
            sighting.email = person.email.at(observation.known_at())
        points = self._book(card_no, person.number, times, dice)
        self._members.add(card_no, _member(sighting, points, observation.home(sighting).postcode), dice)
        return [sighting]

    def finish(self) -> list[WrittenFile]:
        """Write the files."""
        return [*self._members.finish(), *self._bookings.finish()]

    def _book(self, card_no: str, place: int, times: list[datetime], dice: Dice) -> int:
        """Write the bookings; gives the points that are left."""
        balance = 0
        for nth, moment in enumerate(times):
            redeems = balance > 300 and dice.chance(0.3)  # noqa: PLR2004
            points = -100 * dice.between(1, balance // 100) if redeems else dice.between(10, 600)
            reason = "redeemed" if redeems else "bonus" if dice.chance(0.15) else "purchase"
            booking_id = f"B{scattered(place * 256 + nth, 5_772_156_649, _BOOKINGS):010d}"
            at = iso_seconds(moment)
            cells = (booking_id, card_no, reason, str(points), dice.pick(_STORES), at)
            self._bookings.add(f"{at} {booking_id}", cells, dice)
            balance += points
        return balance


def _member(sighting: Sighting, points: int, postcode: str) -> tuple[str, ...]:
    return (
        sighting.external_id,
        sighting.given,
        sighting.family,
        sighting.birth_date.isoformat() if sighting.birth_date else "",
        sighting.email or "",
        postcode,
        next(tier for least, tier in _TIERS if points >= least),
        str(points),
        iso_seconds(sighting.created_at),
        iso_seconds(sighting.updated_at),
    )
