"""Checksums of the files of a backup, in the form of ``sha256sum``."""

import hashlib
from collections.abc import Callable
from pathlib import Path

from graph.embedded.progress import Progress
from graph.errors import BackupError

CHECKSUMS_FILE = "SHA256SUMS"
_PIECE_BYTES = 1 << 20


def write_checksums(folder: Path, progress: Progress) -> None:
    """Write the checksum of every other file of a folder."""
    files = _files(folder)
    with progress.count_bytes("Writing checksums", _bytes(files)) as advance:
        lines = [f"{_sha256(file, advance)}  {file.relative_to(folder).as_posix()}\n" for file in files]
    (folder / CHECKSUMS_FILE).write_text("".join(lines), encoding="utf-8")


def verify_checksums(folder: Path, progress: Progress) -> None:
    """Raise BackupError unless a folder holds exactly the files that were written, each as it was."""
    expected, files = _read(folder), _files(folder)
    found = {file.relative_to(folder).as_posix(): file for file in files}
    if missing := sorted(expected.keys() - found.keys()):
        raise _damaged(folder, f"{missing[0]} is missing")
    if beyond := sorted(found.keys() - expected.keys()):
        raise _damaged(folder, f"{beyond[0]} does not belong there")
    with progress.count_bytes("Verifying checksums", _bytes(files)) as advance:
        for name, file in found.items():
            if _sha256(file, advance) != expected[name]:
                raise _damaged(folder, f"{name} is not what was written")


def _read(folder: Path) -> dict[str, str]:
    try:
        lines = (folder / CHECKSUMS_FILE).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        raise _damaged(folder, f"its {CHECKSUMS_FILE} cannot be read") from None
    return {name: digest for digest, _, name in (line.partition("  ") for line in lines)}


def _files(folder: Path) -> list[Path]:
    return sorted(file for file in folder.rglob("*") if file.is_file() and file != folder / CHECKSUMS_FILE)


def _bytes(files: list[Path]) -> int:
    return sum(file.stat().st_size for file in files)


def _sha256(file: Path, advance: Callable[[int], None]) -> str:
    digest = hashlib.sha256()
    with file.open("rb") as opened:
        while piece := opened.read(_PIECE_BYTES):
            digest.update(piece)
            advance(len(piece))
    return digest.hexdigest()


def _damaged(folder: Path, what: str) -> BackupError:
    return BackupError(f"The backup {folder} is damaged: {what}.", "Use another backup; nothing was changed.")
