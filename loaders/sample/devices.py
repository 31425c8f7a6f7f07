"""Who browses on what, and for how long: phones and laptops, the household's tablet, the kiosks in the stores."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from loaders.sample.dice import Dice, Stream, Weighted, scattered
from loaders.sample.people import Browser, BrowserUse, Household, Installation, Person
from loaders.sample.timeline import TRACKING_START, WORLD_END, History

_PHONES = Weighted(
    {
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
        "Version/18.5 Mobile/15E148 Safari/604.1": 42.0,
        "Mozilla/5.0 (Linux; Android 15; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/136.0.0.0 "
        "Mobile Safari/537.36": 46.0,
        "Mozilla/5.0 (Android 14; Mobile; rv:138.0) Gecko/138.0 Firefox/138.0": 12.0,
    }
)
_LAPTOPS = Weighted(
    {
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/136.0.0.0 "
        "Safari/537.36": 50.0,
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:138.0) Gecko/20100101 Firefox/138.0": 28.0,
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.4 "
        "Safari/605.1.15": 22.0,
    }
)
_TABLET = (
    "Mozilla/5.0 (iPad; CPU OS 18_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/18.4 Mobile/15E148 Safari/604.1"
)
_KIOSK = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/124.0.0.0 Safari/537.36 Kiosk/2"
_APP_PHONES = Weighted({("ios", "iPhone"): 45.0, ("android", "Kestrel 12"): 30.0, ("android", "Orbit S4"): 25.0})
_APP_VERSIONS = ("4.9.2", "5.0.0", "5.1.1")

_STORES = 2
_OPENING_HOUR, _OPENING_HOURS, _SLOT_MINUTES = 9, 10, 15
_SLOTS_A_DAY = _OPENING_HOURS * 60 // _SLOT_MINUTES
_DAYS = (WORLD_END - TRACKING_START).days
_KIOSK_SLOTS = _STORES * _DAYS * _SLOTS_A_DAY


@dataclass(frozen=True, slots=True)
class Kiosks:
    """The terminals in the stores, used by everybody: the same ones however many people there are."""

    browsers: tuple[Browser, ...]

    def slot_of(self, person: Person) -> tuple[Browser, datetime]:
        """The one quarter of an hour that a person would have at a kiosk; slots come around after 29,200 people."""
        slot = scattered(person.number % _KIOSK_SLOTS, 104_729, _KIOSK_SLOTS)
        store, of_day = slot % _STORES, slot // _STORES
        day, nth = divmod(of_day, _SLOTS_A_DAY)
        start = TRACKING_START + timedelta(days=day, hours=_OPENING_HOUR, minutes=nth * _SLOT_MINUTES)
        return self.browsers[store], start


def install_kiosks(seed: int) -> Kiosks:
    """The kiosks of a world."""
    dice = Dice(seed, Stream.KIOSKS, 0)
    return Kiosks(tuple(Browser("kiosk", _KIOSK, History.of(dice.uuid())) for _ in range(_STORES)))


def equip(household: Household, seed: int) -> None:
    """Give the people of a household their browsers and apps."""
    dice = Dice(seed, Stream.DEVICES, household.number)
    if len(household.members) > 1 and dice.chance(0.4):
        household.tablet = _browser("tablet", _TABLET, dice, clearing=0.1)
    for person in household.members:
        _equip_person(person, dice)
        _install_app(person, dice)
    _hand_down(household, dice)


def _equip_person(person: Person, dice: Dice) -> None:
    if person.in_story:
        laptop = Browser("laptop", dice.weighted(_LAPTOPS), History.of(dice.uuid()))
        person.browsers.append(BrowserUse(laptop, TRACKING_START, WORLD_END, 6.0))
        return
    if dice.chance(0.85):
        phone = _browser("phone", dice.weighted(_PHONES), dice, clearing=0.2)
        person.browsers.append(BrowserUse(phone, TRACKING_START, WORLD_END, 6.0))
    if dice.chance(0.5) or not person.browsers:
        laptop = _browser("laptop", dice.weighted(_LAPTOPS), dice, clearing=0.25)
        person.browsers.append(BrowserUse(laptop, TRACKING_START, WORLD_END, 4.0))
    if person.household.tablet is not None and person.address.last == person.household.members[0].address.last:
        person.browsers.append(BrowserUse(person.household.tablet, TRACKING_START, WORLD_END, 2.5))


def _browser(kind: str, user_agent: str, dice: Dice, clearing: float) -> Browser:
    cookies = History.of(dice.uuid())
    if dice.chance(clearing):
        cookies = cookies.changed(dice.moment(TRACKING_START, WORLD_END), dice.uuid())
    return Browser(kind, user_agent, cookies)


def _install_app(person: Person, dice: Dice) -> None:
    if person.coverage.app:
        system, model = dice.weighted(_APP_PHONES)
        since = dice.moment(TRACKING_START, WORLD_END - timedelta(days=30))
        person.installation = Installation(
            installation_id=dice.uuid().upper() if system == "ios" else dice.uuid().replace("-", "")[:16],
            anonymous_id=dice.uuid(),
            system=system,
            model=model,
            version=dice.pick(_APP_VERSIONS),
            since=since,
        )


def _hand_down(household: Household, dice: Dice) -> None:
    """Somebody buys a new phone and gives the old one, cookies and all, to the next of the household."""
    for giver, taker in zip(household.members, household.members[1:], strict=False):
        own = giver.browsers[0]
        if own.browser.kind != "phone" or giver.in_story or taker.in_story or not dice.chance(0.06):
            continue
        handed = dice.moment(TRACKING_START + timedelta(days=60), WORLD_END - timedelta(days=60))
        new = _browser("phone", dice.weighted(_PHONES), dice, clearing=0.1)
        giver.browsers[0] = BrowserUse(own.browser, own.since, handed, own.weight)
        giver.browsers.append(BrowserUse(new, handed, WORLD_END, own.weight))
        taker.browsers.append(BrowserUse(own.browser, handed, WORLD_END, own.weight))
