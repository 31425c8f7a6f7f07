"""The online shop: accounts, guests, orders and carts. ``shop/shop.sqlite``.

Four tables, ids are text, times ISO 8601 in UTC with ``Z``, money in euros:

    customers    customer_id, email, first_name, last_name, phone, street (with house number), postcode, city, country,
                 birth_date (ISO or null), marketing_consent (0, 1), created_at, updated_at
    orders       order_id, customer_id, ordered_at, status (delivered, returned, cancelled), total, currency
    order_items  order_id, sku, name, quantity, price
    carts        cart_id, customer_id, created_at, updated_at, status (open, ordered, abandoned), total, currency,
                 items (JSON: a list of {sku, name, quantity, price})

A guest has no account: every order of a guest has a customer row of its own, without birth date.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from loaders.sample.catalogue import ACCESSORIES, PHONES, Article
from loaders.sample.contacts import TEST_EMAIL, handwritten
from loaders.sample.dice import Dice, scattered
from loaders.sample.people import HardCase, Person
from loaders.sample.sightings import Care, Observation, Sighting
from loaders.sample.timeline import TRACKING_START, WORLD_END, WORLD_START

SOURCE = "shop"
CURRENCY = "EUR"

_ACCOUNT_CARE = Care(
    nickname=0.08,
    plain_letters=0.2,
    misspelt=0.025,
    swapped=0.012,
    tells_news=0.65,
    birth_date=0.7,
    placeholder=0.025,
)
_GUEST_CARE = Care(nickname=0.1, plain_letters=0.25, misspelt=0.03, swapped=0.012, tells_news=0.95)
_ACCOUNT_FIELDS = frozenset({"birth_date", "email", "phone", "address"})
_GUEST_FIELDS = frozenset({"email", "phone", "address"})
_CUSTOMERS, _BASKETS = 100_000_000, 1_000_000_000
_WAKING_HOURS = (5, 21)
_FORGOTTEN_AFTER = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class LineItem:
    """An article in an order or a cart."""

    article: Article
    quantity: int

    def described(self) -> dict[str, Any]:
        """As JSON."""
        article = self.article
        return {"sku": article.sku, "name": article.name, "quantity": self.quantity, "price": article.price}


@dataclass(frozen=True, slots=True)
class Basket:
    """Articles with a number: an order, a cart, or first the one and then the other."""

    number: str
    at: datetime
    status: str
    items: tuple[LineItem, ...]

    @property
    def total(self) -> float:
        """Euros."""
        return round(sum(item.quantity * item.article.price for item in self.items), 2)


@dataclass(slots=True)
class ShopCustomer:
    """An account, or a guest with one order."""

    sighting: Sighting
    is_guest: bool
    consents: bool
    orders: list[Basket] = field(default_factory=list[Basket])
    carts: list[Basket] = field(default_factory=list[Basket])


def observe(person: Person, dice: Dice) -> list[ShopCustomer]:
    """What the shop knows of a person."""
    customers: list[ShopCustomer] = []
    if person.coverage.account:
        customers.append(_account(person, dice))
    if person.coverage.guest:
        customers += [_guest(person, nth, dice) for nth in range(1, 2 + dice.chance(0.12))]
    for repeated in customers[1:]:
        repeated.sighting.cases.add(HardCase.DUPLICATE_IN_SOURCE)
    return customers


def account_of(customers: list[ShopCustomer]) -> ShopCustomer | None:
    """The one that can log in."""
    return next((customer for customer in customers if not customer.is_guest), None)


def _account(person: Person, dice: Dice) -> ShopCustomer:
    opened = dice.moment(WORLD_START, TRACKING_START if person.in_story else WORLD_END - timedelta(days=45))
    opened = dice.at_hours(opened, *_WAKING_HOURS)
    later = opened + timedelta(days=1)
    times = sorted(_shopping_time(later, dice) for _ in range(dice.count(1.1)))
    observation = Observation(person, opened, times[-1] if times else opened, _ACCOUNT_CARE, dice)
    customer = _record(observation, nth=0, fields=_ACCOUNT_FIELDS)
    customer.orders = [_basket(person, nth, at, _fate(dice), dice) for nth, at in enumerate(times)]
    customer.carts = [order for order in customer.orders if order.at >= TRACKING_START]
    if person.leaves_cart or dice.chance(0.2):
        customer.carts.append(_forgotten_cart(person, max(opened, TRACKING_START), dice))
    return customer


def _guest(person: Person, nth: int, dice: Dice) -> ShopCustomer:
    at = _shopping_time(WORLD_START, dice)
    customer = _record(Observation(person, at, at, _GUEST_CARE, dice), nth, _GUEST_FIELDS)
    customer.is_guest = True
    customer.sighting.cases.add(HardCase.GUEST)
    customer.orders = [_basket(person, 20 + nth, at, _fate(dice), dice)]
    return customer


def _record(observation: Observation, nth: int, fields: frozenset[str]) -> ShopCustomer:
    person, dice = observation.person, observation.dice
    number = f"S{scattered(person.number * 4 + nth, 27_182_819, _CUSTOMERS):08d}"
    sighting = observation.write_down(SOURCE, number, fields)
    sighting.email = _email(observation, sighting)
    if person.in_story or dice.chance(0.55):
        sighting.phone = person.mobile.at(observation.known_at())
    if nth > 0 or dice.chance(0.85):
        sighting.address = observation.home(sighting)
    return ShopCustomer(sighting, is_guest=False, consents=person.leaves_cart or dice.chance(0.6))


def _email(observation: Observation, sighting: Sighting) -> str:
    person, dice, drawn = observation.person, observation.dice, observation.dice.share()
    if person.office_email is not None and drawn < 0.4:  # noqa: PLR2004
        sighting.cases.add(HardCase.ROLE_MAILBOX)
        return person.office_email
    if drawn < 0.004 and not person.in_story:  # noqa: PLR2004
        sighting.cases.add(HardCase.TEST_EMAIL)
        return TEST_EMAIL
    if person.second_email is not None and dice.chance(0.5):
        return person.second_email
    return person.email.at(observation.known_at())


def _forgotten_cart(person: Person, opened: datetime, dice: Dice) -> Basket:
    at = _shopping_time(opened + timedelta(days=1), dice)
    if person.leaves_cart:
        at = min(at, WORLD_END - timedelta(days=12))
    status = "abandoned" if at < WORLD_END - _FORGOTTEN_AFTER else "open"
    return _basket(person, 40, at, status, dice)


def _shopping_time(since: datetime, dice: Dice) -> datetime:
    return dice.at_hours(dice.moment(since, WORLD_END - timedelta(days=2)), *_WAKING_HOURS)


def _fate(dice: Dice) -> str:
    drawn = dice.share()
    return "delivered" if drawn < 0.9 else "returned" if drawn < 0.96 else "cancelled"  # noqa: PLR2004


def _basket(person: Person, nth: int, at: datetime, status: str, dice: Dice) -> Basket:
    articles = {dice.weighted(PHONES if dice.chance(0.35) else ACCESSORIES) for _ in range(1 + dice.count(0.6))}
    items = [LineItem(article, 1 + dice.chance(0.1)) for article in sorted(articles, key=lambda each: each.sku)]
    number = f"{scattered(person.number * 64 + nth, 314_159_267, _BASKETS):09d}"
    return Basket(number, at, status, tuple(items))


def phone_as_typed(customer: ShopCustomer, dice: Dice) -> str | None:
    """The phone as the customer typed it."""
    return handwritten(customer.sighting.phone, dice) if customer.sighting.phone else None
