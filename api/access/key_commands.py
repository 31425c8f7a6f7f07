"""``cdp key``: who may ask the API, and what they may see."""

import sys
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer
from rich.console import Console

from api.access.roles import ROLES, scopes_of
from graph.api_keys import ApiKey, NewKey, add_api_key, api_keys, new_api_key, revoke_api_key, rotate_api_key
from graph.errors import ConfigurationError
from graph.opening import opened_graph
from graph.printing import print_json

key_app = typer.Typer(
    no_args_is_help=True,
    help="Keys of the API: who may ask, and what they may see.",
    epilog="Example: cdp key add crm-screen --role agent",
)

DAYS = 365
LONGEST_NAME = 60

Name = Annotated[str, typer.Argument(help="Who asks with it, such as crm-screen; it stands in logs, so no person.")]
Role = Annotated[list[str] | None, typer.Option("--role", help=f"Repeatable: {', '.join(ROLES)}.")]
ScopeName = Annotated[list[str] | None, typer.Option("--scope", help="Such as profile:read; repeatable.")]
Days = Annotated[int, typer.Option("--days", min=0, max=3650, help="Days until it expires; 0: it does not.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


@key_app.command(epilog="Example: cdp key add crm-screen --role agent --days 90")
def add(name: Name, role: Role = None, scope: ScopeName = None, days: Days = DAYS, as_json: AsJson = False) -> None:
    """Make a key, and show it, once."""
    _check_name(name)
    scopes = scopes_of(scope or (), role or ())
    if not scopes:
        raise ConfigurationError("A key without scopes sees nothing.", f"Give --role: {', '.join(ROLES)}; or --scope.")
    api_key, expires_at = new_api_key(), _expiry(days)
    with opened_graph() as graph:
        add_api_key(graph, NewKey(name, sorted(scopes), expires_at), api_key)
    _show_key(name, api_key, expires_at, as_json=as_json)


@key_app.command("list", epilog="Example: cdp key list --json")
def list_command(as_json: AsJson = False) -> None:
    """Every key by name, with its scopes, its end and its last use; never the key itself."""
    with opened_graph() as graph:
        keys = api_keys(graph)
    if as_json:
        print_json([_document(key) for key in keys])
    else:
        sys.stdout.writelines(f"{_in_words(key)}\n" for key in keys)


@key_app.command(epilog="Example: cdp key rotate crm-screen --keep")
def rotate(
    name: Name,
    keep: Annotated[bool, typer.Option("--keep", help="The old key goes on too, until the next rotation.")] = False,
    days: Days = DAYS,
    as_json: AsJson = False,
) -> None:
    """Give another key, and show it, once; the old one is refused from now on (after 5 seconds)."""
    api_key, expires_at = new_api_key(), _expiry(days)
    with opened_graph() as graph:
        rotate_api_key(graph, name, api_key, expires_at, keep=keep)
    _show_key(name, api_key, expires_at, as_json=as_json)


@key_app.command(epilog="Example: cdp key revoke crm-screen")
def revoke(name: Name, as_json: AsJson = False) -> None:
    """Refuse a key for good from now on (after 5 seconds); its name is not given again."""
    with opened_graph() as graph:
        revoke_api_key(graph, name)
    if as_json:
        print_json({"name": name, "revoked": True})
    else:
        Console(stderr=True).print(f"{name} is refused from now on.", highlight=False, markup=False)


def _check_name(name: str) -> None:
    harmless = all(letter.isalnum() or letter in "._-" for letter in name)
    if not harmless or not name.isascii() or not 1 <= len(name) <= LONGEST_NAME:
        raise ConfigurationError(
            "This is no name of a key.", f"Use letters, digits, '.', '-' and '_', at most {LONGEST_NAME}."
        )


def _expiry(days: int) -> datetime | None:
    return datetime.now(UTC) + timedelta(days=days) if days else None


def _show_key(name: str, api_key: str, expires_at: datetime | None, *, as_json: bool) -> None:
    if as_json:
        print_json({"name": name, "key": api_key, "expires_at": expires_at})
        return
    end = f"until {expires_at:%Y-%m-%d}" if expires_at else "for good"
    Console(stderr=True).print(f"The key of {name}, {end}; it is not shown again:", highlight=False, markup=False)
    sys.stdout.write(f"{api_key}\n")


def _state(key: ApiKey) -> str:
    if key.revoked_at is not None:
        return "revoked"
    return "expired" if key.expires_at is not None and key.expires_at <= datetime.now(UTC) else "taken"


def _document(key: ApiKey) -> dict[str, object]:
    return {
        "name": key.name,
        "state": _state(key),
        "keys": len(key.hashes),
        "scopes": key.scopes,
        "created_at": key.created_at,
        "expires_at": key.expires_at,
        "last_used_at": key.last_used_at,
        "revoked_at": key.revoked_at,
    }


def _in_words(key: ApiKey) -> str:
    end = f", until {key.expires_at:%Y-%m-%d}" if key.expires_at else ""
    used = f"used last {key.last_used_at:%Y-%m-%d %H:%M}" if key.last_used_at else "never used"
    return f"{key.name}  {_state(key)}{end}, {used}: {' '.join(key.scopes)}"
