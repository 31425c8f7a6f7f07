"""When people come to the website, why, on what, and whether they log in. Most visits stay anonymous."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from loaders.sample.devices import Kiosks
from loaders.sample.dice import Dice, Weighted
from loaders.sample.people import Browser, HardCase, Person
from loaders.sample.sources.email import EmailContact
from loaders.sample.sources.shop import Basket, ShopCustomer, account_of
from loaders.sample.timeline import TRACKING_START, WORLD_END

LONGEST_VISIT = timedelta(hours=1)


class Purpose(StrEnum):
    """Why somebody comes."""

    BROWSE = "browse"
    ORDER = "order"
    CART = "cart"
    ACCOUNT = "account"
    NEWS = "news"
    LEAVE = "leave"
    KIOSK = "kiosk"


@dataclass(frozen=True, slots=True)
class WebVisit:
    """One session. ``account``: the shop customer who logs in during it, none in an anonymous one."""

    person: Person
    purpose: Purpose
    at: datetime
    browser: Browser
    account: str | None
    session_id: str
    basket: Basket | None = None
    campaign: str | None = None

    @property
    def anonymous_id(self) -> str:
        """The cookie of the visit."""
        return self.browser.cookies.at(self.at)


@dataclass(frozen=True, slots=True)
class _Plan:
    purpose: Purpose
    at: datetime
    login: float = 0.0
    basket: Basket | None = None
    campaign: str | None = None
    kiosk: Browser | None = None


_IDLE = Weighted({Purpose.BROWSE: 66.0, Purpose.ACCOUNT: 34.0})
_LAST_MOMENT = WORLD_END - LONGEST_VISIT
_STORY_LOGIN_BEFORE = (12.0, 45.0)
_STORY_RETURN_AFTER = (1.0, 6.0)


def plan_visits(
    person: Person, shop: list[ShopCustomer], contact: EmailContact | None, kiosks: Kiosks, dice: Dice
) -> list[WebVisit]:
    """All visits of a person to the website, oldest first."""
    plans = [*_planned(person, shop, contact, dice), *_at_kiosk(person, kiosks, dice)]
    account = account_of(shop)
    visits: list[WebVisit] = []
    for plan in sorted(plans, key=lambda plan: plan.at):
        browser = plan.kiosk or _browser(person, plan.at, dice)
        opened = account is not None and account.sighting.created_at <= plan.at
        login = account.sighting.external_id if account and opened and dice.chance(plan.login) else None
        if plan.kiosk is not None and login and account:
            account.sighting.cases.add(HardCase.KIOSK)
        ends = (plan.basket, plan.campaign)
        visits.append(WebVisit(person, plan.purpose, plan.at, browser, login, dice.uuid(), *ends))
    return visits


def _planned(person: Person, shop: list[ShopCustomer], contact: EmailContact | None, dice: Dice) -> list[_Plan]:
    if not person.coverage.web:
        return []
    plans = [*_shopping(shop, dice), *_idle(person, dice), *_from_emails(contact, dice), *_leaving(person, dice)]
    return [plan for plan in plans if TRACKING_START <= plan.at < _LAST_MOMENT]


def _shopping(shop: list[ShopCustomer], dice: Dice) -> list[_Plan]:
    plans: list[_Plan] = []
    for customer in shop:
        known = 0.0 if customer.is_guest else 1.0
        plans += [_Plan(Purpose.ORDER, order.at - dice.lasting(300, 700), known, order) for order in customer.orders]
        left = [cart for cart in customer.carts if cart not in customer.orders]
        plans += [_Plan(Purpose.CART, cart.at - dice.lasting(200, 500), 0.55, cart) for cart in left]
    return plans


def _idle(person: Person, dice: Dice) -> list[_Plan]:
    plans: list[_Plan] = []
    for _ in range(dice.count(1.5 if person.coverage.account else 0.9)):
        purpose = dice.weighted(_IDLE) if person.coverage.account else Purpose.BROWSE
        at = _evening(dice.moment(TRACKING_START, WORLD_END), dice)
        plans.append(_Plan(purpose, at, 0.75 if purpose is Purpose.ACCOUNT else 0.04))
    return plans


def _from_emails(contact: EmailContact | None, dice: Dice) -> list[_Plan]:
    clicks = [event for event in contact.events if event.event == "clicked"] if contact else []
    return [_Plan(Purpose.NEWS, event.at + dice.lasting(1, 6), 0.12, campaign=event.campaign.name) for event in clicks]


def _leaving(person: Person, dice: Dice) -> list[_Plan]:
    """Who wants to leave looks up how, mostly without logging in. In a story: after a login before the call."""
    called = person.leaving_at
    if called is None:
        return []
    after = called + dice.lasting(*(86_400 * days for days in _STORY_RETURN_AFTER))
    plans = [_Plan(Purpose.LEAVE, _evening(after, dice))]
    if person.in_story:
        before = called - dice.lasting(*(86_400 * days for days in _STORY_LOGIN_BEFORE))
        plans.append(_Plan(Purpose.ACCOUNT, _evening(before, dice), 1.0))
    elif dice.chance(0.4):
        plans.append(_Plan(Purpose.LEAVE, _evening(called - dice.lasting(86_400, 864_000), dice), 0.2))
    return plans


def _at_kiosk(person: Person, kiosks: Kiosks, dice: Dice) -> list[_Plan]:
    if person.in_story or not dice.chance(0.26):
        return []
    kiosk, at = kiosks.slot_of(person)
    return [_Plan(Purpose.KIOSK, at + dice.lasting(10, 300), 0.8, kiosk=kiosk)]


def _browser(person: Person, at: datetime, dice: Dice) -> Browser:
    in_use = [use for use in person.browsers if use.since <= at < use.until]
    by_place = {place: use.weight for place, use in enumerate(in_use)}
    return in_use[dice.weighted(Weighted(by_place))].browser


def _evening(moment: datetime, dice: Dice) -> datetime:
    """The same day at an hour when people are online."""
    return moment.replace(hour=min(5 + int(17 * dice.share() ** 0.6), 22))
