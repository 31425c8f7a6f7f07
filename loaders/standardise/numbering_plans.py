"""Numbering plans: telephone numbers in their usual writing, read five times faster than by the library.

Its metadata and its rules (``phonenumbers.parse``), for digits with blanks, dashes, dots, slashes and brackets; for
everything that needs more care the library is asked. A test holds both against each other.
"""

import re
from dataclasses import dataclass
from functools import cache

from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, PhoneMetadata

_USUAL = re.compile(r"[+(]?[0-9][0-9 ()/.-]{5,28}")
_LONGEST_CODE = 3
_WRITTEN = str.maketrans("", "", " ()/.-")


@dataclass(frozen=True, slots=True)
class NumberingPlan:
    """How numbers of a region are written.

    ``abroad``: what a call to another country begins with; ``trunk``: what a call within it begins with, and
    ``is_plain``: it is only cut off; ``shape`` and ``lengths``: what is left then.
    """

    code: str
    abroad: re.Pattern[str]
    trunk: re.Pattern[str] | None
    is_plain: bool
    shape: re.Pattern[str]
    lengths: frozenset[int]


def read_usual_number(text: str, country: str | None) -> tuple[str, str] | None:
    """Country code and national number of a number in its usual writing, none where the library has to look.

    ``text``: international ones begin with ``+``; ``country``: ISO 3166-1 alpha-2, of the others.
    """
    if _USUAL.fullmatch(text) is None:
        return None
    if text[0] == "+":
        digits = text[1:].translate(_WRITTEN)
        plan = _plan_of_number(digits)
        return plan and _in_plan(digits[len(plan.code) :], plan)
    plan = _plan_of_region(country) if country else None
    digits = text.translate(_WRITTEN)
    if plan is None or digits.startswith(plan.code) or plan.abroad.match(digits):
        return None
    return _in_plan(digits, plan)


def _in_plan(digits: str, plan: NumberingPlan) -> tuple[str, str] | None:
    national = digits
    if plan.trunk is not None and (trunk := plan.trunk.match(digits)) is not None:
        if not plan.is_plain:
            return None
        rest = digits[trunk.end() :]
        # What is a number already is not cut until it is none.
        if plan.shape.fullmatch(rest) or not plan.shape.fullmatch(digits):
            national = rest
    return (plan.code, national) if len(national) in plan.lengths else None


def _plan_of_number(digits: str) -> NumberingPlan | None:
    if digits.startswith("0"):
        return None
    for length in range(1, _LONGEST_CODE + 1):
        regions = COUNTRY_CODE_TO_REGION_CODE.get(int(digits[:length]))
        if regions is not None:
            return _plan_of_region(regions[0])
    return None


@cache
def _plan_of_region(region: str) -> NumberingPlan | None:
    metadata = PhoneMetadata.metadata_for_region(region)
    general = metadata and metadata.general_desc
    if metadata is None or metadata.country_code is None or general is None or not general.national_number_pattern:
        return None
    trunk = metadata.national_prefix_for_parsing
    lengths = frozenset(general.possible_length)
    # Regions that share a country code are held against the lengths of the first of them.
    first = COUNTRY_CODE_TO_REGION_CODE[metadata.country_code][0]
    if first != region and (of_first := _plan_of_region(first)) is not None:
        lengths &= of_first.lengths
    return NumberingPlan(
        code=str(metadata.country_code),
        abroad=re.compile(metadata.international_prefix or r"(?!)"),
        trunk=re.compile(trunk) if trunk else None,
        is_plain=metadata.national_prefix_transform_rule is None and "(" not in (trunk or "").replace("(?:", ""),
        shape=re.compile(general.national_number_pattern),
        lengths=lengths,
    )
