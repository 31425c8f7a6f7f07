"""Allowances: how much an actor may ask of this process, and how many requests it answers at once.

Each process counts for itself: behind several of them an actor may ask for as many times as much. An actor is the
subject of its key or token.
"""

from math import ceil

from api.execution.limits import Cost
from api.execution.token_buckets import TokenBuckets
from api.settings import ApiSettings
from graph.errors import RateLimitedError

# A document that cannot be used was parsed and checked as well, which takes some milliseconds.
REFUSED_COST = 100
_MINUTE_S = 60


class Allowances:
    """What the actors of one process may still ask for."""

    def __init__(self, settings: ApiSettings) -> None:
        per_second, at_once = settings.cost_per_second, max(settings.cost_at_once, Cost(0).limit)
        guesses = settings.unknown_sessions_per_minute
        self._costs = TokenBuckets(per_second, at_once) if per_second else None
        self._guesses = TokenBuckets(guesses / _MINUTE_S, guesses) if guesses else None
        self._places = settings.requests_at_once

    def enter(self) -> bool:
        """Take one of the places of requests that are answered at once; false where there is none."""
        if self._places <= 0:
            return False
        self._places -= 1
        return True

    def leave(self) -> None:
        """Give the place back."""
        self._places += 1

    def spend(self, actor: str, cost: Cost) -> None:
        """Pay for an operation. Raises RateLimitedError with the time after which it can be asked again."""
        wait = self._costs.take(actor, cost.requested) if self._costs is not None else 0.0
        if wait:
            raise RateLimitedError(ceil(wait))

    def spend_on_refusal(self, actor: str) -> None:
        """Pay for a document that could not be used."""
        if self._costs is not None:
            self._costs.charge(actor, REFUSED_COST)

    def require_credit(self, actor: str) -> None:
        """Go on only where something is left, before a document is parsed. Raises RateLimitedError."""
        wait = self._costs.take(actor, 1) if self._costs is not None else 0.0
        if wait:
            raise RateLimitedError(ceil(wait))

    def has_credit(self, actor: str) -> bool:
        """Whether something is left; costs nothing."""
        return self._costs is None or self._costs.holds(actor, 1)

    def may_guess(self, actor: str) -> bool:
        """Whether an actor may ask for a session or a device, which may be one that is not there."""
        return self._guesses is None or not self._guesses.take(actor, 1)

    def guessed_right(self, actor: str) -> None:
        """The session was there, so asking for it was no guess."""
        if self._guesses is not None:
            self._guesses.give_back(actor, 1)
