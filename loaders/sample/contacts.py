"""Email addresses and phone numbers. All are invented; nothing may ever be sent to them."""

from functools import lru_cache

from loaders.sample.dice import Dice, Weighted, scattered
from loaders.sample.slips import without_umlauts

TEST_EMAIL = "test@test.com"

_DOMAINS = Weighted(
    {
        "gmail.com": 30.0,
        "gmx.de": 19.0,
        "web.de": 18.0,
        "t-online.de": 9.0,
        "outlook.de": 6.0,
        "icloud.com": 6.0,
        "yahoo.de": 5.0,
        "hotmail.com": 4.0,
        "freenet.de": 3.0,
    }
)
_MOBILE_PREFIXES = (
    "1511",
    "1520",
    "1573",
    "1590",
    "160",
    "162",
    "163",
    "170",
    "171",
    "172",
    "174",
    "175",
    "176",
    "179",
)
_SUBSCRIBERS = 10_000_000
_NUMBERS_A_PERSON = 4
_TAGS = 100_000
_NAMES = 10_000


class Mailboxes:
    """Email addresses that are taken: first come, first served, who comes later gets a number.

    The part before the @ is taken at all providers at once. People are asked for in order of their number, so a larger
    sample gives the first ones the same addresses.
    """

    def __init__(self) -> None:
        self._taken: set[str] = {"test"}

    def open_personal(self, given: str, family: str, dice: Dice, tag: int) -> str:
        """A new address made of somebody's name."""
        first, last = _plain(given), _plain(family)
        patterns = (f"{first}.{last}", f"{first}{last}", f"{first[0]}.{last}", f"{last}.{first}", f"{first}_{last}")
        local = patterns[min(int(dice.share() * 8), len(patterns) - 1)] if dice.chance(0.75) else patterns[0]
        if dice.chance(0.4):
            local += f"{dice.between(1, 99):02d}"
        return self._open(local, dice.weighted(_DOMAINS), tag)

    def open_shared(self, names: tuple[str, str], family: str, dice: Dice, tag: int) -> str:
        """A new address that a couple shares."""
        first, second = (_plain(name) for name in names)
        local = dice.pick((f"{first}.und.{second}", f"familie.{_plain(family)}", f"{first}{second}.{_plain(family)}"))
        return self._open(local, dice.weighted(_DOMAINS), tag)

    def open_office(self, trade: str, family: str, tag: int) -> str:
        """The address of a small firm, which everybody who works there gives."""
        firm = f"{trade}-{_plain(family)}"
        return f"info@{self._take(firm, tag)}.de"

    def _open(self, local: str, domain: str, tag: int) -> str:
        return f"{self._take(local, tag)}@{domain}"

    def _take(self, name: str, tag: int) -> str:
        if name in self._taken:
            name = f"{name}{scattered(tag, 48_271, _TAGS)}"
        while name in self._taken:
            name = f"x{name}"
        self._taken.add(name)
        return name


@lru_cache(_NAMES)
def _plain(name: str) -> str:
    return "".join(letter for letter in without_umlauts(name, long=True).lower() if letter.isalnum())


def mobile_number(person: int, nth: int, dice: Dice) -> str:
    """The nth mobile number of a person in E.164; nobody else ever had it."""
    subscriber = scattered(person * _NUMBERS_A_PERSON + nth, 7_654_321, _SUBSCRIBERS)
    return f"+49{dice.pick(_MOBILE_PREFIXES)}{subscriber:07d}"


def handwritten(phone: str, dice: Dice) -> str:
    """A number as people type it."""
    area, subscriber = phone[3:6], phone[6:]
    return dice.pick(
        (
            phone,
            f"0{area}{subscriber}",
            f"0{area} {subscriber}",
            f"0{area}/{subscriber}",
            f"+49 {area} {subscriber}",
            f"0049{area}{subscriber}",
            f"+49 (0){area} {subscriber[:3]} {subscriber[3:]}",
        )
    )
