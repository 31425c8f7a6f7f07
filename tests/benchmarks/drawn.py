"""Customers drawn by chance, as a table: households, several sources that each know a part, typing errors, moves.

Names are made of syllables and as skewed as in life (Zipf and Mandelbrot); the longer the table, the more namesakes.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from graph.customers import COUNTED, PERSON_COLUMNS, VALUE_COLUMNS
from graph.held_values import held_value

Indices = npt.NDArray[np.int64]

SOURCES = ("crm", "shop", "app", "call_centre", "loyalty")
_RECORDS_A_PERSON = 2.3
_PEOPLE_A_HOUSEHOLD = 2.1
_GIVEN_NAMES, _FAMILY_NAMES, _STREETS, _POSTCODES = 3_000, 80_000, 12_000, 8_000
_POSTCODES_A_CITY = 12
_SYLLABLES = [
    f"{first}{vowel}"
    for first in (
        "b",
        "d",
        "f",
        "g",
        "h",
        "j",
        "k",
        "l",
        "m",
        "n",
        "p",
        "r",
        "s",
        "t",
        "v",
        "w",
        "br",
        "st",
        "kr",
        "sch",
    )
    for vowel in "aeiou"
]
_ENDS = ("n", "r", "s", "l", "mann", "ke", "er", "")
# Shares of records: a typing error in a name; a value that the source does not know; a former address.
_TYPO, _UNKNOWN, _MOVED = 0.06, 0.35, 0.05


@dataclass(frozen=True, slots=True)
class _People:
    """Who there is, in numbers: places in lists of values."""

    given: Indices
    household: Indices
    born: Indices
    family: Indices
    street: Indices
    house: Indices
    postcode: Indices


def drawn_table(records: int, seed: int = 7) -> pa.Table:
    """So many customers' records, in the shape of ``graph.customers.fetch_customers``, sorted by key."""
    dice = np.random.default_rng(seed)
    people = _draw_people(dice, max(int(records / _RECORDS_A_PERSON), 1))
    person = np.concatenate([np.arange(len(people.given)), _more(dice, len(people.given), records)])[:records]
    return _table(dice, people, person).sort_by("key")


def _more(dice: np.random.Generator, people: int, records: int) -> Indices:
    return dice.integers(0, people, max(records - people, 0))


def _draw_people(dice: np.random.Generator, people: int) -> _People:
    households = max(int(people / _PEOPLE_A_HOUSEHOLD), 1)
    return _People(
        given=_skewed(dice, _GIVEN_NAMES, 10, 1.1, people),
        household=np.sort(dice.integers(0, households, people)),
        born=dice.integers(1935, 2008, people) * 366 + dice.integers(0, 336, people),
        family=_skewed(dice, _FAMILY_NAMES, 8, 0.8, households),
        street=_skewed(dice, _STREETS, 10, 0.9, households),
        house=1 + (120 * dice.random(households) ** 1.7).astype(np.int64),
        postcode=_skewed(dice, _POSTCODES, 200, 0.6, households),
    )


def _skewed(dice: np.random.Generator, values: int, shift: float, exponent: float, count: int) -> Indices:
    shares = 1 / (np.arange(values) + shift) ** exponent
    return dice.choice(values, count, p=shares / shares.sum())


def _table(dice: np.random.Generator, people: _People, person: Indices) -> pa.Table:
    home, count = people.household[person], len(person)
    source = dice.integers(0, len(SOURCES), count)
    address = np.where(dice.random(count) < _MOVED, dice.integers(0, len(people.family), count), home)
    given = _mistyped(dice, [_name(n, "") for n in range(_GIVEN_NAMES)], people.given[person])
    family = _mistyped(
        dice, [_name(n * 7 + 3, _ENDS[n % len(_ENDS)]) for n in range(_FAMILY_NAMES)], people.family[home]
    )
    emails = [f"{_name(int(n), '')}{n % 97}@mail{n % 9}.de" for n in person]
    phones = [f"+4915{n % 10}{n:07d}" for n in person]
    texts: dict[str, Sequence[str | None]] = {
        "key": [f"{SOURCES[s]}:{n:07d}" for n, s in enumerate(source)],
        "source": [SOURCES[s] for s in source],
        "given_name": given,
        "family_name": family,
        "birth_date": _unknown(dice, [_date(int(day)) for day in people.born[person]]),
        "street": _unknown(
            dice, [f"{_name(s, 'weg')} {h}" for s, h in zip(people.street[address], people.house[address], strict=True)]
        ),
        "postcode": _unknown(dice, [f"{p + 10_000}" for p in people.postcode[address]]),
        "city": _unknown(dice, [_name(int(p) // _POSTCODES_A_CITY, "burg") for p in people.postcode[address]]),
    }
    lists = {"emails": _unknown(dice, emails), "phones": _unknown(dice, phones)}
    cards = [f"loyalty_card:{n:08d}" if SOURCES[s] == "loyalty" else None for n, s in zip(person, source, strict=True)]
    return _arrow(count, texts, lists, cards)


def _arrow(
    count: int,
    texts: Mapping[str, Sequence[str | None]],
    lists: Mapping[str, Sequence[str | None]],
    cards: Sequence[str | None],
) -> pa.Table:
    known = {
        name: pa.array(texts[name], pa.string()) if name in texts else pa.nulls(count, pa.string())
        for name in PERSON_COLUMNS
    }
    held = [
        [
            held_value(f"{name.removesuffix('s')}:{value}", None, None)
            for name, value in zip(lists, values, strict=True)
            if value
        ]
        for values in zip(*lists.values(), strict=True)
    ]
    of_lists = {name: [[value] if value else [] for value in lists.get(name, [None] * count)] for name in VALUE_COLUMNS}
    of_lists |= {"identifiers": [[card] if card else [] for card in cards], COUNTED: held}
    return pa.table({**known, **{name: pa.array(values, pa.list_(pa.string())) for name, values in of_lists.items()}})


def _name(number: int, end: str) -> str:
    """A name of syllables; different numbers give different ones."""
    number, last = divmod(int(number), len(_SYLLABLES))
    text = _SYLLABLES[last]
    while number:
        number, last = divmod(number - 1, len(_SYLLABLES))
        text = _SYLLABLES[last] + text
    return f"{text}n{end}" if len(text) < 4 else text + end


def _mistyped(dice: np.random.Generator, names: Sequence[str], chosen: Indices) -> list[str | None]:
    """Two letters exchanged in some."""
    wrong, place = dice.random(len(chosen)) < _TYPO, dice.integers(0, 4, len(chosen))
    found: list[str | None] = []
    picked: Iterator[tuple[int, bool, int]] = zip(chosen.tolist(), wrong.tolist(), place.tolist(), strict=True)
    for n, bad, at in picked:
        name = names[n]
        found.append(name[:at] + name[at + 1 : at + 2] + name[at : at + 1] + name[at + 2 :] if bad else name)
    return found


def _unknown(dice: np.random.Generator, values: Sequence[str]) -> list[str | None]:
    missing = dice.random(len(values)) < _UNKNOWN
    return [None if gone else value for value, gone in zip(values, missing.tolist(), strict=True)]


def _date(day: int) -> str:
    year, rest = divmod(day, 366)
    month, day = divmod(rest, 28)
    return f"{year}-{month + 1:02d}-{day + 1:02d}"
