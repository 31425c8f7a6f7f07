"""Chain: the files that one process writes, each line holding the hash of the line before it.

    <chain>.00001.jsonl, <chain>.00002.jsonl, ...    lines of JSON; the chain goes on from file to file
    <chain>.head                                     how many lines there are at least, and the hash of the last one
    <chain>.pruned                                   what stands for files that were removed as too old (pruned.py)

``prev_sha256`` is the SHA-256 of the whole line before; of the first line, that of the chain's name. ``mac`` seals a
line with the key of the log: who edits a line and computes all later hashes again still lacks it. The head tells that
lines are missing at the end. What nothing tells is a chain of which every file is gone; `cdp audit verify` prints the
heads, for whoever wants to keep them elsewhere. A process holds a lock (flock) on the file to which it writes.
"""

import fcntl
import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from secrets import token_hex
from typing import Any

import orjson

from api.audit.files import file_of, head_of
from api.audit.secret import keyed_hash

_OWNER_ONLY = 0o600
_APPENDING = os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_APPEND
_MAC = b',"mac":"'
_MAC_BYTES = len(_MAC) + 64 + len(b'"}')
_HEAD_BYTES = 320


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong, and where. ``line``: from 1."""

    file: Path
    line: int
    problem: str


class Chain:
    """The chain of this process; its files are made with the first line. Raises OSError, as everything here.

    ``max_bytes``: size from which on the next file is begun.
    """

    def __init__(self, folder: Path, key: bytes, max_bytes: int) -> None:
        self.name = f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{os.getpid()}-{token_hex(4)}"
        self._folder, self._key, self._max_bytes = folder, key, max_bytes
        self._previous = genesis(self.name)
        self._lines = self._files = self._size = 0
        self._descriptor: int | None = None
        self._is_synced = True

    @property
    def is_synced(self) -> bool:
        """Whether all lines are on the disk and counted in the head."""
        return self._is_synced

    def append(self, records: Sequence[Mapping[str, Any]]) -> None:
        """Write records as the next lines: all of them, or after an error none."""
        previous, lines = self._previous, list[bytes]()
        for number, record in enumerate(records, self._lines + 1):
            lines.append(sealed(self._key, {"n": number, **record, "prev_sha256": previous}))
            previous = sha256(lines[-1]).hexdigest()
        self._write(b"".join(line + b"\n" for line in lines))
        self._previous, self._lines = previous, self._lines + len(lines)
        self._is_synced = False

    def sync(self) -> None:
        """Bring the lines to the disk, then say in the head how many they are."""
        if self._descriptor is not None and not self._is_synced:
            os.fsync(self._descriptor)
            write_head(self._folder, self._key, self.name, (self._lines, self._previous))
            self._is_synced = True

    def close(self) -> None:
        """Sync and close."""
        if self._descriptor is not None:
            self.sync()
            os.close(self._descriptor)
            self._descriptor = None

    def _write(self, content: bytes) -> None:
        descriptor = self._opened()
        written = 0
        try:
            while written < len(content):
                written += os.write(descriptor, content[written:])
        except OSError:
            # Half a batch must not stay: it is written again as a whole.
            os.ftruncate(descriptor, self._size)
            raise
        self._size += len(content)

    def _opened(self) -> int:
        if self._descriptor is not None and self._size < self._max_bytes:
            return self._descriptor
        self.close()
        if not self._files:
            # Before there is any line, so that no head is missing where somebody verifies just then.
            write_head(self._folder, self._key, self.name, (0, self._previous))
        file = file_of(self._folder, self.name, self._files + 1)
        self._descriptor = os.open(file, _APPENDING, _OWNER_ONLY)
        # Where a file cannot be locked, the last file of a chain is never taken for a closed one.
        with suppress(OSError):
            fcntl.flock(self._descriptor, fcntl.LOCK_EX)
        self._files, self._size = self._files + 1, 0
        return self._descriptor


def write_head(folder: Path, key: bytes, chain: str, counted: tuple[int, str]) -> None:
    """In place, in one write of always the same size; the first one beside, so that nobody ever reads an empty head.

    ``counted``: lines, and the hash of the last one.
    """
    head, file = sealed(key, {"chain": chain, "lines": counted[0], "sha256": counted[1]}), head_of(folder, chain)
    written = file if file.exists() else file.with_suffix(".heading")
    descriptor = os.open(written, os.O_CREAT | os.O_WRONLY, _OWNER_ONLY)
    try:
        os.pwrite(descriptor, _padded(head), 0)
    finally:
        os.close(descriptor)
    if written != file:
        written.replace(file)


def read_head(folder: Path, key: bytes, chain: str) -> tuple[int, str, Finding | None]:
    """How many lines a head counts, the hash of the last one, and what is wrong with the head."""
    file = head_of(folder, chain)
    content = file.read_bytes() if file.exists() else b""
    line = content.rstrip()
    # A line of the log, or of what was pruned, has a seal as well, and could be put here.
    head = orjson.loads(line) if is_sealed(key, line) and content == _padded(line) else {}
    if head.keys() != {"chain", "lines", "sha256", "mac"}:
        problem = "the head was edited, or the key is another" if content else "the head is missing"
        return 0, "", Finding(file, 1, problem)
    if head["chain"] != chain:
        return 0, "", Finding(file, 1, "this is the head of another chain")
    return head["lines"], head["sha256"], None


def genesis(chain: str) -> str:
    """What stands for the line before the first one."""
    return sha256(chain.encode()).hexdigest()


def sealed(key: bytes, record: Mapping[str, Any]) -> bytes:
    """A record as a line, with its seal at the end."""
    body = orjson.dumps(record)[:-1]
    return body + _MAC + keyed_hash(key, body).encode() + b'"}'


def is_sealed(key: bytes, line: bytes) -> bool:
    """Whether a line has the seal that belongs to it."""
    body = line[:-_MAC_BYTES]
    return len(line) > _MAC_BYTES and line == body + _MAC + keyed_hash(key, body).encode() + b'"}'


def _padded(head: bytes) -> bytes:
    return head.ljust(_HEAD_BYTES) + b"\n"
