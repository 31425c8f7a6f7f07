"""Values that too many share: they say nothing about who somebody is, and their mismatch is no contradiction."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

import pyarrow as pa
from pyarrow.compute import SliceOptions, call_function

_VALUE = "value"
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


def suspect_dates(dates: pa.Array, *names: pa.Array) -> SuspectDates:
    """Find them by their spread: how many differently named people have each date.

    ``dates``, ``names``: columns of the same length.
    """
    full = call_function("equal", [call_function("utf8_length", [dates]), _FULL])
    people = pa.table([dates, *names], [_VALUE, *map(str, range(len(names)))]).filter(full)
    named = _counted(people.group_by(people.column_names).aggregate([]).group_by(_VALUE).aggregate([([], "count_all")]))
    if not named:
        return SuspectDates(frozenset(), frozenset())
    limit = _NAMES_A_DATE + _TIMES_THE_MEAN * sum(named.values()) / len(named)
    suspect = {date for date, count in named.items() if count > limit}
    days = Counter(date[5:] for date in suspect)
    years = frozenset(date for date in suspect if days[date[5:]] >= _YEARS_OF_A_DAY)
    return SuspectDates(frozenset(suspect) - years, years)


def is_shared(given_names: Iterable[str]) -> bool:
    """Whether people with these names share what they use: a couple's email, a family's, a company's."""
    return len({name[0] for name in given_names}) > 1


def shared_values(values: pa.Array, given_names: pa.Array) -> frozenset[str]:
    """Emails or phones that are shared, among so many that a loop would take seconds.

    ``values``, ``given_names``: columns of the same length; a name may be missing.
    """
    initials = call_function("utf8_slice_codeunits", [given_names], SliceOptions(0, 1))
    known = call_function("greater", [call_function("utf8_length", [initials]), 0])
    used = pa.table([values, initials], [_VALUE, "initial"]).filter(known)
    users = _counted(used.group_by(_VALUE).aggregate([("initial", "count_distinct")]))
    return frozenset(value for value, initials in users.items() if initials > 1)


def _counted(grouped: pa.Table) -> dict[str, int]:
    """Value -> its count."""
    counts = grouped.drop_columns([_VALUE]).column(0)
    return dict(zip(grouped[_VALUE].to_pylist(), counts.to_pylist(), strict=True))
