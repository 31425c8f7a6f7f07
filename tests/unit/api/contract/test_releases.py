# A client that works with the last release works with this version.
import re
from datetime import UTC, date, datetime

import pytest

from api.contract.releases import breaking_changes, dangerous_changes, latest_release
from api.contract.schema_export import schema_text

BEFORE = """
type Query {
  "Gone soon."
  parcel(
    id: ID!
    "Not used."
    size: Size @deprecated(reason: "Use weight. Removed after 2026-06-30.")
  ): Parcel
  letter: Letter @deprecated(reason: "Use parcel. Removed after 2026-06-30.")
}
type Parcel {
  weight: Float!
  colour: Colour @deprecated(reason: "Use weight. Removed after 2026-06-30.")
}
type Letter { stamp: Stamp }
type Stamp { price: Float }
enum Colour { RED }
enum Size { SMALL LARGE @deprecated(reason: "Use SMALL. Removed after 2026-06-30.") }
"""
AFTER_ALL = "type Query { parcel(id: ID!): Parcel } type Parcel { weight: Float! } enum Size { SMALL }"
BEFORE_THE_DAY, AFTER_THE_DAY = date(2026, 6, 30), date(2026, 7, 1)


def test_nothing_that_was_released_is_broken() -> None:
    released = latest_release().read_text(encoding="utf-8")

    broken = breaking_changes(released, schema_text(), datetime.now(UTC).date())
    assert broken == [], 'Deprecate it first: @deprecated(reason: "Use X. Removed after 2027-01-31.")'


def test_what_is_deprecated_says_what_to_use_and_until_when_it_stays() -> None:
    reasons = re.findall(r'@deprecated(?:\(reason: "(.*)"\))?', schema_text())

    assert [reason for reason in reasons if not re.fullmatch(r"Use .+\. Removed after \d{4}-\d\d-\d\d\.", reason)] == []


def test_what_was_announced_may_go_after_its_day_with_the_types_that_only_it_led_to() -> None:
    assert breaking_changes(BEFORE, AFTER_ALL, AFTER_THE_DAY) == []
    told = " ".join(breaking_changes(BEFORE, AFTER_ALL, BEFORE_THE_DAY))
    assert [gone for gone in ("Query.letter", "Parcel.colour", "Letter was", "Stamp was") if gone not in told] == []


@pytest.mark.parametrize(
    ("written", "instead"),
    [
        ("weight: Float!", "weight: Float"),
        ("weight: Float!", "mass: Float!"),
        ("id: ID!", "id: ID!, owner: ID!"),
        ("): Parcel", "): [Parcel]"),
    ],
)
def test_what_a_client_relies_on_may_not_change(written: str, instead: str) -> None:
    changed = BEFORE.replace(written, instead)

    assert changed != BEFORE
    assert breaking_changes(BEFORE, changed, AFTER_THE_DAY)


def test_what_is_new_breaks_nothing_but_may_surprise() -> None:
    changed = BEFORE.replace("enum Colour { RED }", "enum Colour { RED BLUE }")

    assert breaking_changes(BEFORE, changed, AFTER_THE_DAY) == []
    assert [change for change in dangerous_changes(BEFORE, changed) if "BLUE" in change]
