"""Random draws that are the same for the same seed and place, whatever is drawn elsewhere."""

from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from enum import IntEnum
from itertools import accumulate, chain
from math import log
from typing import Generic, TypeVar

from loaders.sample.seeds import open_stream

_POOL = 32
_DOUBLE, _SHORT = 1 << 52, 1 << 24
_SECOND, _MILLISECOND = timedelta(seconds=1), timedelta(milliseconds=1)

T = TypeVar("T")


class Stream(IntEnum):
    """Independent streams: what one part draws never shifts what another one draws."""

    WORLD = 1
    LIFE = 2
    DEVICES = 3
    CRM = 4
    CALL_CENTRE = 5
    SHOP = 6
    EMAIL = 7
    VISITS = 8
    WEB = 9
    APP = 10
    KIOSKS = 11
    NAMES = 12
    LANDLINES = 13
    CRM_CONSENTS = 14
    EMAIL_SENDS = 15
    PUSH_TOKENS = 16
    SOCIAL = 17
    CAMPAIGN = 18
    CDP = 19
    DWH = 20
    DATA_MART = 21
    DMP = 22
    CMP = 23
    LOYALTY = 24


class Weighted(Generic[T]):
    """Values with weights, prepared for drawing."""

    def __init__(self, weights: Mapping[T, float]) -> None:
        self.values = tuple(weights)
        self._cumulative = list(accumulate(weights.values()))

    def value(self, share: float) -> T:
        """The value at a share of the whole weight, 0 <= share < 1."""
        return self.values[bisect_right(self._cumulative, share * self._cumulative[-1])]


class Dice:
    """Draws of one stream at one place of the world (a block, a person).

    Everything comes from numpy's uniform doubles, whose stream is stable, and not from its distributions, which may
    change between versions.
    """

    def __init__(self, seed: int, stream: Stream, place: int) -> None:
        self.share: Callable[[], float] = chain.from_iterable(_pools(seed, stream, place)).__next__
        """Gives a number from 0 up to but not including 1."""

    def chance(self, probability: float) -> bool:
        """True with a probability."""
        return self.share() < probability

    def below(self, limit: int) -> int:
        """A whole number from 0 up to but not including the limit."""
        return int(self.share() * limit)

    def between(self, low: int, high: int) -> int:
        """A whole number from low to high, both included."""
        return low + self.below(high - low + 1)

    def pick(self, values: Sequence[T]) -> T:
        """One of the values, each as likely."""
        return values[self.below(len(values))]

    def weighted(self, values: Weighted[T]) -> T:
        """One of the values by weight."""
        return values.value(self.share())

    def shuffled(self, values: Sequence[T]) -> list[T]:
        """The values in another order."""
        return [value for _, _, value in sorted((self.share(), at, value) for at, value in enumerate(values))]

    def count(self, mean: float) -> int:
        """A whole number from 0 on, geometric: most are small, a few are large."""
        return int(log(1 - self.share()) / log(mean / (1 + mean)))

    def moment(self, start: datetime, end: datetime) -> datetime:
        """A moment in [start, end), to the second."""
        return start + self.below(max((end - start) // _SECOND, 1)) * _SECOND

    def at_hours(self, moment: datetime, first: int, last: int) -> datetime:
        """The same day at an hour from first to last."""
        return moment.replace(hour=self.between(first, last))

    def lasting(self, low_s: float, high_s: float) -> timedelta:
        """A duration between two numbers of seconds, to the millisecond."""
        return int(1000 * (low_s + (high_s - low_s) * self.share())) * _MILLISECOND

    def uuid(self) -> str:
        """A random UUID of version 4."""
        share = self.share
        digits = f"{int(share() * _DOUBLE):013x}{int(share() * _DOUBLE):013x}{int(share() * _SHORT):06x}"
        return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-{self.pick('89ab')}{digits[17:20]}-{digits[20:]}"


def _pools(seed: int, stream: Stream, place: int) -> Iterator[list[float]]:
    """The numbers of a stream, in portions; it is opened by the first draw, as half of all dice are never thrown."""
    generator = open_stream(seed, stream, place)
    while True:
        yield generator.random(_POOL).tolist()


def scattered(number: int, factor: int, size: int) -> int:
    """A number below ``size`` that is different for each number below ``size`` and does not show the order.

    ``factor`` must have no divisor in common with ``size``.
    """
    return (number * factor + factor // 3) % size
