"""What decides whether identifiers are hubs, as rows of parameters."""

from collections.abc import Iterable, Mapping

from graph.connection import Row
from graph.guards import Guards
from graph.hashed_emails import hash_key
from graph.kinds import EMAIL, HASHED_EMAIL


def hub_rows(keys: Iterable[str], guards: Guards, hashes: Mapping[str, str] | None = None) -> list[Row]:
    """One row per identifier, sorted by key. ``hashes``: of emails among them, hash key -> email key.

    A hash is a role's where its email is one, which only the email can tell; its row says nothing otherwise.
    """
    rows = {key: _row(key, key, guards) for key in keys}
    if hashes is None:
        hashes = {hash_key(key.split(":", 1)[1]): key for key in rows if key.startswith(f"{EMAIL}:")}
    rows |= {key: _row(key, email, guards) for key, email in hashes.items()}
    return [rows[key] for key in sorted(rows)]


def _row(key: str, told_by: str, guards: Guards) -> Row:
    """``guard``: why the value says nothing by itself, empty for no reason, none where it cannot be told."""
    kind, match_key = told_by.split(":", 1)
    guard = None if kind == HASHED_EMAIL else guards.guard_of(kind, match_key) or ""
    return {"key": key, "hub_above": guards.hub_above(key.split(":", 1)[0]), "guard": guard}
