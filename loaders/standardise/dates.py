"""Dates and times: ISO 8601, or the format that the source declares. Nothing is guessed."""

import re
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import cache, lru_cache

from loaders.standardise.placeholders import placeholders
from loaders.standardise.texts import standardise_text
from loaders.standardise.unusable import PLACEHOLDER, Unusable

_CACHED = 50_000
EPOCH_FORMATS = {"epoch": 1, "epoch_ms": 1_000}
"""Formats that are no strptime formats: seconds and milliseconds since 1970."""
YEAR = "year"
"""Neither is this: where no more than the year of a date can be used, it is kept."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ISO_DATE = re.compile(r"(\d{4})-(\d\d)-(\d\d)(?:[T ].*)?")
_COMPACT_DATE = re.compile(r"(\d{4})(\d\d)(\d\d)")
_PARTIAL = re.compile(r"\d{4}(?:-\d\d)?")
# Apart from day and month: of eight digits in a row a lost one moves them all.
_A_YEAR = re.compile(r"(?<!\d)((?:1[5-9]|20)\d\d)(?!\d)")
_SOME_ORDER = re.compile(r"\d{1,2}[./ -]\d{1,2}[./ -]\d{2,4}")
_DIRECTIVE = re.compile(r"%.")
_SEPARATED = re.compile(r"%.[^\s%0-9]%.[^\s%0-9]%.")
_TWO_DIGIT_YEAR = "%y"
_CENTURY = 100

IMPOSSIBLE = Unusable("impossible_date", "no calendar has this day")
PARTIAL = Unusable("partial_date", "a date without day or month")
AMBIGUOUS = Unusable("undeclared_order", "day or month first? The mapping declares no format for it")
UNREADABLE = Unusable("unreadable_date", "neither ISO 8601 nor in the declared format")
FUTURE = Unusable("future_date", "a birth date in the future")
UNREADABLE_TIME = Unusable("unreadable_time", "neither ISO 8601 nor in the declared format")


@lru_cache(_CACHED)
def standardise_date(text: str, formats: tuple[str, ...] = ()) -> str | Unusable | None:
    """A birth date as ISO 8601, read in one of ``formats`` (strptime) or as ISO 8601.

    1900-01-01 and its like are placeholders. A day that no calendar has is unusable as a whole: a source that sends
    the 31st of February says nothing about the year either. With ``YEAR`` among the formats, its year is kept.
    """
    kept = standardise_text(text)
    if kept is None:
        return None
    found = _declared_date(kept, tuple(form for form in formats if form != YEAR)) or _iso_date(kept)
    if isinstance(found, Unusable):
        return (_year(kept) if YEAR in formats and found in {PARTIAL, IMPOSSIBLE} else None) or found
    written = found.isoformat()
    if written in placeholders("dates"):
        return PLACEHOLDER
    return FUTURE if found > datetime.now(UTC).date() else written


def _year(text: str) -> str | None:
    """The year of a date with no usable day, where it is one in which somebody may be born."""
    found = _A_YEAR.search(text)
    known = found is not None and f"{found[1]}-01-01" not in placeholders("dates")
    return found[1] if found and known and int(found[1]) <= datetime.now(UTC).year else None


def _declared_date(text: str, formats: tuple[str, ...]) -> date | Unusable | None:
    for form in formats:
        try:
            found = _read_date(text, form)
        except ValueError:
            continue
        if _TWO_DIGIT_YEAR in form and found > datetime.now(UTC).date():
            return found.replace(year=found.year - _CENTURY)
        return found
    if formats and _is_digits_of(text, formats):
        return IMPOSSIBLE
    return None


def _read_date(text: str, form: str) -> date:
    """As ``strptime``, which takes eight times longer. Raises ValueError."""
    of_form = _digits_of(form)
    parts = of_form and of_form.fullmatch(text)
    if parts:
        return date(int(parts["Y"]), int(parts["m"]), int(parts["d"]))
    return datetime.strptime(text, form).date()  # noqa: DTZ007 -- a birth date has no time zone


@cache
def _digits_of(form: str) -> re.Pattern[str] | None:
    """What a format of day, month and year in digits matches, none where it has more to it."""
    if sorted(_DIRECTIVE.findall(form)) != ["%Y", "%d", "%m"]:
        return None
    shape, few = re.escape(form), "{1,2}" if _SEPARATED.fullmatch(form) else "{2}"
    for directive, digits in (("Y", "{4}"), ("d", few), ("m", few)):
        shape = shape.replace(f"%{directive}", f"(?P<{directive}>[0-9]{digits})")
    return re.compile(shape)


def _is_digits_of(text: str, formats: tuple[str, ...]) -> bool:
    """Whether a text has the shape of a format, so that only its day or month can be wrong."""
    return any(re.fullmatch(_shape(form), text) for form in formats)


@lru_cache(100)
def _shape(form: str) -> str:
    shape = re.escape(form)
    for directive, digits in (("%Y", r"\d{4}"), ("%d", r"\d{1,2}"), ("%m", r"\d{1,2}"), ("%y", r"\d{2}")):
        shape = shape.replace(re.escape(directive), digits)
    return shape


def _iso_date(text: str) -> date | Unusable:
    parts = _ISO_DATE.fullmatch(text) or _COMPACT_DATE.fullmatch(text)
    if parts is None:
        return _no_date(text)
    try:
        return date(int(parts[1]), int(parts[2]), int(parts[3]))
    except ValueError:
        return PLACEHOLDER if "-".join(parts.groups()) in placeholders("dates") else IMPOSSIBLE


def _no_date(text: str) -> Unusable:
    if _PARTIAL.fullmatch(text):
        return PARTIAL
    return AMBIGUOUS if _SOME_ORDER.fullmatch(text) else UNREADABLE


@lru_cache(_CACHED)
def standardise_time(text: str, formats: tuple[str, ...] = (), zone: tzinfo = UTC) -> datetime | Unusable | None:
    """A moment in UTC, read in one of ``formats`` or as ISO 8601; one without an offset is in ``zone``."""
    kept = standardise_text(text)
    if kept is None:
        return None
    try:
        found = _declared_time(kept, formats) or datetime.fromisoformat(kept)
        return (found if found.tzinfo else found.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        return UNREADABLE_TIME


def _declared_time(text: str, formats: tuple[str, ...]) -> datetime | None:
    for form in formats:
        try:
            if form in EPOCH_FORMATS:
                return _EPOCH + timedelta(seconds=float(text) / EPOCH_FORMATS[form])
            return datetime.strptime(text, form)  # noqa: DTZ007 -- the caller knows the zone
        except ValueError:
            continue
    return None
