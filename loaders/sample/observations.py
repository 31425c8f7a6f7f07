"""What all systems together saw of one person."""

from dataclasses import dataclass, field

from loaders.sample.devices import Kiosks
from loaders.sample.dice import Dice, Stream
from loaders.sample.people import Person
from loaders.sample.sightings import Sighting, tie_together
from loaders.sample.sources import app, call_centre, crm, email, shop
from loaders.sample.visits import WebVisit, plan_visits


@dataclass(frozen=True, slots=True)
class Observed:
    """One person in six systems, and as ``further`` the records of the others where the sample has them."""

    person: Person
    crm: list[crm.CrmCustomer]
    shop: list[shop.ShopCustomer]
    contact: email.EmailContact | None
    cards: list[call_centre.CallCard]
    visits: list[WebVisit]
    app_sessions: list[app.AppSession]
    further: list[Sighting] = field(default_factory=list[Sighting])

    @property
    def sightings(self) -> list[Sighting]:
        """The records of the person in the six systems."""
        return _sightings(self.crm, self.shop, self.contact, self.cards)

    @property
    def records(self) -> list[Sighting]:
        """All records of the person."""
        return [*self.sightings, *self.further]

    @property
    def account(self) -> Sighting | None:
        """The shop account."""
        account = shop.account_of(self.shop)
        return account.sighting if account else None


def observe_person(person: Person, seed: int, kiosks: Kiosks) -> Observed:
    """Let every system see a person; each draws from its own stream, so that they do not influence each other."""

    def dice(stream: Stream) -> Dice:
        return Dice(seed, stream, person.number)

    in_crm = crm.observe(person, dice(Stream.CRM))
    in_shop = shop.observe(person, dice(Stream.SHOP))
    contact = email.observe(person, in_shop, dice(Stream.EMAIL))
    cards = call_centre.observe(person, in_crm, dice(Stream.CALL_CENTRE))
    tie_together(_sightings(in_crm, in_shop, contact, cards))
    visits = plan_visits(person, in_shop, contact, kiosks, dice(Stream.VISITS))
    account = shop.account_of(in_shop)
    sessions = app.plan_sessions(person, account.sighting if account else None, dice(Stream.APP))
    return Observed(person, in_crm, in_shop, contact, cards, visits, sessions)


def _sightings(
    in_crm: list[crm.CrmCustomer],
    in_shop: list[shop.ShopCustomer],
    contact: email.EmailContact | None,
    cards: list[call_centre.CallCard],
) -> list[Sighting]:
    return [
        *(customer.sighting for customer in in_crm),
        *(customer.sighting for customer in in_shop),
        *([contact.sighting] if contact else []),
        *(card.sighting for card in cards),
    ]
