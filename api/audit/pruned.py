"""Pruned files: one line for each file of a chain that was removed as too old, in ``<chain>.pruned``.

A line tells of its file how many records it had, of what time, and the hash of its last line, from which the chain goes
on; and who removed it, and when. It is sealed and holds the hash of the line before it, as the log itself: without the
key of the log nobody can make a file that was deleted look like one that was pruned.
"""

import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson

from api.audit.chain import Finding, genesis, is_sealed, sealed
from api.audit.files import file_of, pruned_file_of

_OWNER_ONLY = 0o600
_PROBLEM = "what is said of a pruned file was edited, removed or moved, or the key is another"


@dataclass(frozen=True, slots=True)
class PrunedFile:
    """A file that was removed. ``file``: its number; ``through``: number of its last line; ``pruned_at``: when."""

    chain: str
    file: int
    records: int
    through: int
    last_sha256: str
    since: datetime
    until: datetime
    pruned_by: str
    pruned_at: datetime

    def path(self, folder: Path) -> Path:
        """Where it was."""
        return file_of(folder, self.chain, self.file)


def read_pruned(folder: Path, key: bytes, chain: str) -> tuple[list[PrunedFile], Finding | None]:
    """The removed files of a chain, oldest first, and the first thing that is wrong with what is said of them."""
    file = pruned_file_of(folder, chain)
    lines = file.read_bytes().splitlines(keepends=True) if file.exists() else []
    found, previous = list[PrunedFile](), _genesis(chain)
    for number, line in enumerate(lines, 1):
        said = orjson.loads(line) if line.endswith(b"\n") and is_sealed(key, line[:-1]) else {}
        if said.get("prev_sha256") != previous:
            return found, Finding(file, number, _PROBLEM)
        found.append(_pruned(said))
        previous = sha256(line[:-1]).hexdigest()
    return found, None


def add_pruned(folder: Path, key: bytes, pruned: PrunedFile) -> None:
    """Say, before a file is removed, that it is. The file is written beside and put in place, so it is never half."""
    file = pruned_file_of(folder, pruned.chain)
    before = file.read_bytes() if file.exists() else b""
    previous = sha256(before.splitlines()[-1]).hexdigest() if before else _genesis(pruned.chain)
    beside = file.with_suffix(".pruning")
    descriptor = os.open(beside, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, _OWNER_ONLY)
    with os.fdopen(descriptor, "wb") as written:
        written.write(before + sealed(key, {**asdict(pruned), "prev_sha256": previous}) + b"\n")
        written.flush()
        os.fsync(descriptor)
    beside.replace(file)


def _genesis(chain: str) -> str:
    """Not that of the log: no line of the one can stand in the other."""
    return genesis(f"{chain}.pruned")


def _pruned(said: Mapping[str, Any]) -> PrunedFile:
    times: dict[str, Any] = {name: datetime.fromisoformat(said[name]) for name in ("since", "until", "pruned_at")}
    rest = {name: said[name] for name in PrunedFile.__dataclass_fields__ if name not in times}
    return PrunedFile(**rest, **times)
