"""A value that was sent and cannot be used."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Unusable:
    """Why a value is set aside. ``reason`` never quotes the value.

    A placeholder (1900-01-01, test@test.com) stands for "missing": it is noted, but nobody need look at it.
    """

    code: str
    reason: str
    is_placeholder: bool = False


PLACEHOLDER = Unusable("placeholder", "stands for a missing value", is_placeholder=True)
