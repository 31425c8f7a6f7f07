"""Comparisons: for each fact of a person the findings that it can give, from agreement to contradiction.

A comparison is a list of levels, read from the top; the first whose condition holds is the finding. A missing value is
neither for nor against. ``m`` and ``u`` are starting values for the training, and what a level keeps that the data
never show (published as defaults: the share of matching, and of other pairs, that reach the level).
"""

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any

from resolution.preparation import ATTRIBUTE_PREFIX, COMPARED_KINDS


@dataclass(frozen=True, slots=True)
class Level:
    """One finding.

    ``condition``: DuckDB SQL over ``<column>_l`` and ``<column>_r``. ``frequency_of``: column whose values weigh more
    the rarer they are.
    """

    finding: str
    condition: str
    m: float
    u: float
    frequency_of: str | None = None


@dataclass(frozen=True, slots=True)
class Comparison:
    """One fact of a person. ``missing``: condition under which it says nothing. ``columns``: what it reads."""

    name: str
    columns: tuple[str, ...]
    missing: str
    levels: tuple[Level, ...]

    def for_splink(self) -> dict[str, Any]:
        """The comparison in Splink's settings."""
        nothing = {"sql_condition": self.missing, "label_for_charts": "missing", "is_null_level": True}
        return {"output_column_name": self.name, "comparison_levels": [nothing, *map(_level_for_splink, self.levels)]}


def _level_for_splink(level: Level) -> dict[str, Any]:
    found: dict[str, Any] = {
        "sql_condition": level.condition,
        "label_for_charts": level.finding,
        "m_probability": level.m,
        "u_probability": level.u,
    }
    if level.frequency_of:
        found |= {"tf_adjustment_column": level.frequency_of, "tf_adjustment_weight": 1.0}
    return found


def comparisons_for(columns: AbstractSet[str]) -> list[Comparison]:
    """The comparisons that these columns allow."""
    return [comparison for comparison in _all(columns) if columns >= set(comparison.columns)]


def _all(columns: AbstractSet[str]) -> Iterator[Comparison]:
    yield given_name(swappable="family_name" in columns)
    yield family_name(swappable="given_name" in columns)
    yield text("middle_name", close=0.9)
    yield birth_date()
    yield exact("gender", m=0.95, u=0.5)
    yield email()
    yield phones()
    yield from (text(kind, close=0.9) for kind in COMPARED_KINDS)
    yield postcode()
    yield text("street", close=0.85)
    yield text("city", close=0.9)
    yield exact("state", m=0.95, u=0.2)
    yield exact("country", m=0.98, u=0.5)
    yield text("company", close=0.9)
    yield from (text(name, close=0.9) for name in sorted(columns) if name.startswith(ATTRIBUTE_PREFIX))


def _either_missing(*columns: str) -> str:
    return " OR ".join(f"{column}_l IS NULL OR {column}_r IS NULL" for column in columns)


def _same(column: str) -> str:
    return f"{column}_l = {column}_r"


def _similar(column: str, least: float) -> str:
    return f"jaro_winkler_similarity({column}_l, {column}_r) >= {least}"


def given_name(*, swappable: bool) -> Comparison:
    """Given names: equal, another form of one name, misspelled, an initial, or in the field of the family name."""
    swapped = Level("in the other field", "given_name_l = family_name_r AND family_name_l = given_name_r", 0.01, 0.0001)
    return Comparison(
        "given_name",
        ("given_name",),
        _either_missing("given_name"),
        (
            Level("equal", _same("given_name"), 0.75, 0.01, frequency_of="given_name"),
            *([swapped] if swappable else []),
            Level("one letter apart", f"{_similar('given_name', 0.92)}", 0.08, 0.005),
            Level("similar", _similar("given_name", 0.84), 0.05, 0.01),
            Level("same initial", "given_name_l[1] = given_name_r[1]", 0.05, 0.08),
            Level("different", "ELSE", 0.06, 0.9),
        ),
    )


def family_name(*, swappable: bool) -> Comparison:
    """Family names: equal, misspelled, part of a double name, or in the field of the given name."""
    swapped = Level("in the other field", "family_name_l = given_name_r AND given_name_l = family_name_r", 0.01, 0.0001)
    return Comparison(
        "family_name",
        ("family_name",),
        _either_missing("family_name"),
        (
            Level("equal", _same("family_name"), 0.8, 0.002, frequency_of="family_name"),
            *([swapped] if swappable else []),
            Level("one letter apart", _similar("family_name", 0.92), 0.08, 0.003),
            Level("similar", _similar("family_name", 0.82), 0.04, 0.01),
            Level("different", "ELSE", 0.07, 0.98),
        ),
    )


def birth_date() -> Comparison:
    """Birth dates: equal, a typing error, day and month exchanged, or the same year."""
    left, right = "birth_date_l", "birth_date_r"
    exchanged = f"{left}[1:4] = {right}[1:4] AND {left}[6:7] = {right}[9:10] AND {left}[9:10] = {right}[6:7]"
    return Comparison(
        "birth_date",
        ("birth_date",),
        _either_missing("birth_date"),
        (
            Level("equal", f"{left} = {right}", 0.85, 0.0003, frequency_of="birth_date"),
            Level("one digit apart", f"damerau_levenshtein({left}, {right}) <= 1 OR ({exchanged})", 0.07, 0.001),
            Level("two digits apart", f"damerau_levenshtein({left}, {right}) <= 2", 0.03, 0.01),
            Level("same year", f"{left}[1:4] = {right}[1:4]", 0.02, 0.02),
            Level("within ten years", f"abs({left}[1:4]::INT - {right}[1:4]::INT) <= 10", 0.01, 0.2),
            Level("different", "ELSE", 0.02, 0.77),
        ),
    )


def email() -> Comparison:
    """Emails: one in common, or the same name at another provider."""
    return Comparison(
        "email",
        ("email", "email_name"),
        _either_missing("email"),
        (
            Level("equal", _same("email"), 0.7, 0.0002, frequency_of="email"),
            Level("one in common", "list_has_any(emails_l, emails_r)", 0.05, 0.0001),
            Level("same name elsewhere", _same("email_name"), 0.05, 0.0005),
            Level("similar name", _similar("email_name", 0.9), 0.05, 0.001),
            Level("different", "ELSE", 0.15, 0.998),
        ),
    )


def phones() -> Comparison:
    """Telephone numbers: one in common."""
    return Comparison(
        "phones",
        ("phones",),
        "len(phones_l) = 0 OR len(phones_r) = 0 OR phones_l IS NULL OR phones_r IS NULL",
        (
            Level("one in common", "list_has_any(phones_l, phones_r)", 0.7, 0.0005),
            Level("different", "ELSE", 0.3, 0.9995),
        ),
    )


def postcode() -> Comparison:
    """Postcodes: equal, one character apart, or the same area."""
    area = "postcode_l[1:greatest(len(postcode_l) - 3, 1)] = postcode_r[1:greatest(len(postcode_r) - 3, 1)]"
    return Comparison(
        "postcode",
        ("postcode",),
        _either_missing("postcode"),
        (
            Level("equal", _same("postcode"), 0.7, 0.002, frequency_of="postcode"),
            Level("one character apart", "damerau_levenshtein(postcode_l, postcode_r) <= 1", 0.1, 0.003),
            Level("same area", area, 0.1, 0.03),
            Level("different", "ELSE", 0.1, 0.965),
        ),
    )


def text(column: str, close: float) -> Comparison:
    """A text: equal, misspelled, or different. ``close``: least Jaro-Winkler similarity of a misspelling."""
    return Comparison(
        column,
        (column,),
        _either_missing(column),
        (
            Level("equal", _same(column), 0.7, 0.01, frequency_of=column),
            Level("similar", _similar(column, close), 0.1, 0.01),
            Level("different", "ELSE", 0.2, 0.98),
        ),
    )


def exact(column: str, m: float, u: float) -> Comparison:
    """A value out of few: equal or different. ``m``, ``u``: shares of matching and other pairs that agree."""
    return Comparison(
        column,
        (column,),
        _either_missing(column),
        (Level("equal", _same(column), m, u), Level("different", "ELSE", 1 - m, 1 - u)),
    )
