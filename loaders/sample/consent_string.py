"""Consent strings of the IAB's Transparency and Consent Framework, version 2.3.

Source: IAB Europe, Consent string and vendor list formats v2.3: the core segment and the segment of disclosed vendors,
base64url without padding, joined by a dot.
"""

from base64 import urlsafe_b64encode
from collections.abc import Collection
from datetime import datetime
from functools import cache, lru_cache

CMP_ID, CMP_VERSION = 31, 4
_VENDOR_LIST, _POLICY = 142, 5
_DISCLOSED = (28, 52, 755, 793)
"""Vendors that the banner named; those with consent are the same where marketing was agreed to."""
_PURPOSES = 24
_PROFILES_FOR_ADVERTISING = 4
_STRINGS = 4_096
"""More than a year has days times combinations of purposes."""


def consent_string(purposes: Collection[int], at: datetime) -> str:
    """The string of a banner in which these purposes, from 1 to 11, were agreed to at a moment."""
    return _string_of_day(frozenset(purposes), at.replace(hour=0, minute=0, second=0, microsecond=0))


@lru_cache(_STRINGS)
def _string_of_day(purposes: frozenset[int], day: datetime) -> str:
    vendors = _DISCLOSED if _PROFILES_FOR_ADVERTISING in purposes else ()
    deciseconds = int(day.timestamp() * 10)
    core = "".join(
        (
            _number(2, 6),  # version
            _number(deciseconds, 36) * 2,  # created and updated: the day is enough since version 2.2
            _number(CMP_ID, 12) + _number(CMP_VERSION, 12) + _number(1, 6),  # the third is the screen
            _letters("DE") + _number(_VENDOR_LIST, 12) + _number(_POLICY, 6),
            "10" + _number(0, 12),  # for this site alone, standard texts, no special features
            _bits(purposes, _PURPOSES) + _number(0, _PURPOSES),  # none by legitimate interest
            "0" + _letters("DE"),
            _vendors(vendors) + _vendors(()) + _number(0, 12),  # no restrictions by the publisher
        )
    )
    return f"{_encoded(core)}.{_encoded(_number(1, 3) + _vendors(_DISCLOSED))}"


@cache
def _vendors(vendors: tuple[int, ...]) -> str:
    largest = max(vendors, default=0)
    return _number(largest, 16) + "0" + _bits(vendors, largest)


def _bits(numbers: Collection[int], size: int) -> str:
    return "".join("1" if number in numbers else "0" for number in range(1, size + 1))


def _number(value: int, width: int) -> str:
    return f"{value:0{width}b}"


def _letters(text: str) -> str:
    return "".join(_number(ord(letter) - ord("A"), 6) for letter in text)


def _encoded(bits: str) -> str:
    size = -(-len(bits) // 8)
    return urlsafe_b64encode(int(bits.ljust(size * 8, "0"), 2).to_bytes(size)).decode().rstrip("=")
