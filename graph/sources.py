"""Sources that send tracking calls: their write keys, and whether they are taken.

A write key is shown once, when it is made, and stored as its SHA-256 only; keys are random, so that nothing slower is
needed.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from secrets import token_urlsafe
from typing import Any

from graph.connection import AsyncGraph, Graph, Row
from graph.errors import ConfigurationError, UnknownSourceError
from graph.kinds import SourceKind
from graph.times import milliseconds, moment

_KEY_BYTES = 24
_READ_TIMEOUT_S = 2.0


@dataclass(frozen=True, slots=True)
class TrackedSource:
    """A source, and how its tracking calls are taken.

    ``write_keys``: hashes, oldest first. ``own_user_ids``: its user ids mean nothing in other sources. ``open_names``:
    what stands for a key in calls of protocols that have none.
    """

    name: str
    kind: SourceKind
    channel: str | None
    trust: int
    write_keys: tuple[str, ...]
    own_user_ids: bool
    disabled_at: datetime | None
    open_names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NewSource:
    """What is said of a source when it is added."""

    name: str
    kind: SourceKind
    channel: str | None = None
    trust: int = 50
    own_user_ids: bool = False


def new_write_key() -> str:
    """A key that nobody can guess."""
    return token_urlsafe(_KEY_BYTES)


def hash_of(key: str) -> str:
    """What is stored of a key."""
    return sha256(key.encode("utf-8", "surrogateescape")).hexdigest()


def add_source(graph: Graph, source: NewSource, write_key: str) -> None:
    """Let a source send with a key; one that has keys gets one more, and is taken again. Raises GraphError."""
    parameters: Mapping[str, Any] = {
        "source": source.name,
        "kind": str(source.kind),
        "channel": source.channel,
        "trust": source.trust,
        "own_user_ids": source.own_user_ids,
        "write_key": hash_of(write_key),
    }
    graph.write(lambda transaction: transaction.run("merge_tracked_source", **parameters))


def rotate_key(graph: Graph, name: str, write_key: str, *, keep: bool) -> None:
    """Give a source another key; ``keep``: the newest of the old ones goes on until the next rotation.

    Raises UnknownSourceError, GraphError.
    """
    parameters = {"source": name, "write_key": hash_of(write_key), "kept": 1 if keep else 0}
    _changed(graph.write(lambda transaction: transaction.run("replace_write_keys", **parameters)).rows, name)


def disable_source(graph: Graph, name: str, *, disabled: bool = True) -> None:
    """Refuse a source's calls, or take them again. Raises UnknownSourceError, GraphError."""
    at = milliseconds(datetime.now(UTC)) if disabled else None
    _changed(graph.write(lambda transaction: transaction.run("retire_source", source=name, disabled_at=at)).rows, name)


def open_source(graph: Graph, name: str, open_name: str, *, is_open: bool = True) -> None:
    """Take the calls without a write key that carry a name as a source's, or refuse them again.

    Raises UnknownSourceError, ConfigurationError where another source is open for the name, GraphError.
    """
    holder = next((source.name for source in tracked_sources(graph) if open_name in source.open_names), name)
    if is_open and holder != name:
        raise ConfigurationError(f"{holder} is open for this name already.", "See: cdp source close.")
    parameters = {"source": name, "open_name": open_name, "is_open": is_open}
    _changed(graph.write(lambda transaction: transaction.run("replace_open_name", **parameters)).rows, name)


def _changed(rows: list[Row], name: str) -> None:
    if not rows:
        raise UnknownSourceError(f"No source called {name} has a write key.", "See: cdp source list.")


def tracked_sources(graph: Graph) -> list[TrackedSource]:
    """Every source that was ever given a key, by name. Raises GraphError."""
    return _sources(graph.read("list_sources"))


async def read_tracked_sources(graph: AsyncGraph) -> list[TrackedSource]:
    """The same, for the API. Raises GraphError."""
    return _sources(await graph.read("list_sources", timeout_s=_READ_TIMEOUT_S))


def _sources(rows: Iterable[Row]) -> list[TrackedSource]:
    return [_source(row) for row in rows if row["write_keys"]]


def _source(row: Row) -> TrackedSource:
    return TrackedSource(
        name=row["name"],
        kind=SourceKind(row["kind"]),
        channel=row["channel"],
        trust=row["trust"],
        write_keys=tuple(row["write_keys"]),
        own_user_ids=row["own_user_ids"],
        disabled_at=moment(row["disabled_at"]),
        open_names=tuple(row["open_names"]),
    )
