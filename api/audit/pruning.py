"""Pruning: whole files of the audit log that are too old are removed, and what stands for them stays.

A chain is looked at before anything of it is removed, and one in which something is wrong keeps all its files. Of the
rest the oldest files go, each when all its records are in order, its last one is too old, and no process writes to it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from api.audit.chain import Finding, read_head, write_head
from api.audit.files import chains_in, is_written, removing_files
from api.audit.pruned import PrunedFile, add_pruned, read_pruned
from api.audit.reading import backwards, moment_of
from api.audit.verification import Walk
from graph.errors import AuditError


@dataclass(frozen=True, slots=True)
class Pruning:
    """What is pruned: files whose last record is older than ``before``. ``by``: who does it.

    ``pause``: called after every hundred lines, for whoever has something else to do meanwhile.
    """

    before: datetime
    by: str
    dry_run: bool = False
    pause: Callable[[], object] | None = None

    @classmethod
    def older_than(cls, days: int, by: str, *, dry_run: bool = False) -> "Pruning":
        """Of what is older than some days."""
        return cls(datetime.now(UTC) - timedelta(days=days), by, dry_run)


@dataclass(frozen=True, slots=True)
class PrunedChain:
    """What was removed of a chain, oldest first, or why nothing was."""

    name: str
    files: tuple[PrunedFile, ...]
    finding: Finding | None


def prune(folder: Path, key: bytes, pruning: Pruning) -> list[PrunedChain]:
    """Remove what is too old; chains of which nothing is are left out. Processes may be writing. Raises AuditError."""
    try:
        found = [_pruned(folder, key, name, pruning) for name in chains_in(folder)]
    except OSError as error:
        problem = f"{folder} cannot be pruned ({error.strerror})."
        raise AuditError(problem, "Check that the files are yours; it can be done again.") from None
    return [chain for chain in found if chain.files or chain.finding]


def _pruned(folder: Path, key: bytes, name: str, pruning: Pruning) -> PrunedChain:
    walk = Walk(folder, name, key, pruning.pause)
    try:
        finding, gone = _looked_at(walk, pruning)
    except FileNotFoundError:  # somebody else prunes it at this moment
        return PrunedChain(name, (), None)
    if not finding and (pruning.dry_run or not gone):
        return PrunedChain(name, gone, None)
    with removing_files(folder):
        left = chains_in(folder).get(name, [])[: len(walk.files)]
        if left != walk.files or read_pruned(folder, key, name)[0] != walk.pruned:
            return PrunedChain(name, (), None)  # somebody else pruned it meanwhile
        if finding:
            return PrunedChain(name, (), finding)
        if len(gone) == len(walk.files) and read_head(folder, key, name)[0] < walk.lines:
            # Whoever wrote it was killed before it could count its last lines.
            write_head(folder, key, name, (walk.lines, walk.sha256))
        _remove(folder, key, gone, walk.pruned)
    return PrunedChain(name, gone, None)


def _is_old(file: Path, files: Sequence[Path], last: datetime, before: datetime) -> bool:
    return last < before and (file != files[-1] or not is_written(file))


def _looked_at(walk: Walk, pruning: Pruning) -> tuple[Finding | None, tuple[PrunedFile, ...]]:
    """Walk along the oldest files of a chain: what is wrong with them, and what is to be said of them."""
    finding, gone, now, by = walk.begin(), list[PrunedFile](), datetime.now(UTC), pruning.by
    for file in walk.files:
        times = _times(file)
        if times is None or not _is_old(file, walk.files, times[1], pruning.before):
            break
        before = walk.lines
        finding = finding or walk.along(file)
        if finding:
            return finding, ()
        gone.append(PrunedFile(walk.name, walk.number, walk.lines - before, walk.lines, walk.sha256, *times, by, now))
    return walk.end() if gone and len(gone) == len(walk.files) else None, tuple(gone)


def _times(file: Path) -> tuple[datetime, datetime] | None:
    """When the first record of a file was made, and the last; none where one of them is being written."""
    with file.open("rb") as opened:
        since, until = moment_of(opened.readline()), moment_of(next(backwards(file), b""))
    return None if since is None or until is None else (since, until)


def _remove(folder: Path, key: bytes, gone: Sequence[PrunedFile], said: Sequence[PrunedFile]) -> None:
    """Say of each file that it is removed, then remove it: who is stopped in between can do it again."""
    for file in gone:
        if not said or file.file > said[-1].file:
            add_pruned(folder, key, file)
        file.path(folder).unlink()
