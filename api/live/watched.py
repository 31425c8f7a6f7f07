"""A followed profile: what was written of it lately, kept once for all who follow it.

Nobody has a queue: each subscriber goes through what is kept at its own pace and knows its own position. Who is slower
than what is kept reads the rest from the graph.
"""

import asyncio
from contextlib import suppress
from operator import attrgetter
from time import monotonic

from graph.changes import LATE_MS, Change, Place, ProfileNow, ReadChanges
from graph.identity_events import RecordedEvent

MOST_KEPT = 1_000
# Before the first read nobody knows what time it is for the database; nothing is written so late.
_UNKNOWN: Place = (253_000_000_000_000, b"")


class WatchedProfile:
    """The profile that holds ``customer`` at ``confidence``.

    ``now``: who it is; none where the customer is gone. ``settled``: up to there nothing can come any more.
    ``kept_after``: everything that was written after it is in ``kept``. ``version`` counts what became new.
    """

    def __init__(self, customer: str, confidence: float) -> None:
        self.customer, self.confidence = customer, confidence
        self.followers, self.version = 0, 0
        self.beginning, self.begun = asyncio.Lock(), False
        self.now: ProfileNow | None = None
        self.may_have_changed = False
        self.rechecked_at = 0.0
        self.settled = self.kept_after = _UNKNOWN
        self._kept: dict[str, Change] = {}
        self._failure: Exception | None = None
        self._turned = asyncio.Event()

    @property
    def known(self) -> list[str]:
        """Keys of what need not be read again."""
        return [change.key for change in self._kept.values() if change.place > self.settled]

    @property
    def kept(self) -> list[Change]:
        """What was written lately, oldest first. Raises what the reading failed with, for a while."""
        if self._failure:
            raise self._failure
        return sorted(self._kept.values(), key=attrgetter("place"))

    def hold(self, now: ProfileNow | None) -> None:
        """Who the profile is now."""
        moved = (now and now.id) != (self.now and self.now.id)
        self.now, self.rechecked_at, self.may_have_changed = now, monotonic(), False
        if moved:
            self._turn()

    def take(self, read: ReadChanges) -> None:
        """What was read."""
        settled = read.now - LATE_MS, b""
        if self.settled == _UNKNOWN:
            self.settled = self.kept_after = settled
        self.settled = max(self.settled, settled)
        self._kept.update((change.key, change) for change in read.changes)
        self._failure = None
        self._forget((read.now - 2 * LATE_MS, b""))
        self.may_have_changed = self._may_have_changed(read)
        if read.changes:
            self._turn()

    def _may_have_changed(self, read: ReadChanges) -> bool:
        """Whether others may belong to the profile now: it was resolved, somebody logged in, or is gone."""
        customers = self.now.owners.customers if self.now else ()
        return read.present < len(customers) or any(
            isinstance(change.what, RecordedEvent) or change.what.owner in customers for change in read.changes
        )

    def fail(self, error: Exception) -> None:
        """Nothing can be read."""
        self._failure = error
        self._turn()

    async def turned(self, seen: int, patience_s: float) -> None:
        """Wait until something is new since the version that was seen, at most so long."""
        with suppress(TimeoutError):
            async with asyncio.timeout(patience_s):
                while self.version == seen:
                    await self._turned.wait()

    def _turn(self) -> None:
        """Wake everybody who waits; who comes later waits for the next."""
        self.version += 1
        self._turned.set()
        self._turned = asyncio.Event()

    def _forget(self, before: Place) -> None:
        """Forget what is old or too much. Who is slower reads it from the graph."""
        if len(self._kept) > MOST_KEPT:
            before = max(before, sorted(change.place for change in self._kept.values())[-MOST_KEPT - 1])
            self.settled = max(self.settled, before)
        if before > self.kept_after:
            self.kept_after = before
            self._kept = {key: change for key, change in self._kept.items() if change.place > before}
