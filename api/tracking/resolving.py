"""Resolving: customers that tracking calls speak of are linked with whom they are, behind the answers.

One thread; who cannot be resolved yet (nothing was resolved so far, another resolution is writing) is tried again, and
should this process end before, stays ``Unresolved`` for the next ``cdp resolve``.
"""

from collections.abc import Callable, Collection
from threading import Condition, Thread
from types import TracebackType
from typing import Protocol, Self

from graph.errors import CdpError
from graph.messages import MessagesWritten

_AT_ONCE = 200
_MOST = 50_000
_PAUSE_S = 5.0


class Resolver(Protocol):
    """Whoever links customers (``resolution.online.OnlineResolver``)."""

    def resolve(self, customers: Collection[str]) -> tuple[object, str | None]:
        """Link customers; why some have to wait."""
        ...


class Resolving:
    """Resolves customers one group after the other. A context manager."""

    def __init__(self, make: Callable[[], Resolver]) -> None:
        self._make = make
        self._keys: dict[str, None] = {}
        self._changed = Condition()
        self._is_ending = False
        self._thread = Thread(target=self._work, name="resolving", daemon=True)

    def __enter__(self) -> Self:
        """The resolving, at work."""
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End after the group that is being resolved."""
        with self._changed:
            self._is_ending = True
            self._changed.notify()
        self._thread.join(_PAUSE_S)

    def add(self, written: MessagesWritten) -> None:
        """Resolve these customers soon. Whoever is too many waits for ``cdp resolve``."""
        with self._changed:
            if len(self._keys) < _MOST:
                self._keys |= dict.fromkeys(written.customers)
            self._changed.notify()

    def _work(self) -> None:
        resolver: Resolver | None = None
        while (keys := self._next()) is not None:
            try:
                resolver = resolver or self._make()
                waits = resolver.resolve(keys)[1] is not None
            except CdpError:
                waits = True
            if waits:
                self._try_again(keys)

    def _next(self) -> list[str] | None:
        """The next group, in order of arrival; none when it is time to end."""
        with self._changed:
            self._changed.wait_for(lambda: self._keys or self._is_ending)
            if self._is_ending:
                return None
            keys = list(self._keys)[:_AT_ONCE]
            for key in keys:
                del self._keys[key]
            return keys

    def _try_again(self, keys: list[str]) -> None:
        with self._changed:
            self._keys = dict.fromkeys(keys) | self._keys
            self._changed.wait_for(lambda: self._is_ending, _PAUSE_S)
