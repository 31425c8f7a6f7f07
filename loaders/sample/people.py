"""Who lives in the world of the sample: people, their households, contracts and browsers."""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from loaders.sample.catalogue import Tariff
from loaders.sample.names import Culture, Gender
from loaders.sample.places import Address
from loaders.sample.timeline import History


class HardCase(StrEnum):
    """What makes a record hard to assign, the rarest first: a record is labelled with the first that applies."""

    TWIN = "twin"
    MOTHER_DAUGHTER = "mother_daughter"
    FATHER_SON = "father_son"
    FAMILY_EMAIL = "family_email"
    COUPLE_EMAIL = "couple_email"
    RECYCLED_PHONE = "recycled_phone"
    ROLE_MAILBOX = "role_mailbox"
    TEST_EMAIL = "test_email"
    NAME_CHANGE = "name_change"
    MOVED = "moved"
    DUPLICATE_IN_SOURCE = "duplicate_in_source"
    SWAPPED = "swapped"
    NICKNAME = "nickname"
    PLACEHOLDER_BIRTH_DATE = "placeholder_birth_date"
    UMLAUT = "umlaut"
    MISSPELT = "misspelt"
    SHARED_LANDLINE = "shared_landline"
    HASHED_ONLY = "hashed_only"
    HANDLE_ONLY = "handle_only"
    KIOSK = "kiosk"
    GUEST = "guest"


NAMESAKES_OF_A_HOME = frozenset({HardCase.FATHER_SON, HardCase.MOTHER_DAUGHTER})
SHARED_MAILBOXES = frozenset({HardCase.COUPLE_EMAIL, HardCase.FAMILY_EMAIL})
_CONFUSABLE = NAMESAKES_OF_A_HOME | SHARED_MAILBOXES | {HardCase.TWIN}


@dataclass(frozen=True, slots=True)
class Contract:
    """A mobile contract; it has no end while nobody terminates it."""

    number: str
    tariff: Tariff
    starts: datetime
    ends: datetime | None = None


@dataclass(frozen=True, slots=True)
class Browser:
    """A browser on a phone, laptop, tablet or kiosk; clearing its cookies gives it a new anonymous id."""

    kind: str
    user_agent: str
    cookies: History[str]


@dataclass(frozen=True, slots=True)
class BrowserUse:
    """The time in which somebody has a browser at hand."""

    browser: Browser
    since: datetime
    until: datetime
    weight: float


@dataclass(frozen=True, slots=True)
class Installation:
    """The company's app on somebody's phone."""

    installation_id: str
    anonymous_id: str
    system: str
    model: str
    version: str
    since: datetime


@dataclass(slots=True)
class Household:
    """People who live at one address. Its number is that of its first person."""

    number: int
    culture: Culture
    home: Address
    landline: str | None
    members: "list[Person]" = field(default_factory=list["Person"])
    tablet: Browser | None = None

    @property
    def id(self) -> str:
        """The id of the truth files."""
        return f"H{self.number:07d}"


@dataclass(slots=True)
class Coverage:
    """Which systems get to see a person."""

    crm: bool = False
    account: bool = False
    guest: bool = False
    email: bool = False
    calls: bool = False
    web: bool = False
    app: bool = False


@dataclass(slots=True)
class Person:
    """Somebody, with everything that changes as a history.

    ``cases``: what makes them hard to tell from others, each with the group whom it concerns together: their household,
    or the mailbox or number that they have in common.
    """

    number: int
    household: Household
    gender: Gender
    given: str
    birth_date: date
    family: History[str]
    address: History[Address]
    email: History[str]
    mobile: History[str]
    second_email: str | None = None
    office_email: str | None = None
    landline_listed: bool = False
    cases: dict[HardCase, str] = field(default_factory=dict[HardCase, str])
    coverage: Coverage = field(default_factory=Coverage)
    contracts: list[Contract] = field(default_factory=list[Contract])
    leaving_at: datetime | None = None
    in_story: bool = False
    leaves_cart: bool = False
    browsers: list[BrowserUse] = field(default_factory=list[BrowserUse])
    installation: Installation | None = None

    @property
    def is_confusable(self) -> bool:
        """Whether somebody else shares so much with this person that only careful records keep them apart."""
        return not _CONFUSABLE.isdisjoint(self.cases)

    @property
    def shares_mailbox(self) -> bool:
        """Whether their only email address is somebody else's too."""
        return not SHARED_MAILBOXES.isdisjoint(self.cases)

    @property
    def id(self) -> str:
        """The id of the truth files."""
        return f"P{self.number:07d}"

    def age_in(self, year: int) -> int:
        """Years on the birthday of a year."""
        return year - self.birth_date.year
