"""``cdp source``: who may send tracking calls."""

import re
import sys
from dataclasses import asdict
from typing import Annotated

import typer
from rich.console import Console

from graph.errors import ConfigurationError
from graph.kinds import DeviceKind, SourceKind
from graph.opening import opened_graph
from graph.printing import print_json
from graph.sources import (
    NewSource,
    TrackedSource,
    add_source,
    disable_source,
    new_write_key,
    open_source,
    rotate_key,
    tracked_sources,
)
from loaders.connectors.cursor_commands import register_cursor_commands
from loaders.health.commands import health_command

source_app = typer.Typer(
    no_args_is_help=True,
    help="Websites, apps and servers that send tracking calls.",
    epilog="Example: cdp source add web --kind web",
)
register_cursor_commands(source_app)
source_app.command("health", epilog="Example: cdp source health --json")(health_command)

Name = Annotated[str, typer.Argument(help="Name of the source, such as web.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
Key = Annotated[
    str | None, typer.Option("--key", envvar="CDP_WRITE_KEY", help="A key that clients have already; else a new one.")
]

OpenName = Annotated[str, typer.Argument(help="What the calls carry, such as shop-frontend.")]

_NAME = re.compile(r"[a-z][a-z0-9_]{0,49}")
_SHORTEST_KEY = 8


@source_app.command(epilog="Example: cdp source add web --kind web")
def add(
    name: Name,
    kind: Annotated[
        SourceKind, typer.Option("--kind", metavar="KIND", help=f"What it is: {', '.join(SourceKind)}.")
    ] = SourceKind.WEB,
    channel: Annotated[str | None, typer.Option("--channel", help="Channel of what happens there.")] = None,
    trust: Annotated[int, typer.Option("--trust", min=0, max=100, help="Higher wins where sources disagree.")] = 40,
    own_user_ids: Annotated[
        bool, typer.Option("--own-user-ids", help="Its user ids mean nothing in other sources.")
    ] = False,
    key: Key = None,
    as_json: AsJson = False,
) -> None:
    """Let a source send, and show its write key, once; a source that has keys gets one more."""
    _check_name(name)
    write_key = _checked(key) or new_write_key()
    with opened_graph() as graph:
        add_source(graph, NewSource(name, kind, channel or str(kind), trust, own_user_ids), write_key)
    _show_key(name, write_key, as_json=as_json)


@source_app.command("list", epilog="Example: cdp source list --json")
def list_command(as_json: AsJson = False) -> None:
    """Every source that may send, by name."""
    with opened_graph() as graph:
        sources = tracked_sources(graph)
    if as_json:
        print_json([_document(source) for source in sources])
    else:
        sys.stdout.writelines(f"{_in_words(source)}\n" for source in sources)


@source_app.command(epilog="Example: cdp source rotate web --keep")
def rotate(
    name: Name,
    keep: Annotated[bool, typer.Option("--keep", help="The newest key goes on too, until the next rotation.")] = False,
    key: Key = None,
    as_json: AsJson = False,
) -> None:
    """Give a source a new write key, and show it, once; its old ones are refused from now on (after 5 seconds)."""
    write_key = _checked(key) or new_write_key()
    with opened_graph() as graph:
        rotate_key(graph, name, write_key, keep=keep)
    _show_key(name, write_key, as_json=as_json)


@source_app.command(epilog="Example: cdp source disable web")
def disable(name: Name, as_json: AsJson = False) -> None:
    """Refuse a source's calls from now on; what it has sent stays."""
    _set_disabled(name, disabled=True, as_json=as_json)


@source_app.command(epilog="Example: cdp source enable web")
def enable(name: Name, as_json: AsJson = False) -> None:
    """Take a source's calls again."""
    _set_disabled(name, disabled=False, as_json=as_json)


@source_app.command("open", epilog="Example: cdp source open web shop-frontend")
def open_command(name: Name, open_name: OpenName, as_json: AsJson = False) -> None:
    """Take calls without a write key that carry a name (Snowplow's app id, CloudEvents' source): anybody can send."""
    _set_open(name, open_name, is_open=True, as_json=as_json)


@source_app.command(epilog="Example: cdp source close web shop-frontend")
def close(name: Name, open_name: OpenName, as_json: AsJson = False) -> None:
    """Refuse calls without a write key that carry a name."""
    _set_open(name, open_name, is_open=False, as_json=as_json)


def _set_open(name: str, open_name: str, *, is_open: bool, as_json: bool) -> None:
    with opened_graph() as graph:
        open_source(graph, name, open_name, is_open=is_open)
    if as_json:
        print_json({"source": name, "openName": open_name, "open": is_open})
    else:
        state = "taken as" if is_open else "no longer taken as"
        Console(stderr=True).print(f"Calls that carry this name are {state} {name}'s from now on.", highlight=False)


def _set_disabled(name: str, *, disabled: bool, as_json: bool) -> None:
    with opened_graph() as graph:
        disable_source(graph, name, disabled=disabled)
    if as_json:
        print_json({"source": name, "disabled": disabled})
    else:
        Console(stderr=True).print(f"{name} is {'refused' if disabled else 'taken'} from now on.", highlight=False)


def _check_name(name: str) -> None:
    if not _NAME.fullmatch(name) or name in set(DeviceKind):
        raise ConfigurationError(
            "This is no name of a source.",
            f"Use small letters, digits and _, as in web_shop, and none of these words: {', '.join(DeviceKind)}.",
        )


def _checked(key: str | None) -> str | None:
    if key is not None and len(key) < _SHORTEST_KEY:
        raise ConfigurationError(
            f"A write key has at least {_SHORTEST_KEY} characters.", "Leave it out, and one is made."
        )
    return key


def _show_key(name: str, write_key: str, *, as_json: bool) -> None:
    if as_json:
        print_json({"source": name, "writeKey": write_key})
        return
    Console(stderr=True).print(f"The write key of {name}; it is not shown again:", highlight=False)
    sys.stdout.write(f"{write_key}\n")


def _document(source: TrackedSource) -> dict[str, object]:
    document = asdict(source)
    document["write_keys"] = len(source.write_keys)
    return document


def _in_words(source: TrackedSource) -> str:
    state = "taken" if source.disabled_at is None else f"refused since {source.disabled_at:%Y-%m-%d %H:%M}"
    ids = "user ids of its own" if source.own_user_ids else "user ids shared with other sources"
    names = f", open for {', '.join(source.open_names)}" if source.open_names else ""
    return f"{source.name}  {source.kind}, {len(source.write_keys)} keys, {ids}, {state}{names}"
