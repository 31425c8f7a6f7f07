"""Verification: whether the lines of the audit log are those that were written, in their order, and none is missing."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from api.audit.chain import Finding, genesis, is_sealed, read_head
from api.audit.files import chains_in, file_of, head_of, pruned_file_of, reading_files
from api.audit.pruned import PrunedFile, read_pruned
from graph.errors import AuditError

_PREVIOUS = re.compile(rb'"prev_sha256":"([0-9a-f]{64})","mac":"[0-9a-f]{64}"}')
_TAIL_BYTES = 200
_LINES_BETWEEN_PAUSES = 100


@dataclass(frozen=True, slots=True)
class VerifiedChain:
    """A chain: how many lines are right, the hash of the last of these, and the first thing that is wrong.

    ``lines``: those of pruned files count; ``unfinished``: the last line ends in its middle, as a crash leaves it;
    ``pruned``: files that were removed as too old.
    """

    name: str
    lines: int
    sha256: str
    finding: Finding | None
    unfinished: bool
    pruned: tuple[PrunedFile, ...]


def verify(folder: Path, key: bytes) -> list[VerifiedChain]:
    """Every chain in a folder, oldest first. Processes may be writing meanwhile. Raises AuditError."""
    if not folder.is_dir():
        return []
    try:
        with reading_files(folder):
            return [_verified(Walk(folder, name, key)) for name in chains_in(folder)]
    except OSError as error:
        raise AuditError(f"{folder} cannot be read ({error.strerror}).", "Check that the files are yours.") from None


def _verified(walk: "Walk") -> VerifiedChain:
    finding = walk.begin()
    for file in walk.files:
        finding = finding or walk.along(file)
    finding = finding or walk.end()
    return VerifiedChain(walk.name, walk.lines, walk.sha256, finding, walk.unfinished, tuple(walk.pruned))


class Walk:
    """Walks along the files of one chain: ``begin``, ``along`` each, ``end``; each gives what it finds wrong.

    ``files``: of the chain, as they are at first; ``number``, ``lines`` and ``sha256``: the file and the line to
    which it came, and the hash of that line; ``pause``: called after every hundred lines. Raises OSError.
    """

    def __init__(self, folder: Path, name: str, key: bytes, pause: Callable[[], object] | None = None) -> None:
        self.name, self.lines, self.sha256, self.unfinished = name, 0, genesis(name), False
        self.files: list[Path] = []
        self.pruned: list[PrunedFile] = []
        self.number = self._counted = 0
        self._folder, self._key, self._pause = folder, key, pause
        self._head = head_of(folder, name)
        self._last = ""
        # Hashes of the lines that the head, and what is said of pruned files, name.
        self._hashes: dict[int, str | None] = {0: self.sha256}
        self._end = self._head, 1

    def begin(self) -> Finding | None:
        """The head first: what is written after it was read only adds lines and files."""
        self._counted, self._last, finding = read_head(self._folder, self._key, self.name)
        self.files = chains_in(self._folder).get(self.name, [])
        self.pruned, wrong = read_pruned(self._folder, self._key, self.name)
        gone = self.pruned
        if gone and self.files and self.files[0] == gone[-1].path(self._folder):
            # Who removed it was stopped just before; it is still there, and must be what is said of it.
            self._hashes[gone[-1].through], gone = None, gone[:-1]
        if gone:
            self.number, self.lines, self.sha256 = gone[-1].file, gone[-1].through, gone[-1].last_sha256
            self._hashes[self.lines] = self.sha256
        self._hashes.setdefault(self._counted, None)
        return finding or wrong

    def along(self, file: Path) -> Finding | None:
        """The next file. The last line of the last one may be unfinished."""
        self.number += 1
        if file != file_of(self._folder, self.name, self.number):
            return Finding(file, 1, "a file before this one is missing")
        self._end = file, 1
        with file.open("rb") as opened:
            for place, line in enumerate(opened, 1):
                if file == self.files[-1] and not line.endswith(b"\n"):
                    self.unfinished = True
                    return None
                problem = self._problem(line)
                if problem:
                    return Finding(file, place, problem)
                self._count(line)
                self._end = file, place + 1
        return None

    def end(self) -> Finding | None:
        """What the head, and what is said of pruned files, has against the lines that are there."""
        file, place = self._end
        if self.lines < self._counted:
            return Finding(
                file, place, f"lines are missing at the end: there were {self._counted:,}, there are {self.lines:,}"
            )
        if self._hashes[self._counted] != self._last:
            return Finding(self._head, 1, "the head names another line")
        if self.pruned and self._hashes[self.pruned[-1].through] != self.pruned[-1].last_sha256:
            return Finding(pruned_file_of(self._folder, self.name), len(self.pruned), "it names another line")
        return None

    def _problem(self, line: bytes) -> str | None:
        if not line.endswith(b"\n") or not is_sealed(self._key, line[:-1]):
            return "the line was edited, or the key is another"
        previous = _PREVIOUS.search(line[-_TAIL_BYTES:])
        if previous is None or previous[1].decode() != self.sha256:
            return "the line does not follow the one before it: one was removed, added or moved"
        return None

    def _count(self, line: bytes) -> None:
        self.lines, self.sha256 = self.lines + 1, sha256(line[:-1]).hexdigest()
        if self.lines in self._hashes:
            self._hashes[self.lines] = self.sha256
        if self._pause and self.lines % _LINES_BETWEEN_PAUSES == 0:
            self._pause()
