"""API keys: who asks with one.

Keys are looked up in a copy that is at most ``KEPT_S`` old, so a revoked key is refused after five seconds; one that
is not in it is asked for once more, so that a new key can ask at once. While the database is away, the copy goes on.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from api.access.kept_copy import ASKED_AGAIN_S, KEPT_S, KeptCopy
from api.access.roles import known_scopes
from api.access.viewer import Viewer, ViewerKind
from graph.api_keys import ApiKey
from graph.errors import GraphError, UnauthenticatedError, UncheckedError
from graph.sources import hash_of

# The last use of a key is written so often at most: reading must not write.
USE_GRAIN = timedelta(hours=1)

_Found = tuple[ApiKey, Viewer]


class ApiKeys:
    """The keys by their hashes."""

    def __init__(
        self, read: Callable[[], Awaitable[Sequence[ApiKey]]], note_use: Callable[[str, datetime], None]
    ) -> None:
        self._read, self._note_use = read, note_use
        self._keys = KeptCopy(self._by_hash)
        self._noted: dict[str, datetime] = {}
        self._noting = set[asyncio.Task[None]]()

    async def viewer_of(self, api_key: str) -> Viewer:
        """Who asks with a key. Raises UnauthenticatedError, UncheckedError where the database never answered."""
        hashed = hash_of(api_key)
        found = (await self._copy(KEPT_S)).get(hashed)
        if found is None:
            found = (await self._copy(ASKED_AGAIN_S)).get(hashed)
        if found is None:
            raise UnauthenticatedError("Nobody has this key.", "See `cdp key list`; `cdp key add NAME` makes one.")
        key, viewer = found
        now = datetime.now(UTC)
        if key.expires_at is not None and key.expires_at <= now:
            raise UnauthenticatedError("This key has expired.", "`cdp key rotate` gives another.")
        self._use(key, now)
        return viewer

    async def _copy(self, oldest_s: float) -> Mapping[str, _Found]:
        keys = await self._keys.get(oldest_s)
        if keys is None:
            raise UncheckedError("Keys cannot be checked: the database does not answer.", "Try again.")
        return keys

    async def _by_hash(self) -> dict[str, _Found]:
        keys = await self._read()
        return {hashed: (key, _viewer(key)) for key in keys if key.revoked_at is None for hashed in key.hashes}

    def _use(self, key: ApiKey, now: datetime) -> None:
        noted = self._noted.get(key.name, key.last_used_at)
        if noted is not None and now - noted < USE_GRAIN:
            return
        self._noted[key.name] = now
        task = asyncio.create_task(asyncio.to_thread(self._note, key.name, now))
        self._noting.add(task)
        task.add_done_callback(self._noting.discard)

    async def close(self) -> None:
        """Wait for what is being noted."""
        await asyncio.gather(*self._noting)

    def _note(self, name: str, at: datetime) -> None:
        try:
            self._note_use(name, at)
        except GraphError:
            # Nobody is refused for it; the next hour is noted again.
            return


def _viewer(key: ApiKey) -> Viewer:
    return Viewer(key.name, ViewerKind.KEY, known_scopes(key.scopes), expires_at=key.expires_at)
