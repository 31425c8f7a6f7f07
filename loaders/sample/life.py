"""Three years in the life of a block: who moved, married, changed a number, has a contract and wants to leave."""

from datetime import UTC, datetime, timedelta

from loaders.sample.catalogue import TARIFFS
from loaders.sample.contacts import Mailboxes, mobile_number
from loaders.sample.dice import Dice, Stream, scattered
from loaders.sample.names import Gender, name_stock
from loaders.sample.people import Contract, HardCase, Household, Person
from loaders.sample.places import find_home
from loaders.sample.timeline import WORLD_END, WORLD_START

STORIES_A_BLOCK = 3
CARTS_A_BLOCK = 2
"""People of each block who leave a cart behind and have agreed to email."""

_EARLIEST_CONTRACT = datetime(2017, 1, 1, tzinfo=UTC)
_LATEST_CHANGE = WORLD_END - timedelta(days=60)
_STORY_CALLS = (datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 6, 16, tzinfo=UTC))
_LEAVING_CALLS = (datetime(2025, 8, 1, tzinfo=UTC), datetime(2026, 6, 25, tzinfo=UTC))
_OFFICE_HOURS = (6, 17)
_NUMBERS = 100_000_000
_OFFICE_STAFF = 3
_TRADES = ("elektro", "schreinerei", "praxis", "fahrschule", "malerbetrieb", "gartenbau", "autohaus", "kanzlei")


def live(people: list[Person], mailboxes: Mailboxes, seed: int, block: int) -> None:
    """Let three years pass for the people of a block."""
    dice = Dice(seed, Stream.LIFE, block)
    households = list({person.household.number: person.household for person in people}.values())
    heroes = _choose_story(people)
    for household in households:
        _move(household, dice)
        _marry(household, dice)
    for person in people:
        _change_contacts(person, mailboxes, dice)
        _become_visible(person, dice)
        _sign_contracts(person, dice)
        _want_to_leave(person, dice)
    for person in heroes:
        _enter_story(person, dice)
    _recycle_phone(people, dice)
    _share_office(people, mailboxes, dice)
    _leave_carts(people)
    _share_landlines(people, Dice(seed, Stream.LANDLINES, block))


def _choose_story(people: list[Person]) -> list[Person]:
    eligible = [
        person
        for person in people
        if not person.cases and len(person.household.members) == 1 and 22 <= person.age_in(2026) <= 70  # noqa: PLR2004
    ]
    for person in eligible[:STORIES_A_BLOCK]:
        person.in_story = True
    return eligible[:STORIES_A_BLOCK]


def _move(household: Household, dice: Dice) -> None:
    if dice.chance(0.13):
        since, home = dice.moment(WORLD_START, _LATEST_CHANGE), find_home(dice, household.home)
        for person in household.members:
            person.address = person.address.changed(since, home)
        return
    for person in household.members[1:]:
        leaving = 0.6 if HardCase.TWIN in person.cases else 0.0 if person.cases else 0.05
        if leaving and dice.chance(leaving):
            since = dice.moment(WORLD_START, _LATEST_CHANGE)
            person.address = person.address.changed(since, find_home(dice, household.home))


def _marry(household: Household, dice: Dice) -> None:
    first = household.members[0]
    couple = household.members if len(household.members) == 2 else []  # noqa: PLR2004
    if couple and couple[0].family.last != couple[1].family.last and dice.chance(0.3):
        changes, keeps = couple if couple[0].gender is Gender.FEMALE or dice.chance(0.2) else couple[::-1]
        _take_name(changes, keeps.family.last, dice)
    elif not couple and not first.cases and not first.in_story and dice.chance(0.02):
        _take_name(first, dice.weighted(name_stock(household.culture).family), dice)


def _take_name(person: Person, family: str, dice: Dice) -> None:
    if family != person.family.last and not person.cases:
        person.family = person.family.changed(dice.moment(WORLD_START, _LATEST_CHANGE), family)


def _change_contacts(person: Person, mailboxes: Mailboxes, dice: Dice) -> None:
    if person.in_story:
        return
    if not person.cases and dice.chance(0.09):
        since = dice.moment(WORLD_START, _LATEST_CHANGE)
        address = mailboxes.open_personal(person.given, person.family.at(since), dice, person.number)
        person.email = person.email.changed(since, address)
    if not person.cases and dice.chance(0.1):
        person.second_email = mailboxes.open_personal(person.given, person.family.last, dice, person.number)
    if dice.chance(0.09):
        since = dice.moment(WORLD_START, _LATEST_CHANGE)
        person.mobile = person.mobile.changed(since, mobile_number(person.number, 1, dice))
    person.landline_listed = person is person.household.members[0] and dice.chance(0.25)


def _become_visible(person: Person, dice: Dice) -> None:
    seen = person.coverage
    seen.crm = dice.chance(0.68)
    seen.account = dice.chance(0.5 if seen.crm else 0.42)
    seen.guest = not person.is_confusable and dice.chance(0.05 if seen.account else 0.16)
    seen.email = dice.chance(0.62 if seen.account else 0.36)
    seen.calls = dice.chance(0.46 if seen.crm else 0.12)
    seen.web = dice.chance(0.78 if seen.account else 0.5)
    seen.app = dice.chance(0.22 if seen.crm else 0.03)
    if not (seen.crm or seen.account or seen.guest or seen.email or seen.calls):
        seen.email = True


def _sign_contracts(person: Person, dice: Dice) -> None:
    if not person.coverage.crm:
        return
    starts = dice.at_hours(dice.moment(_EARLIEST_CONTRACT, _LATEST_CHANGE), *_OFFICE_HOURS)
    ends = None
    if starts < WORLD_START and dice.chance(0.12):
        ends = dice.moment(WORLD_START, _LATEST_CHANGE).replace(hour=0, minute=0, second=0)
    person.contracts.append(_contract(person, starts, ends, dice))
    if dice.chance(0.16 if ends else 0.03):
        came_back = dice.moment(max(ends or starts, WORLD_START), WORLD_END - timedelta(days=20)) + timedelta(days=1)
        person.contracts.append(_contract(person, dice.at_hours(came_back, *_OFFICE_HOURS), None, dice))


def _contract(person: Person, starts: datetime, ends: datetime | None, dice: Dice) -> Contract:
    number = scattered(person.number * 2 + len(person.contracts), 30_802_171, _NUMBERS)
    return Contract(f"V{number:08d}", dice.weighted(TARIFFS), starts, ends)


def _want_to_leave(person: Person, dice: Dice) -> None:
    if person.contracts and person.contracts[-1].ends is None and dice.chance(0.06):
        person.coverage.calls = True
        since = max(_LEAVING_CALLS[0], person.contracts[-1].starts)
        person.leaving_at = dice.at_hours(dice.moment(since, _LEAVING_CALLS[1]) + timedelta(days=1), *_OFFICE_HOURS)


def _enter_story(person: Person, dice: Dice) -> None:
    """Make somebody visible in every channel, and let them call because they want to leave."""
    seen = person.coverage
    seen.crm = seen.account = seen.email = seen.calls = seen.web = True
    seen.guest = False
    starts = dice.at_hours(dice.moment(_EARLIEST_CONTRACT, datetime(2025, 1, 1, tzinfo=UTC)), *_OFFICE_HOURS)
    person.contracts[:] = [_contract(person, starts, None, dice)]
    person.leaving_at = dice.at_hours(dice.moment(*_STORY_CALLS), *_OFFICE_HOURS)


def _recycle_phone(people: list[Person], dice: Dice) -> None:
    """Give the number that somebody gave up to somebody who comes later in the world, months after."""
    givers = [person for person in people if not person.cases and _gave_up_in_time(person)]
    takers = [person for person in people if not person.mobile.changes and not person.cases and not person.in_story]
    giver = dice.pick(givers) if givers else None
    later = [person for person in takers if giver and person.household.number > giver.number]
    if giver is None or not later:
        return
    taker = dice.pick(later)
    since = giver.mobile.entries[-1][0] + timedelta(days=dice.between(40, 90))
    taker.mobile = taker.mobile.changed(since, giver.mobile.entries[0][1])
    for person in (giver, taker):
        person.cases[HardCase.RECYCLED_PHONE] = taker.mobile.last


def _gave_up_in_time(person: Person) -> bool:
    return person.mobile.changes and person.mobile.entries[-1][0] < WORLD_END - timedelta(days=150)


def _share_office(people: list[Person], mailboxes: Mailboxes, dice: Dice) -> None:
    """Let some people of different households work in one firm and give its address as theirs."""
    heads = [person for person in people if person is person.household.members[0]]
    staff = [person for person in heads if not person.cases and not person.in_story and person.age_in(2026) < 66]  # noqa: PLR2004
    chosen = dice.shuffled(staff)[:_OFFICE_STAFF]
    if chosen:
        owner = chosen[0]
        office = mailboxes.open_office(dice.pick(_TRADES), owner.family.last, owner.number)
        for person in chosen:
            person.office_email = office


def _leave_carts(people: list[Person]) -> None:
    """Choose who leaves a cart behind, has an account, and has agreed to email."""
    shoppers = [person for person in people if person.coverage.account and not person.cases and not person.in_story]
    for person in shoppers[:CARTS_A_BLOCK]:
        person.coverage.email = True
        person.coverage.web = True
        person.leaves_cart = True


def _share_landlines(people: list[Person], dice: Dice) -> None:
    """Let some who still live with the first of their household give its landline as theirs too."""
    for person in people:
        first = person.household.members[0]
        if person is not first and person.address.last == first.address.last and dice.chance(0.12):
            person.landline_listed = person.household.landline is not None
