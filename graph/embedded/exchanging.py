"""Exchanging the store of a stopped server for another one on the same disk.

The old store is kept beside the new one until somebody has seen that the new one is good. A mark says that an exchange
is going on: whoever starts the server and finds it puts the old store back, so that a killed one changes nothing.
"""

import shutil

from graph.embedded.configuration import Home
from graph.embedded.readiness import DATABASE
from graph.embedded.storage import storage_errors


def exchange_store(home: Home, other: Home) -> None:
    """Move the store of another home into this one; both servers are stopped. Raises StorageError."""
    with storage_errors(home.folder):
        shutil.rmtree(home.replaced_folder, ignore_errors=True)
        home.replaced_folder.mkdir()
        home.exchange_mark.touch()
        for folder in home.store_folders:
            (folder / DATABASE).rename(home.replaced_folder / folder.name)
        for folder, theirs in zip(home.store_folders, other.store_folders, strict=True):
            (theirs / DATABASE).rename(folder / DATABASE)
        home.exchange_mark.unlink()


def undo_exchange(home: Home) -> None:
    """Put the old store back; the server is stopped. Raises StorageError."""
    with storage_errors(home.folder):
        for folder in home.store_folders:
            kept = home.replaced_folder / folder.name
            if kept.exists():
                shutil.rmtree(folder / DATABASE, ignore_errors=True)
                kept.rename(folder / DATABASE)
        home.exchange_mark.unlink(missing_ok=True)
        home.replaced_folder.rmdir()


def undo_unfinished_exchange(home: Home) -> None:
    """Put the old store back where an exchange was not finished. Raises StorageError."""
    if home.exchange_mark.exists():
        undo_exchange(home)


def forget_replaced(home: Home) -> None:
    """Delete the old store. Raises StorageError."""
    with storage_errors(home.folder):
        shutil.rmtree(home.replaced_folder)
