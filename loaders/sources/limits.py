"""Bounds of what a reader takes from a file, so that memory stays flat whatever was delivered."""

import io
from collections.abc import Iterator
from typing import IO, AnyStr, BinaryIO

from graph.errors import SourceReadError
from loaders.settings import load_settings

SHOWN = 1_000
"""Characters that are kept of a line that is too long."""

TOO_LONG = "line_too_long"
_AT_ONCE = 1 << 20
# Below this size an archive may grow as it likes: a few blanks shrink to nearly nothing, and harm nobody.
_HARMLESS = 64 << 20


def too_long_reason() -> str:
    """In words, with the limit."""
    return f"longer than {load_settings().max_line_bytes:,} bytes (CDP_LOAD_MAX_LINE_BYTES)"


def capped_lines(file: IO[AnyStr]) -> Iterator[tuple[AnyStr, bool]]:
    """The lines of a file, and whether each is too long: then it is its beginning."""
    limit = load_settings().max_line_bytes
    while line := file.readline(limit + 1):
        if len(line) <= limit:
            yield line, False
        else:
            _skip_rest(file, line)
            yield line[:SHOWN], True


def _skip_rest(file: IO[AnyStr], line: AnyStr) -> None:
    while line and not _is_ended(line):
        line = file.readline(_AT_ONCE)


def _is_ended(line: str | bytes) -> bool:
    return line.endswith(("\n", "\r")) if isinstance(line, str) else line.endswith(b"\n")


class Uncompressed(io.RawIOBase):
    """What an archive holds, as long as it is no bomb. Reading raises SourceReadError for one."""

    def __init__(self, file: BinaryIO, name: str, compressed_bytes: int) -> None:
        self._file, self._name = file, name
        self._largest = max(compressed_bytes * load_settings().max_expansion, _HARMLESS)
        self._read = 0

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: bytearray | memoryview, /) -> int:  # pyright: ignore[reportIncompatibleMethodOverride]
        """The next bytes."""
        found = self._file.read(len(buffer))
        buffer[: len(found)] = found
        self._read += len(found)
        if self._read > self._largest:
            problem = f"{self._name} grows to more than {load_settings().max_expansion} times its size: not read."
            raise SourceReadError(problem, "If it is right, raise CDP_LOAD_MAX_EXPANSION; or deliver it uncompressed.")
        return len(found)

    def close(self) -> None:
        """Close the archive too."""
        self._file.close()
        super().close()


def uncompressed(file: BinaryIO, name: str, compressed_bytes: int) -> io.BufferedReader:
    """The same in parts of a megabyte."""
    return io.BufferedReader(Uncompressed(file, name, compressed_bytes), _AT_ONCE)
