"""API keys: who may ask the API, and what they may see.

A key is shown once, when it is made, and stored as its SHA-256 only; keys are random, so that nothing slower is needed.
They begin with ``cdp_``, so that scanners find one that was committed; write keys of sources are others.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from secrets import token_urlsafe

from graph.connection import AsyncGraph, Graph, Row
from graph.errors import ConfigurationError, UnknownKeyError
from graph.sources import hash_of
from graph.times import milliseconds, moment

PREFIX = "cdp_"
_KEY_BYTES = 32
_READ_TIMEOUT_S = 2.0


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key as it is stored. ``hashes``: of the keys that are taken, oldest first. ``last_used_at``: to the hour."""

    name: str
    hashes: tuple[str, ...]
    scopes: tuple[str, ...]
    created_at: datetime
    expires_at: datetime | None = None
    last_used_at: datetime | None = None
    revoked_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class NewKey:
    """What is said of a key when it is made. ``expires_at``: none for a key that does not expire."""

    name: str
    scopes: Sequence[str]
    expires_at: datetime | None


def new_api_key() -> str:
    """A key that nobody can guess."""
    return PREFIX + token_urlsafe(_KEY_BYTES)


def add_api_key(graph: Graph, key: NewKey, api_key: str, *, replace: bool = False) -> None:
    """Store a key; ``replace``: one that has its name gives way, even a revoked one.

    Raises ConfigurationError where the name is taken, GraphError.
    """
    parameters = {
        "key_name": key.name,
        "hash": hash_of(api_key),
        "scopes": list(key.scopes),
        "created_at": milliseconds(datetime.now(UTC)),
        "expires_at": _milliseconds(key.expires_at),
        "replace": replace,
    }
    if not graph.write(lambda transaction: transaction.run("merge_api_key", **parameters)).rows:
        raise ConfigurationError(
            "There is an API key of this name.", "Take another name, or give it a new secret: cdp key rotate."
        )


def rotate_api_key(graph: Graph, name: str, api_key: str, expires_at: datetime | None, *, keep: bool) -> None:
    """Give a key another secret; ``keep``: the newest of the old ones goes on until the next rotation.

    Raises UnknownKeyError, GraphError.
    """
    parameters = {"key_name": name, "hash": hash_of(api_key), "kept": 1 if keep else 0}
    expires = _milliseconds(expires_at)
    rows = graph.write(lambda run: run.run("replace_api_key", **parameters, expires_at=expires)).rows
    _found(rows, name)


def revoke_api_key(graph: Graph, name: str) -> None:
    """Refuse a key from now on. Raises UnknownKeyError, GraphError."""
    at = milliseconds(datetime.now(UTC))
    _found(graph.write(lambda transaction: transaction.run("retire_api_key", key_name=name, at=at)).rows, name)


def note_use(graph: Graph, name: str, at: datetime) -> None:
    """Write when a key was used last. Raises GraphError."""
    graph.write(lambda transaction: transaction.run("replace_last_use", key_name=name, at=milliseconds(at)))


def api_keys(graph: Graph) -> list[ApiKey]:
    """Every key, the revoked ones too, by name. Raises GraphError."""
    return _keys(graph.read("list_api_keys"))


async def read_api_keys(graph: AsyncGraph) -> list[ApiKey]:
    """The same, for the API. Raises GraphError."""
    return _keys(await graph.read("list_api_keys", timeout_s=_READ_TIMEOUT_S))


def _found(rows: list[Row], name: str) -> None:
    if not rows:
        raise UnknownKeyError(f"There is no API key called {name}.", "See: cdp key list.")


def _keys(rows: Iterable[Row]) -> list[ApiKey]:
    return [_key(row) for row in rows]


def _key(row: Row) -> ApiKey:
    return ApiKey(
        name=row["name"],
        hashes=tuple(row["hashes"]),
        scopes=tuple(row["scopes"]),
        created_at=moment(row["created_at"]),
        expires_at=moment(row["expires_at"]),
        last_used_at=moment(row["last_used_at"]),
        revoked_at=moment(row["revoked_at"]),
    )


def _milliseconds(at: datetime | None) -> int | None:
    return None if at is None else milliseconds(at)
