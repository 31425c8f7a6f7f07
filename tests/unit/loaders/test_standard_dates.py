from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from loaders.birth_dates import find_formats
from loaders.standardise.dates import YEAR, standardise_date, standardise_time
from loaders.standardise.unusable import Unusable

GERMAN = ("%d.%m.%Y",)


@pytest.mark.parametrize(
    ("sent", "formats", "standard"),
    [
        ("1985-03-02", (), "1985-03-02"),
        ("1985-03-02 00:00:00", (), "1985-03-02"),
        ("1985-03-02T00:00:00Z", (), "1985-03-02"),
        ("19850302", (), "1985-03-02"),
        ("02.03.1985", GERMAN, "1985-03-02"),
        ("19850302", ("%Y%m%d",), "1985-03-02"),
        ("05.03.53", ("%d.%m.%y",), "1953-03-05"),
        ("n/a", GERMAN, None),
        ("", (), None),
    ],
)
def test_a_date_is_read_as_iso_or_as_declared(sent: str, formats: tuple[str, ...], standard: str | None) -> None:
    assert standardise_date(sent, formats) == standard


@pytest.mark.parametrize(
    ("sent", "formats", "code"),
    [
        ("31.02.2026", GERMAN, "impossible_date"),
        ("1856-86-18", (), "impossible_date"),
        ("19561409", ("%Y%m%d",), "impossible_date"),
        ("01/02/2000", (), "undeclared_order"),
        ("01/02/2000", GERMAN, "undeclared_order"),
        ("1856", (), "partial_date"),
        ("1856-05", (), "partial_date"),
        ("yesterday", GERMAN, "unreadable_date"),
        ("2999-01-01", (), "future_date"),
        ("01.01.1900", GERMAN, "placeholder"),
        ("1970-01-01", (), "placeholder"),
        ("0000-00-00", (), "placeholder"),
    ],
)
def test_what_is_no_birth_date_says_why(sent: str, formats: tuple[str, ...], code: str) -> None:
    found = standardise_date(sent, formats)
    assert isinstance(found, Unusable)
    assert found.code == code
    assert sent not in found.reason


@pytest.mark.parametrize(
    ("sent", "formats", "year"),
    [
        ("1856", (), "1856"),
        ("1856-05", (), "1856"),
        ("1856-86-18", (), "1856"),
        ("31.02.1980", GERMAN, "1980"),
    ],
)
def test_the_year_of_a_date_without_a_usable_day_is_kept_where_it_is_asked_for(
    sent: str, formats: tuple[str, ...], year: str
) -> None:
    assert standardise_date(sent, (*formats, YEAR)) == year


@pytest.mark.parametrize("sent", ["1900", "0000-00-00", "2999", "18", "01/02/1980", "18568618"])
def test_what_is_no_birth_year_is_set_aside(sent: str) -> None:
    assert isinstance(standardise_date(sent, (YEAR,)), Unusable)


@pytest.mark.parametrize(
    ("sent", "formats", "zone"),
    [
        ("2026-03-01T12:00:00Z", (), "UTC"),
        ("2026-03-01T13:00:00+01:00", (), "UTC"),
        ("2026-03-01 13:00", (), "Europe/Berlin"),
        ("01.03.2026 13:00", ("%d.%m.%Y %H:%M",), "Europe/Berlin"),
        ("1772366400", ("epoch",), "UTC"),
        ("1772366400000", ("epoch_ms",), "UTC"),
    ],
)
def test_a_time_is_a_moment_in_utc(sent: str, formats: tuple[str, ...], zone: str) -> None:
    assert standardise_time(sent, formats, ZoneInfo(zone)) == datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize("sent", ["31.02.2026", "2026-13-41", "yesterday", "12"])
def test_what_is_no_time_is_set_aside(sent: str) -> None:
    assert isinstance(standardise_time(sent), Unusable)


@pytest.mark.parametrize(
    ("column", "formats"),
    [
        (["25/12/1980", "01/02/1990"], ("%d/%m/%Y",)),
        (["12/25/1980", "01/02/1990"], ("%m/%d/%Y",)),
        (["01/02/1990", "03/04/1990"], ()),
        (["25/12/1980", "12/25/1980"], ()),
        (["12/25/1980"] * 20 + ["25/12/1980"], ("%m/%d/%Y", "%d/%m/%Y")),
        (["25.12.1980"] * 20 + ["12.25.1980"], ("%d.%m.%Y", "%m.%d.%Y")),
        (["01.02.1990"], ("%d.%m.%Y",)),
        (["1990-02-01", "19900201"], ()),
        (["1990/02/01"], ("%Y/%m/%d",)),
        ([], ()),
    ],
)
def test_the_order_of_day_and_month_is_told_by_the_column(column: list[str], formats: tuple[str, ...]) -> None:
    assert find_formats(column) == formats


def test_months_in_words_are_read() -> None:
    assert standardise_date("3 March 1980", find_formats(["3 March 1980"])) == "1980-03-03"
