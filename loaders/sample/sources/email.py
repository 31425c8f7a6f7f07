"""Email marketing: contacts and what they did with our mails. ``email/contacts.csv`` and ``email/events.csv``.

Both utf-8 with commas, times ISO 8601 in UTC with ``Z``. Contacts, by contact_id: contact_id, email, first_name,
last_name, birth_date (ISO or empty), opt_in (true, false or empty), opt_in_at, created_at, updated_at. Events, by
time: event_id, contact_id, event (delivered, opened, clicked, bounced, unsubscribed), campaign, subject, link (of
clicks), at.
Only who has agreed gets mails: six newsletters a year, a reminder for a cart left behind, and an offer after the wish
to leave.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from loaders.sample.catalogue import PHONE_LIST, TARIFF_LIST, WEBSITE
from loaders.sample.dice import Dice, scattered
from loaders.sample.people import HardCase, Person
from loaders.sample.sightings import Care, Observation, Sighting
from loaders.sample.sources.shop import ShopCustomer, account_of
from loaders.sample.timeline import WORLD_END, WORLD_START, iso_seconds
from loaders.sample.writing import CsvFile, CsvFormat

SOURCE = "email"
CONTACTS_PATH = "email/contacts.csv"
EVENTS_PATH = "email/events.csv"
CONTACTS_FORMAT = CsvFormat(
    columns=(
        "contact_id",
        "email",
        "first_name",
        "last_name",
        "birth_date",
        "opt_in",
        "opt_in_at",
        "created_at",
        "updated_at",
    ),
    id_column="contact_id",
    date_column="created_at",
)
EVENTS_FORMAT = CsvFormat(
    columns=("event_id", "contact_id", "event", "campaign", "subject", "link", "at"),
    id_column="event_id",
    date_column="at",
)

_CARE = Care(
    nickname=0.12,
    plain_letters=0.25,
    misspelt=0.02,
    swapped=0.012,
    tells_news=0.5,
    birth_date=0.68,
    placeholder=0.02,
)
_FIELDS = frozenset({"birth_date", "email"})
_LATEST_CONTACT = WORLD_END - timedelta(days=40)
_STORY_UNTIL = datetime(2025, 12, 1, tzinfo=UTC)
_CONTACTS, _EVENTS = 10_000_000, 10_000_000_000


@dataclass(frozen=True, slots=True)
class Campaign:
    """A mail that goes to many."""

    name: str
    subject: str
    sent_at: datetime
    link: str


NEWSLETTERS = tuple(
    Campaign(name, subject, datetime(year, month, 12, 7, 30, tzinfo=UTC), f"{WEBSITE}{page.path}?utm_campaign={name}")
    for name, subject, year, month, page in (
        ("summer-travel-2025", "Roam like at home this summer", 2025, 7, TARIFF_LIST),
        ("new-phones-2025", "The new Kestrel is here", 2025, 9, PHONE_LIST),
        ("black-week-2025", "Black Week: phones from 1 EUR", 2025, 11, PHONE_LIST),
        ("new-year-data-2026", "More data for the new year", 2026, 1, TARIFF_LIST),
        ("spring-offer-2026", "Spring offer: Linden L for the price of M", 2026, 3, TARIFF_LIST),
        ("family-cards-2026", "A second card for the family", 2026, 5, TARIFF_LIST),
    )
)


@dataclass(frozen=True, slots=True)
class EmailEvent:
    """One thing that happened to one mail."""

    event_id: str
    event: str
    campaign: Campaign
    at: datetime


@dataclass(slots=True)
class EmailContact:
    """A contact with its events. ``opt_in``: true, false or not asked."""

    sighting: Sighting
    opt_in: bool | None
    events: list[EmailEvent] = field(default_factory=list[EmailEvent])


def observe(person: Person, shop: list[ShopCustomer], dice: Dice) -> EmailContact | None:
    """What email marketing knows of a person."""
    if not person.coverage.email:
        return None
    account = account_of(shop)
    start = account.sighting.created_at if account else WORLD_START
    until = start if person.leaves_cart else _STORY_UNTIL if person.in_story else _LATEST_CONTACT
    created = dice.moment(start, until)
    updated = dice.moment(created, WORLD_END - timedelta(days=1))
    observation = Observation(person, created, updated, _CARE, dice)
    number = f"E{scattered(person.number, 7_182_817, _CONTACTS):07d}"
    sighting = observation.write_down(SOURCE, number, _FIELDS)
    sighting.email = _email(observation, sighting, account)
    contact = EmailContact(sighting, _opt_in(person, dice))
    contact.events = _events(contact, shop, dice)
    return contact


def write_contact(contact: EmailContact, file: CsvFile, dice: Dice) -> None:
    """One row."""
    sighting, opt_in = contact.sighting, contact.opt_in
    cells = (
        sighting.external_id,
        sighting.email or "",
        sighting.given,
        sighting.family,
        sighting.birth_date.isoformat() if sighting.birth_date else "",
        "" if opt_in is None else str(opt_in).lower(),
        "" if opt_in is None else iso_seconds(sighting.created_at),
        iso_seconds(sighting.created_at),
        iso_seconds(sighting.updated_at),
    )
    file.add(sighting.external_id, cells, dice)


def write_events(contact: EmailContact, file: CsvFile, dice: Dice) -> None:
    """One row an event."""
    for event in contact.events:
        at = iso_seconds(event.at)
        link = event.campaign.link if event.event == "clicked" else ""
        name, subject = event.campaign.name, event.campaign.subject
        cells = (event.event_id, contact.sighting.external_id, event.event, name, subject, link, at)
        file.add(f"{at} {event.event_id}", cells, dice)


def _email(observation: Observation, sighting: Sighting, account: ShopCustomer | None) -> str:
    person = observation.person
    if account is not None and HardCase.TEST_EMAIL not in account.sighting.cases and observation.dice.chance(0.8):
        sighting.cases |= account.sighting.cases & {HardCase.ROLE_MAILBOX}
        return account.sighting.email or person.email.last
    return person.email.at(observation.known_at())


def _opt_in(person: Person, dice: Dice) -> bool | None:
    drawn = dice.share()
    if person.leaves_cart or person.in_story or drawn < 0.62:  # noqa: PLR2004
        return True
    return False if drawn < 0.86 else None  # noqa: PLR2004


def _events(contact: EmailContact, shop: list[ShopCustomer], dice: Dice) -> list[EmailEvent]:
    if contact.opt_in is not True:
        return []
    person, since = contact.sighting.person, contact.sighting.created_at
    mails = [campaign for campaign in NEWSLETTERS if campaign.sent_at > since]
    mails += [_cart_reminder(cart.at) for shopper in shop for cart in shopper.carts if cart.status == "abandoned"]
    if person.leaving_at is not None:
        mails.append(_stay_offer(person.leaving_at))
    events: list[EmailEvent] = []
    for mail in mails:
        if mail.sent_at >= since and not _went_away(events):
            events += _reactions(contact, mail, len(events), dice)
    return events


def _went_away(events: list[EmailEvent]) -> bool:
    return any(event.event in ("unsubscribed", "bounced") for event in events)


def _cart_reminder(left_at: datetime) -> Campaign:
    link = f"{WEBSITE}/cart?utm_campaign=cart-reminder"
    return Campaign("cart-reminder", "You left something in your cart", left_at + timedelta(hours=22), link)


def _stay_offer(called_at: datetime) -> Campaign:
    link = f"{WEBSITE}/tariffs?utm_campaign=stay-with-us"
    return Campaign("stay-with-us", "An offer to stay", called_at + timedelta(hours=20), link)


def _reactions(contact: EmailContact, mail: Campaign, before: int, dice: Dice) -> list[EmailEvent]:
    person = contact.sighting.person
    names = ["delivered"]
    if contact.sighting.email != person.email.at(mail.sent_at) and dice.chance(0.1):
        names = ["bounced"]
    elif person.in_story or dice.chance(0.38):
        names.append("opened")
        if dice.chance(0.22):
            names.append("clicked")
        elif dice.chance(0.015) and not person.in_story:
            names.append("unsubscribed")
    events: list[EmailEvent] = []
    at = mail.sent_at + dice.lasting(1, 240)
    for nth, name in enumerate(names, start=before):
        number = scattered(person.number * 64 + nth, 4_142_135_623, _EVENTS)
        events.append(EmailEvent(f"EV{number:010d}", name, mail, at))
        at += dice.lasting(120, 60_000) if name == "delivered" else dice.lasting(4, 90)
    return [event for event in events if event.at < WORLD_END]
