"""``cdp source cursors`` and ``cdp source state``: how far the inputs of sources were read."""

import json
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from graph.cursors import source_cursors
from graph.errors import ConfigurationError
from graph.opening import opened_graph
from graph.records import SourceCursor
from loaders.connectors.singer import PART

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout, nothing else.")]
_MOST_SHOWN = 40


def register_cursor_commands(app: typer.Typer) -> None:
    """Add the commands to a group."""
    app.command("cursors", epilog="Example: cdp source cursors crm --json")(cursors_command)
    app.command("state", epilog="Example: cdp source state crm > state.json")(state_command)


def cursors_command(
    source: Annotated[str | None, typer.Argument(help="Name of a source. Without it, all.")] = None,
    as_json: AsJson = False,
) -> None:
    """List how far each input was read: the next load goes on from there (--from-start: it does not)."""
    cursors = _read(source)
    if as_json:
        typer.echo(json.dumps([_document(cursor) for cursor in cursors]))
        return
    if not cursors:
        Console(stderr=True).print("No input was read that tells how far." if source is None else _unread(source))
        return
    table = Table("source", "input", "part", "position", "written")
    for cursor in cursors:
        position = str(cursor.position)[:_MOST_SHOWN]
        table.add_row(cursor.source, cursor.input, cursor.part, position, f"{cursor.at:%Y-%m-%d %H:%M:%S}")
    Console().print(table)


def state_command(
    source: Annotated[str, typer.Argument(help="Name of the source.")],
    as_json: AsJson = False,
) -> None:
    """Print the last state of a source's Singer tap, for its option --state."""
    states = [cursor for cursor in _read(source) if cursor.part == PART and cursor.value is not None]
    if not states:
        raise ConfigurationError(f"No state of a Singer tap was loaded for {source}.", "Load its output first.")
    last = max(states, key=lambda cursor: str(cursor.position))
    typer.echo(json.dumps(_document(last)) if as_json else last.value)


def _unread(source: str) -> str:
    return f"No input of a source called {escape(source)} was read that tells how far."


def _read(source: str | None) -> list[SourceCursor]:
    with opened_graph() as graph:
        return source_cursors(graph, source)


def _document(cursor: SourceCursor) -> dict[str, object]:
    return {
        "source": cursor.source,
        "input": cursor.input,
        "part": cursor.part,
        "position": cursor.position,
        "value": cursor.value,
        "at": cursor.at.isoformat(),
    }
