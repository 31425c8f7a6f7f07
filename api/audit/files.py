"""Files of the audit log: their names, and the locks on them. Raises OSError, as everything here."""

import fcntl
import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path


def head_of(folder: Path, chain: str) -> Path:
    """The file with the head of a chain."""
    return folder / f"{chain}.head"


def pruned_file_of(folder: Path, chain: str) -> Path:
    """The file that stands for those of a chain that were removed."""
    return folder / f"{chain}.pruned"


def file_of(folder: Path, chain: str, number: int) -> Path:
    """One file of a chain. ``number``: from 1."""
    return folder / f"{chain}.{number:05d}.jsonl"


def chains_in(folder: Path) -> dict[str, list[Path]]:
    """Chain -> its files in their order, oldest chain first."""
    found: dict[str, list[Path]] = {file.stem: [] for kind in ("head", "pruned") for file in folder.glob(f"*.{kind}")}
    for file in sorted(folder.glob("*.jsonl")):
        found.setdefault(file.name.split(".")[0], []).append(file)
    return dict(sorted(found.items()))


def is_written(file: Path) -> bool:
    """Whether a process still writes to a file, or may, because its lock cannot be asked for."""
    with file.open("rb") as opened:
        try:
            fcntl.flock(opened, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError:
            return True
    return False


@contextmanager
def reading_files(folder: Path) -> Generator[None]:
    """No file is pruned while the block runs."""
    with _locked(folder, fcntl.LOCK_SH):
        yield


@contextmanager
def removing_files(folder: Path) -> Generator[None]:
    """Nobody verifies or prunes while the block runs; writers go on."""
    with _locked(folder, fcntl.LOCK_EX):
        yield


@contextmanager
def _locked(folder: Path, how: int) -> Generator[None]:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, how)
        yield
    finally:
        os.close(descriptor)
