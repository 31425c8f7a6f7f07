"""Token buckets: how much each actor may take, so much a second and so much at once. In memory, one set a process."""

from collections import OrderedDict
from collections.abc import Callable
from time import monotonic

# An actor that was forgotten begins with a full bucket again. Whoever has been away long enough has a full one anyway,
# so those that were seen longest ago are forgotten first.
ACTORS_KEPT = 10_000


class TokenBuckets:
    """One bucket for each actor. ``per_second``: what flows into it; ``most``: what it holds."""

    def __init__(
        self, per_second: float, most: float, actors: int = ACTORS_KEPT, clock: Callable[[], float] = monotonic
    ) -> None:
        self._per_second, self._most, self._actors, self._clock = per_second, most, actors, clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def __len__(self) -> int:
        """Actors that are remembered."""
        return len(self._buckets)

    def holds(self, actor: str, amount: float) -> bool:
        """Whether so much is there."""
        return self._held(actor)[1] >= amount

    def take(self, actor: str, amount: float) -> float:
        """Take so much where it is there; gives 0, else the seconds after which it will be."""
        now, held = self._held(actor)
        enough = held >= amount
        self._keep(actor, held - amount if enough else held, now)
        return 0.0 if enough else (amount - held) / self._per_second

    def charge(self, actor: str, amount: float) -> None:
        """Take so much, or what is there."""
        now, held = self._held(actor)
        self._keep(actor, max(held - amount, 0.0), now)

    def give_back(self, actor: str, amount: float) -> None:
        """Undo a ``take``."""
        now, held = self._held(actor)
        self._keep(actor, min(held + amount, self._most), now)

    def _held(self, actor: str) -> tuple[float, float]:
        now = self._clock()
        held, at = self._buckets.get(actor, (self._most, now))
        return now, min(self._most, held + (now - at) * self._per_second)

    def _keep(self, actor: str, held: float, now: float) -> None:
        self._buckets[actor] = held, now
        self._buckets.move_to_end(actor)
        if len(self._buckets) > self._actors:
            self._buckets.popitem(last=False)
