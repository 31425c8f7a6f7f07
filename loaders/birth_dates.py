"""The order of day and month in a column of birth dates that nobody declared: told by its values, never guessed.

``25/12/1980`` shows that the day is first. A column in which nothing shows it stays unread. One in which nearly
everything shows one order has slips that show the other: these few are read as they must be meant.
"""

import re
from collections import Counter
from collections.abc import Iterable
from itertools import chain

_DAY_AND_MONTH = re.compile(r"(\d{1,2})([./-])(\d{1,2})\2\d{4}")
_YEAR_FIRST = re.compile(r"\d{4}([./])\d{1,2}\1\d{1,2}")
_SHORT_ISO = re.compile(r"\d{4}-\d{1,2}-\d{1,2}")
_WORDS = re.compile(r"[^\W\d_]+")
_WORD_FORMATS = ("%d %B %Y", "%d %b %Y", "%d-%b-%Y", "%B %d, %Y", "%b %d, %Y", "%d. %B %Y")
_MONTHS = 12
# A slip of the keyboard puts 13 in place of a month, and people write day and month the other way round: as few as one
# in ten do not say that a column has no order. Read as nothing, it would be lost as a whole.
_SLIPS = 0.1


def find_formats(texts: Iterable[str]) -> tuple[str, ...]:
    """The strptime formats, besides ISO 8601, in which the dates of a column are written."""
    evidence: Counter[tuple[str, bool]] = Counter()
    seen: set[str] = set()
    formats: dict[str, None] = {}
    for text in texts:
        parts = _DAY_AND_MONTH.fullmatch(text)
        if parts:
            seen.add(parts[2])
            evidence[parts[2], True] += int(parts[1]) > _MONTHS >= int(parts[3])
            evidence[parts[2], False] += int(parts[3]) > _MONTHS >= int(parts[1])
        else:
            formats |= dict.fromkeys(_other_formats(text))
    ordered = chain.from_iterable(_ordered_formats(separator, evidence) for separator in sorted(seen))
    return (*ordered, *formats)


def _ordered_formats(separator: str, evidence: Counter[tuple[str, bool]]) -> tuple[str, ...]:
    """The order of most dates, and after it the other one where some can only be meant so."""
    day_first, month_first = evidence[separator, True], evidence[separator, False]
    usual, other = separator.join(("%d", "%m", "%Y")), separator.join(("%m", "%d", "%Y"))
    if month_first > day_first:
        usual, other, month_first, day_first = other, usual, day_first, month_first
    if day_first and month_first <= day_first * _SLIPS:
        return (usual, other) if month_first else (usual,)
    # Nobody writes the month first with dots.
    return (usual,) if separator == "." and not month_first else ()


def _other_formats(text: str) -> tuple[str, ...]:
    year_first = _YEAR_FIRST.fullmatch(text)
    if year_first:
        return (year_first[1].join(("%Y", "%m", "%d")),)
    if _SHORT_ISO.fullmatch(text) and len(text) < len("2000-09-30"):
        return ("%Y-%m-%d",)
    return _WORD_FORMATS if _WORDS.search(text) and len(text) <= len("30. September 2000") else ()
