"""One measure: our figure and that of the raw driver or library, taken in turns."""

import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Measure:
    """Two figures of one unit. ``wanted``: what the ratio of ours to raw should be, in words; nothing fails by it."""

    name: str
    ours: float
    raw: float
    unit: str
    wanted: str

    @property
    def ratio(self) -> float:
        """Ours to raw."""
        return self.ours / self.raw


def best_in_turns(rounds: int, *sides: Callable[[], object]) -> list[float]:
    """The shortest seconds of each side; run in turns, so that a busy machine meets all of them."""
    seconds = [[seconds_of(side) for side in sides] for _ in range(rounds)]
    return [min(of_side) for of_side in zip(*seconds, strict=True)]


def seconds_of(run: Callable[[], object]) -> float:
    """How long it takes."""
    started = time.perf_counter()
    run()
    return time.perf_counter() - started
