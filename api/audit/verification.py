"""Verification: whether the lines of the audit log are those that were written, in their order, and none is missing."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import orjson

from api.audit.chain import chains_in, genesis, head_of, is_sealed
from graph.errors import AuditError

_PREVIOUS = re.compile(rb'"prev_sha256":"([0-9a-f]{64})","mac":"[0-9a-f]{64}"}')
_TAIL_BYTES = 200


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong, and where. ``line``: from 1."""

    file: Path
    line: int
    problem: str


@dataclass(frozen=True, slots=True)
class VerifiedChain:
    """A chain: how many lines are right, the hash of the last of these, and the first thing that is wrong.

    ``unfinished``: the last line ends in its middle, as a crash leaves it.
    """

    name: str
    lines: int
    sha256: str
    finding: Finding | None
    unfinished: bool


def verify(folder: Path, key: bytes) -> list[VerifiedChain]:
    """Every chain in a folder, oldest first. Processes may be writing meanwhile. Raises AuditError."""
    try:
        return [_Walk(folder, name, key).along(files) for name, files in chains_in(folder).items()]
    except OSError as error:
        raise AuditError(f"{folder} cannot be read ({error.strerror}).", "Check that the files are yours.") from None


class _Walk:
    """Walks along the files of one chain."""

    def __init__(self, folder: Path, name: str, key: bytes) -> None:
        self._folder, self._name, self._key = folder, name, key
        self._head = head_of(folder, name)
        self._previous, self._lines = genesis(name), 0
        self._hashes = {0: self._previous}
        self._end = self._head, 1
        self._unfinished = False

    def along(self, files: Sequence[Path]) -> VerifiedChain:
        # The head first: what is written after it was read only adds lines.
        head = self._head.read_bytes() if self._head.exists() else b""
        counted, last, finding = self._read_head(head)
        for number, file in enumerate(files, 1):
            finding = finding or self._along_file(file, number, counted, is_last=number == len(files))
        finding = finding or self._compare(counted, last)
        return VerifiedChain(self._name, self._lines, self._previous, finding, self._unfinished)

    def _read_head(self, content: bytes) -> tuple[int, str, Finding | None]:
        line = content.rstrip()
        if not is_sealed(self._key, line):
            problem = "the head was edited, or the key is another" if content else "the head is missing"
            return 0, "", Finding(self._head, 1, problem)
        head = orjson.loads(line)
        if head["chain"] != self._name:
            return 0, "", Finding(self._head, 1, "this is the head of another chain")
        return head["lines"], head["sha256"], None

    def _along_file(self, file: Path, number: int, counted: int, *, is_last: bool) -> Finding | None:
        if file.name != f"{self._name}.{number:05d}.jsonl":
            return Finding(file, 1, "a file before this one is missing")
        self._end = file, 1
        with file.open("rb") as opened:
            for place, line in enumerate(opened, 1):
                if is_last and not line.endswith(b"\n"):
                    self._unfinished = True
                    return None
                problem = self._problem(line)
                if problem:
                    return Finding(file, place, problem)
                self._previous, self._lines = sha256(line[:-1]).hexdigest(), self._lines + 1
                self._end = file, place + 1
                if self._lines == counted:
                    self._hashes[counted] = self._previous
        return None

    def _problem(self, line: bytes) -> str | None:
        if not line.endswith(b"\n") or not is_sealed(self._key, line[:-1]):
            return "the line was edited, or the key is another"
        previous = _PREVIOUS.search(line[-_TAIL_BYTES:])
        if previous is None or previous[1].decode() != self._previous:
            return "the line does not follow the one before it: one was removed, added or moved"
        return None

    def _compare(self, counted: int, last: str) -> Finding | None:
        file, place = self._end
        if self._lines < counted:
            return Finding(
                file, place, f"lines are missing at the end: there were {counted:,}, there are {self._lines:,}"
            )
        if self._hashes.get(counted) != last:
            return Finding(self._head, 1, "the head names another line")
        return None
