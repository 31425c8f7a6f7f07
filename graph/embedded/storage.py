"""What can go wrong with a folder: no right to write, no room, not a folder at all."""

import errno
import shutil
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from graph.errors import StorageError

_FULL = {errno.ENOSPC, errno.EDQUOT}
_FORBIDDEN = {errno.EACCES, errno.EPERM, errno.EROFS}
_NO_FOLDER = {errno.ENOTDIR, errno.EEXIST}
MEGABYTE = 1_000_000
_ELSEWHERE = "choose other folders with CDP_CACHE_DIR (programs) and CDP_DATA_DIR (database)."


@contextmanager
def storage_errors(folder: Path, elsewhere: str = _ELSEWHERE) -> Generator[None]:
    """The operating system's refusals below ``folder`` as StorageError. ``elsewhere``: how another one is chosen."""
    try:
        yield
    except OSError as error:
        raise storage_error(folder, error, elsewhere) from None


def storage_error(folder: Path, error: OSError, elsewhere: str = _ELSEWHERE) -> StorageError:
    """One refusal of the operating system in words."""
    if error.errno in _FULL:
        return StorageError(f"The disk of {folder} is full.", f"Make room there, or {elsewhere}")
    if error.errno in _FORBIDDEN:
        return StorageError(f"There is no right to write in {folder}.", f"Change the folder's rights, or {elsewhere}")
    if error.errno in _NO_FOLDER:
        return StorageError(f"{folder} cannot be made: a file is in its way.", f"Move that file, or {elsewhere}")
    return StorageError(f"{folder} cannot be used ({error.strerror}).", f"Check the folder, or {elsewhere}")


def require_room(folder: Path, needed: int) -> None:
    """Raise StorageError unless ``needed`` bytes are free on the disk of ``folder``, which need not exist yet."""
    with storage_errors(folder):
        free = shutil.disk_usage(_existing_parent(folder)).free
    if free < needed:
        raise StorageError(
            f"The disk of {folder} has {free // MEGABYTE} MB free; {needed // MEGABYTE + 1} MB are needed.",
            f"Make room there, or {_ELSEWHERE}",
        )


def _existing_parent(folder: Path) -> Path:
    return next(one for one in (folder, *folder.absolute().parents) if one.is_dir())
