"""Values that too many share: they say nothing about who somebody is, and their mismatch is no contradiction."""

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass

# A birth date is suspect when more than so many differently named people have it, beyond what the data's size explains.
_NAMES_A_DATE = 6
_TIMES_THE_MEAN = 4
# A day such as 1 January that is suspect in so many years is how a source writes "the year is known, the day is not".
_YEARS_OF_A_DAY = 5
_FULL = len("2000-01-31")


@dataclass(frozen=True, slots=True)
class SuspectDates:
    """Birth dates that stand for something else: ``unknown`` for no date at all, ``years`` for a year without a day."""

    unknown: frozenset[str]
    years: frozenset[str]

    def corrected(self, birth_date: str) -> str | None:
        """What a birth date really says."""
        if birth_date in self.unknown:
            return None
        return birth_date[:4] if birth_date in self.years else birth_date


def suspect_dates(dates: Iterable[str | None], names: Iterable[Hashable]) -> SuspectDates:
    """Find them by their spread: how many differently named people have each date."""
    named: dict[str, set[Hashable]] = defaultdict(set)
    for date, name in zip(dates, names, strict=True):
        if date is not None and len(date) == _FULL:
            named[date].add(name)
    if not named:
        return SuspectDates(frozenset(), frozenset())
    limit = _NAMES_A_DATE + _TIMES_THE_MEAN * sum(map(len, named.values())) / len(named)
    suspect = {date for date, people in named.items() if len(people) > limit}
    days = Counter(date[5:] for date in suspect)
    years = frozenset(date for date in suspect if days[date[5:]] >= _YEARS_OF_A_DAY)
    return SuspectDates(frozenset(suspect) - years, years)


def shared_values(values: Iterable[Sequence[str]], given_names: Iterable[str | None]) -> frozenset[str]:
    """Emails or phones that people with different given names use: a couple's, a family's, a company's."""
    users: Mapping[str, set[str]] = defaultdict(set)
    for held, name in zip(values, given_names, strict=True):
        if name:
            for value in held:
                users[value].add(name[0])
    return frozenset(value for value, initials in users.items() if len(initials) > 1)
