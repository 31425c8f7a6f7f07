"""SFTP, through asyncssh (extra ``sftp``). A server whose key is not known is not talked to."""

import asyncio
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Any, TypeVar

from graph.errors import SourceReadError
from loaders.connectors.done import Found
from loaders.connectors.environment import optional
from loaders.mappings.places import SftpPlace
from loaders.sources.extras import needed

_SSH_PORT = 22
_TIMEOUT_S = 30
# A server that does not answer three of these is gone: without them, a load waited for a dead line for ever.
_ALIVE_EVERY_S = 15.0

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class SftpServer:
    """A server of files."""

    place: SftpPlace

    @property
    def kind(self) -> str:
        """Its protocol."""
        return "sftp"

    @property
    def name(self) -> str:
        """As sftp:// address."""
        port = "" if self.place.port == _SSH_PORT else f":{self.place.port}"
        return f"sftp://{self.place.host}{port}"

    def list_files(self, patterns: Collection[str], marker: str | None) -> list[Found[datetime]]:
        """Files of some patterns and their markers. Raises SourceReadError."""
        wanted = [*patterns, *(_marker_pattern(pattern, marker) for pattern in patterns if marker)]
        found = {file.name: file for file in self._run(lambda client: _list(client, wanted))}
        return list(found.values())

    def fetch(self, name: str, to: Path) -> None:
        """Copy a file. Raises SourceReadError."""
        self._run(lambda client: client.get(name, str(to)))

    def _run(self, work: Callable[[Any], Awaitable[Result]]) -> Result:
        asyncssh = needed("asyncssh")
        try:
            return asyncio.run(self._connected(work))
        except asyncssh.HostKeyNotVerifiable:
            problem = f"{self.name} has another host key than the one that is known."
            raise SourceReadError(problem, "Give its `host_key` in the mapping, or add it to known_hosts.") from None
        except (asyncssh.Error, asyncssh.KeyImportError, OSError, TimeoutError) as error:
            problem = f"{self.name} cannot be read ({type(error).__name__})."
            raise SourceReadError(problem, "Check host, user, path, and the variables of password or key.") from None

    async def _connected(self, work: Callable[[Any], Awaitable[Result]]) -> Result:
        asyncssh = needed("asyncssh")
        async with (
            asyncssh.connect(self.place.host, self.place.port, **self._options(asyncssh)) as connection,
            connection.start_sftp_client() as client,
        ):
            return await work(client)

    def _options(self, asyncssh: Any) -> dict[str, Any]:  # noqa: ANN401 -- a module
        place, key = self.place, optional(self.place.key)
        address = place.host if place.port == _SSH_PORT else f"[{place.host}]:{place.port}"
        known = asyncssh.import_known_hosts(f"{address} {place.host_key}\n") if place.host_key else ()
        return {
            "username": place.user,
            "password": optional(place.password),
            "client_keys": [asyncssh.import_private_key(key)] if key else None,
            "known_hosts": known,
            "config": None,
            "agent_path": None,
            "connect_timeout": _TIMEOUT_S,
            "keepalive_interval": _ALIVE_EVERY_S,
        }


async def _list(client: Any, patterns: Collection[str]) -> list[Found[datetime]]:  # noqa: ANN401 -- as above
    found = [name for pattern in patterns for name in await _matching(client, pattern)]
    return [
        Found(
            str(name.filename),
            f"{name.attrs.mtime or 0:020d}",
            f"-{name.attrs.size or 0:015d}",
            datetime.fromtimestamp(name.attrs.mtime or 0, UTC),
        )
        for name in found
    ]


async def _matching(client: Any, pattern: str) -> list[Any]:  # noqa: ANN401 -- as above
    try:
        return await client.glob_sftpname(pattern)
    except needed("asyncssh").SFTPNoSuchFile:
        return []


def _marker_pattern(pattern: str, marker: str) -> str:
    path = PurePosixPath(pattern)
    return str(path.with_name(marker.replace("{name}", path.name)))
