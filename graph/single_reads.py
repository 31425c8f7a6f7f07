"""Single reads: a statement in a transaction of its own, on a connection of the driver's pool.

A session and its result keep what nobody needs who takes all rows at once: bookmarks, pages, the state of a
transaction, a summary with its warnings. Without them, a profile with its journey takes 0.38 ms of the processor in
place of 0.50. The pool and its connections are internals of the driver, so its version is pinned, and a test compares
both ways, failures included.
"""

from asyncio import CancelledError
from typing import Any

from neo4j import READ_ACCESS, AsyncDriver
from neo4j._async.io._pool import AcquisitionAuth, AcquisitionDatabase  # pyright: ignore[reportPrivateUsage]

_AS_THE_DRIVER = AcquisitionAuth(None)
_NO_BOOKMARKS = ()


class SingleReads:
    """Reads of one database. ``acquisition_s``: for so long a free connection is waited for."""

    def __init__(self, driver: AsyncDriver, database: str, acquisition_s: float) -> None:
        self._pool: Any = driver._pool  # noqa: SLF001 # pyright: ignore[reportPrivateUsage]
        self._database, self._place = database, AcquisitionDatabase(database)
        self._acquisition_s = acquisition_s

    async def rows(self, text: str, parameters: dict[str, Any], timeout_s: float) -> list[dict[str, Any]]:
        """All rows of a statement that takes at most ``timeout_s`` seconds. Raises what the driver raises."""
        connection = await self._pool.acquire(
            READ_ACCESS, self._acquisition_s, self._place, _NO_BOOKMARKS, _AS_THE_DRIVER, None
        )
        try:
            rows = await self._sent(connection, text, parameters, timeout_s)
        except CancelledError:
            # What is under way there must not be taken for the answer to the next statement.
            self._pool.kill_and_release(connection)
            raise
        except Exception:
            await self._pool.release(connection)
            raise
        await self._pool.release(connection)
        return rows

    async def _sent(
        self,
        connection: Any,  # noqa: ANN401
        text: str,
        parameters: dict[str, Any],
        timeout_s: float,
    ) -> list[dict[str, Any]]:
        header: dict[str, Any] = {}
        records: list[list[Any]] = []
        asked = {"mode": READ_ACCESS, "db": self._database, "timeout": timeout_s}
        connection.run(text, parameters, **asked, on_success=header.update)
        connection.pull(n=-1, on_records=records.extend)
        await connection.send_all()
        await connection.fetch_all()
        return [dict(zip(header["fields"], record, strict=True)) for record in records]
