"""What the data folder holds beside the graph, and the way into a backup and out of it.

Everything is copied but what a command makes again, so whatever a later release keeps there is in the backup too. A
SQLite file is copied by SQLite itself, which gives a whole state while other processes write to it.
"""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from fnmatch import fnmatch
from pathlib import Path

from graph.embedded.storage import storage_errors
from graph.errors import StorageError

# The server is dumped; locks, bulk loads and throw-away servers are of the moment; `cdp sample` and `make bench` make
# the rest again. What stood here before a restore is not of this state.
_NOT_KEPT = ("neo4j", "*.lock", "bulk", "cdp-neo4j-*", "sample-*", "bench.json", "before-restore-*")
# Lines are only ever added to the audit log; one that is there is longer than the backup's, and nothing of it may go.
_KEPT_AS_IT_IS = "audit"
# SQLite puts their content into the copy.
_BESIDE_SQLITE = ("-wal", "-shm", "-journal")
_SQLITE = b"SQLite format 3\0"
_OWNER_ONLY, _FOLDER_OWNER_ONLY = 0o600, 0o700


def copy_out(data_dir: Path, target: Path) -> list[str]:
    """Copy what is to be kept into an empty folder; the names of the files. Raises StorageError."""
    with storage_errors(target):
        files = list(_kept(data_dir))
        for file in files:
            _copy(file, target / file.relative_to(data_dir))
    return [file.relative_to(data_dir).as_posix() for file in files]


def copy_back(source: Path, data_dir: Path, aside: Path) -> list[str]:
    """Put files of a backup back; the names of those that differed, which are kept as they were in ``aside``.

    Files that the backup has not stay, and so does the audit log. A SQLite file is overwritten in one transaction, so
    who has it open goes on.
    Raises StorageError.
    """
    changed: list[str] = []
    with storage_errors(data_dir):
        for file in sorted(one for one in source.rglob("*") if one.is_file()):
            name = file.relative_to(source)
            if (data_dir / name).exists():
                if name.parts[0] == _KEPT_AS_IT_IS or _is_same(file, data_dir / name):
                    continue
                _copy(data_dir / name, aside / name)
                changed.append(name.as_posix())
            _copy(file, data_dir / name)
    return changed


def _kept(data_dir: Path) -> Iterator[Path]:
    for top in sorted(data_dir.iterdir()) if data_dir.is_dir() else ():
        if not any(fnmatch(top.name, pattern) for pattern in _NOT_KEPT):
            inside = sorted(top.rglob("*")) if top.is_dir() else [top]
            yield from (one for one in inside if one.is_file() and not one.name.endswith(_BESIDE_SQLITE))


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True, mode=_FOLDER_OWNER_ONLY)
    if _is_sqlite(source):
        _copy_database(source, target)
    else:
        draft = target.with_name(f".{target.name}.draft")
        shutil.copyfile(source, draft)
        draft.chmod(_OWNER_ONLY)
        draft.replace(target)


def _copy_database(source: Path, target: Path) -> None:
    is_new = not target.exists()
    target.touch(mode=_OWNER_ONLY)
    try:
        with closing(sqlite3.connect(source)) as from_there, closing(sqlite3.connect(target)) as to_here:
            from_there.backup(to_here)
            if is_new:  # then it is read without files beside it, from a disk that cannot be written too
                to_here.execute("PRAGMA journal_mode = DELETE")
    except sqlite3.Error as error:
        raise StorageError(f"{source} cannot be copied ({error.sqlite_errorname}).", "Check the file.") from None


def _is_sqlite(file: Path) -> bool:
    with file.open("rb") as opened:
        return opened.read(len(_SQLITE)) == _SQLITE


def _is_same(one: Path, other: Path) -> bool:
    """A SQLite file may have more beside it than in it, so two are never taken to be the same."""
    return not _is_sqlite(other) and one.read_bytes() == other.read_bytes()
