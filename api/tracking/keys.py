"""Write keys: which source a call comes from.

Protocols that have no credential name their sender instead: such a name counts as a key where somebody has opened a
source for it (``cdp source open``).

Keys are looked up in a copy of the sources that is at most ``KEPT_S`` old; a key that is not in it is asked for once
more, so that a new source can send at once. While the database is away, the copy goes on.
"""

import base64
import binascii
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from starlette.datastructures import Headers

from api.access.kept_copy import ASKED_AGAIN_S, KEPT_S, KeptCopy
from api.tracking.problems import DISABLED, NO_KEY, UNAVAILABLE, UNKNOWN_KEY, UNKNOWN_NAME, ProblemError
from graph.sources import TrackedSource, hash_of

ReadSources = Callable[[], Awaitable[Sequence[TrackedSource]]]


@dataclass(frozen=True, slots=True)
class _Known:
    by_key: Mapping[str, TrackedSource]
    by_name: Mapping[str, TrackedSource]

    def find(self, hashes: Sequence[str], names: Sequence[str]) -> TrackedSource | None:
        found = [self.by_key.get(hashed) for hashed in hashes] + [self.by_name.get(name) for name in names]
        return next(filter(None, found), None)


class WriteKeys:
    """The sources by their keys' hashes, and by the names that they are open for."""

    def __init__(self, read: ReadSources) -> None:
        self._read = read
        self._sources = KeptCopy(self._known)

    async def source_of(self, keys: Iterable[str], names: Sequence[str] = ()) -> TrackedSource:
        """The source of the first key that has one, else of a name that one is open for. Raises ProblemError."""
        hashes = [hash_of(key) for key in keys]
        if not hashes and not names:
            raise ProblemError(NO_KEY)
        source = (await self._copy(KEPT_S)).find(hashes, names)
        if source is None:
            source = (await self._copy(ASKED_AGAIN_S)).find(hashes, names)
        if source is None:
            raise ProblemError(UNKNOWN_NAME if names else UNKNOWN_KEY)
        if source.disabled_at is not None:
            raise ProblemError(DISABLED)
        return source

    async def _copy(self, oldest_s: float) -> _Known:
        sources = await self._sources.get(oldest_s)
        if sources is None:
            raise ProblemError(UNAVAILABLE)
        return sources

    async def _known(self) -> _Known:
        sources = await self._read()
        return _Known(
            {hashed: source for source in sources for hashed in source.write_keys},
            {name: source for source in sources for name in source.open_names},
        )


def keys_of(headers: Headers, query: Mapping[str, str]) -> list[str]:
    """The keys that a call carries outside of its body, in the order in which they count."""
    scheme, _, credentials = headers.get("authorization", "").partition(" ")
    found = [_basic_user(credentials)] if scheme.lower() == "basic" else []
    found += [query.get("writeKey", ""), headers.get("x-write-key", "")]
    found += [credentials.strip()] if scheme.lower() == "bearer" else []
    return [key for key in found if key]


def _basic_user(credentials: str) -> str:
    try:
        return base64.b64decode(credentials.strip(), validate=True).decode().partition(":")[0]
    except (binascii.Error, UnicodeDecodeError):
        return ""
