"""Cursors of files under the names that they had before their folders were part of them."""

from collections import Counter
from collections.abc import Mapping

from loaders.connectors.protocol import Cursor


def with_old_names(cursor: Cursor, names: Mapping[str, str]) -> Cursor:
    """A cursor with what it holds under old names. ``names``: the old ones, by those of today.

    A name that several files had says nothing of any of them, and what was taken over once says nothing of new files.
    """
    files = Counter(names.values())
    taken_over = {
        name: cursor[old]
        for name, old in names.items()
        if name not in cursor and old in cursor and files[old] == 1 and not _is_taken_over(old, cursor)
    }
    return {**cursor, **taken_over}


def _is_taken_over(old: str, cursor: Cursor) -> bool:
    return any(part.endswith(f"/{old}") for part in cursor)
