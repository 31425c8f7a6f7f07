"""Files on a server: listed, fetched one by one into a temporary folder, read as files of this machine are."""

import tempfile
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Protocol

from graph.errors import SourceReadError
from loaders.connectors.done import Found, is_done, unread
from loaders.connectors.protocol import Cursor
from loaders.mappings.model import Location
from loaders.sources.deliveries import file_delivery
from loaders.sources.rows import Delivery, Read


class FileServer(Protocol):
    """What lists and fetches files; both raise SourceReadError."""

    @property
    def name(self) -> str:
        """Its address, without credentials."""
        ...

    @property
    def kind(self) -> str:
        """What it is, in a word."""
        ...

    def list_files(self, patterns: Collection[str], marker: str | None) -> list[Found[datetime]]:
        """The files of some patterns and the markers beside them, with the times at which they were written."""
        ...

    def fetch(self, name: str, to: Path) -> None:
        """Copy a file."""
        ...


@dataclass(frozen=True, slots=True)
class RemoteFilesConnector:
    """Files of a server, each loaded once unless the mapping says otherwise."""

    input: str
    location: Location
    server: FileServer
    is_sequence: bool = False

    def read(self, cursor: Cursor) -> Iterator[Delivery]:
        """The files that are whole and were not loaded yet, sorted by name. Raises SourceReadError."""
        found = self._wanted()
        for file in found if self.location.once is False else unread(found, cursor):
            yield self._delivery(file)

    def _wanted(self) -> list[Found[datetime]]:
        listed = self.server.list_files(self.location.files, self.location.done)
        names = {file.name for file in listed}
        whole = [file for file in listed if is_done(file.name, self.location.done, names.__contains__)]
        wanted = [file for file in whole if not _is_marker(file.name, self.location.done)]
        if not listed and not self.location.optional:
            problem = f"There is no {self.location.name} on {self.server.name}."
            raise SourceReadError(problem, "Check the address and the path; say `optional` where it may be missing.")
        return sorted(wanted, key=lambda file: file.name)

    def _delivery(self, file: Found[datetime]) -> Delivery:
        nowhere = Path(PurePosixPath(file.name).name)
        described = file_delivery(self.location, nowhere, file.name, file.where)
        return replace(
            described,
            connector=self.server.kind,
            path=f"{self.server.name}/{file.name.lstrip('/')}",
            read=partial(self._rows, file.name),
            after=partial(file.after, self.input),
        )

    def _rows(self, name: str) -> Iterator[Read]:
        with tempfile.TemporaryDirectory(prefix="cdp-") as folder:
            path = Path(folder) / PurePosixPath(name).name
            self.server.fetch(name, path)
            yield from file_delivery(self.location, path, name).read()


def _is_marker(name: str, marker: str | None) -> bool:
    return marker is not None and PurePosixPath(name).match(marker.replace("{name}", "*"))
