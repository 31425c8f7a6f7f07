# The world of the sample is one that a resolver can learn from: names as skewed as in life, addresses that hold
# together, contacts that are somebody's own, and errors that people really make.
from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta

import numpy as np
import phonenumbers
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loaders.sample.devices import install_kiosks
from loaders.sample.dice import Dice, Stream, Weighted, scattered
from loaders.sample.making import build_people
from loaders.sample.observations import observe_person
from loaders.sample.people import NAMESAKES_OF_A_HOME, HardCase, Person
from loaders.sample.seeds import open_stream
from loaders.sample.sightings import Sighting
from loaders.sample.slips import NICKNAMES, heard, in_encoding, mistyped, without_umlauts
from loaders.sample.timeline import ALWAYS, WORLD_START, History

RECYCLED = HardCase.RECYCLED_PHONE


@pytest.fixture(scope="module")
def people() -> list[Person]:
    return list(build_people(2000, 7))


@pytest.fixture(scope="module")
def records(people: list[Person]) -> list[list[Sighting]]:
    kiosks = install_kiosks(7)
    return [observe_person(person, 7, kiosks).sightings for person in people]


def some_dice(place: int = 0) -> Dice:
    return Dice(1, Stream.WORLD, place)


def test_a_few_family_names_are_carried_by_very_many(people: list[Person]) -> None:
    families = Counter(person.family.last for person in people)
    commonest = families.most_common()
    assert commonest[0][1] / len(people) > 0.008
    assert sum(count for _, count in commonest[:20]) / len(people) > 0.08
    assert sum(count == 1 for count in families.values()) / len(families) > 0.2


def test_some_people_have_the_same_full_name_as_a_stranger(people: list[Person]) -> None:
    homes: dict[tuple[str, str], set[int]] = defaultdict(set)
    for person in people:
        homes[person.given, person.family.last].add(person.household.number)
    assert sum(len(households) > 1 for households in homes.values()) > 10


def test_a_postcode_belongs_to_one_city(people: list[Person]) -> None:
    cities: dict[str, set[str]] = defaultdict(set)
    for person in people:
        for _, address in person.address.entries:
            cities[address.postcode].add(address.city)
    assert len(cities) > 500
    assert all(len(named) == 1 for named in cities.values())


def test_own_addresses_and_numbers_are_nobody_elses(people: list[Person]) -> None:
    plain = [person for person in people if not person.cases]
    emails = [email for person in plain for _, email in person.email.entries]
    mobiles = [mobile for person in plain for _, mobile in person.mobile.entries]
    assert len(emails) == len(set(emails))
    assert len(mobiles) == len(set(mobiles))


def test_phone_numbers_are_valid_in_their_country(people: list[Person]) -> None:
    numbers = {person.mobile.last for person in people}
    numbers |= {person.household.landline for person in people if person.household.landline}
    assert all(phonenumbers.is_valid_number(phonenumbers.parse(number, None)) for number in numbers)


def test_a_recycled_number_is_one_persons_and_later_anothers(people: list[Person]) -> None:
    owners: dict[str, list[tuple[datetime, int]]] = defaultdict(list)
    for person in people:
        for since, number in person.mobile.entries:
            owners[number].append((since, person.household.number))
    recycled = {number: sorted(held) for number, held in owners.items() if len(held) > 1}
    assert len(recycled) >= 10
    assert all(len({household for _, household in held}) == 2 for held in recycled.values())
    assert recycled.keys() == {group[0].cases[HardCase.RECYCLED_PHONE] for group in groups_of(RECYCLED, people)}
    for first, second in groups_of(RECYCLED, people):
        number, times = first.cases[RECYCLED], [*first.mobile.entries, *second.mobile.entries]
        assert not any(first.mobile.at(at) == second.mobile.at(at) == number for at, _ in times)


def groups_of(case: HardCase, people: list[Person]) -> list[list[Person]]:
    """The people whom a case concerns together, oldest first."""
    groups: dict[str, list[Person]] = defaultdict(list)
    for person in sorted(people, key=lambda person: person.birth_date):
        if case in person.cases:
            groups[person.cases[case]].append(person)
    return list(groups.values())


def test_twins_share_birthday_family_and_the_home_they_grew_up_in_but_not_given_name(people: list[Person]) -> None:
    twins = groups_of(HardCase.TWIN, people)
    assert len(twins) >= 4
    for first, second in twins:
        assert (first.birth_date, first.family.last) == (second.birth_date, second.family.last)
        assert first.address.at(ALWAYS) == second.address.at(ALWAYS)
        assert first.given != second.given


@pytest.mark.parametrize(("case", "gender"), [(HardCase.FATHER_SON, "m"), (HardCase.MOTHER_DAUGHTER, "f")])
def test_parent_and_child_share_name_and_address_but_not_birthday(
    people: list[Person], case: HardCase, gender: str
) -> None:
    namesakes = groups_of(case, people)
    assert len(namesakes) >= 2
    for parent, child in namesakes:
        assert (parent.given, parent.family.last, parent.address) == (child.given, child.family.last, child.address)
        assert (parent.gender, child.gender) == (gender, gender)
        assert child.birth_date.year - parent.birth_date.year >= 20


@pytest.mark.parametrize(("case", "fewest"), [(HardCase.COUPLE_EMAIL, 2), (HardCase.FAMILY_EMAIL, 3)])
def test_a_household_with_one_mailbox_has_no_other(people: list[Person], case: HardCase, fewest: int) -> None:
    groups = groups_of(case, people)
    assert len(groups) >= 2
    for members in groups:
        assert fewest <= len(members) == len(members[0].household.members)
        assert {address for person in members for _, address in person.email.entries} == {members[0].cases[case]}
        assert not any(person.second_email for person in members)


def test_confusable_people_are_written_down_no_better_than_others(records: list[list[Sighting]]) -> None:
    confusable = [record for of_person in records for record in of_person if record.person.is_confusable]
    assert len({record.person.number for record in confusable}) > 30
    assert any(record.birth_date is None for record in confusable if record.source == "shop")
    assert any(record.given != record.person.given for record in confusable)


def test_households_have_given_names_that_can_be_called_apart(people: list[Person]) -> None:
    for person in people:
        begun = [member.given[:3] for member in person.household.members]
        assert NAMESAKES_OF_A_HOME & person.cases.keys() or len(begun) == len(set(begun))


def test_each_of_two_namesakes_of_one_home_has_a_record_that_tells_who_it_is(records: list[list[Sighting]]) -> None:
    namesakes = [of_person for of_person in records if NAMESAKES_OF_A_HOME & of_person[0].person.cases.keys()]
    assert len(namesakes) >= 8
    for of_person in namesakes:
        assert any(record.birth_date == record.person.birth_date for record in of_person)


def test_everybody_is_known_to_some_system(records: list[list[Sighting]]) -> None:
    assert all(records)


def test_every_record_shares_something_with_another_one_of_its_person(records: list[list[Sighting]]) -> None:
    for of_person in records:
        for record in of_person if len(of_person) > 1 else []:
            others = [other for other in of_person if other is not record]
            assert any(_shares(record, other) for other in others)


def _shares(first: Sighting, second: Sighting) -> bool:
    facts = ("birth_date", "email", "phone", "address", "customer_no")
    return any(getattr(first, fact) is not None and getattr(first, fact) == getattr(second, fact) for fact in facts)


def test_no_single_field_would_solve_it(records: list[list[Sighting]]) -> None:
    several = [of_person for of_person in records if len(of_person) > 1]
    for fact in ("email", "phone", "birth_date", "family"):
        agreeing = [len({getattr(record, fact) for record in of_person}) == 1 for of_person in several]
        assert sum(agreeing) / len(several) < 0.9


@given(st.integers(0, 10_000), st.integers(0, 10_000))
def test_scattered_numbers_stay_different(first: int, second: int) -> None:
    same = scattered(first, 61_803_399, 100_000_000) == scattered(second, 61_803_399, 100_000_000)
    assert same == (first == second)


@given(st.sampled_from(sorted(NICKNAMES)), st.integers(0, 1000))
def test_who_hears_or_types_a_name_gets_its_first_letter_right(name: str, place: int) -> None:
    assert heard(name, some_dice(place))[0] == name[0]
    assert mistyped(name, some_dice(place))[0] == name[0]


@pytest.mark.parametrize(
    ("name", "long", "plain"),
    [("Müller", True, "Mueller"), ("Müller", False, "Muller"), ("Weiß", True, "Weiss"), ("Yılmaz", True, "Yilmaz")],  # noqa: RUF001
)
def test_umlauts_are_written_plainly_in_both_ways(name: str, long: bool, plain: str) -> None:  # noqa: FBT001
    assert without_umlauts(name, long=long) == plain


@settings(deadline=None)  # the tables of other scripts are read when their first letter comes
@given(st.text(max_size=30))
def test_what_an_encoding_lacks_is_replaced(text: str) -> None:
    assert in_encoding(text, "cp1252").encode("cp1252") is not None


@given(st.lists(st.integers(1, 10_000), unique=True, max_size=5).map(sorted), st.integers(0, 10_001))
def test_a_fact_holds_until_it_changes(changes: list[int], asked: int) -> None:
    fact = History.of(0)
    for minute in changes:
        fact = fact.changed(WORLD_START + timedelta(minutes=minute), minute)
    held = fact.at(WORLD_START + timedelta(minutes=asked))
    assert held == max([0, *(minute for minute in changes if minute <= asked)])
    assert fact.at(ALWAYS) == 0


@given(st.integers(0, 2**32), st.integers(0, 2**20))
def test_dice_of_one_place_always_fall_the_same(seed: int, place: int) -> None:
    first, second = Dice(seed, Stream.SHOP, place), Dice(seed, Stream.SHOP, place)
    assert [first.share() for _ in range(200)] == [second.share() for _ in range(200)]
    assert first.uuid() == second.uuid()


@given(st.integers(0, 1000))
def test_draws_stay_within_their_limits(place: int) -> None:
    dice, end = some_dice(place), datetime(2024, 1, 1, tzinfo=UTC)
    assert 3 <= dice.between(3, 5) <= 5
    assert WORLD_START <= dice.moment(WORLD_START, end) < end
    assert dice.count(1.5) >= 0
    assert dice.weighted(Weighted({"never": 0.0, "always": 1.0})) == "always"
    assert sorted(dice.shuffled([3, 1, 2])) == [1, 2, 3]


@given(seed=st.integers(0, 1 << 130), stream=st.integers(0, 100), place=st.integers(0, (1 << 32) - 1))
def test_a_stream_is_the_one_that_numpy_opens(seed: int, stream: int, place: int) -> None:
    ours, theirs = open_stream(seed, stream, place), np.random.default_rng((seed, stream, place))
    assert ours.random(3).tolist() == theirs.random(3).tolist()
