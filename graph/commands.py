"""``cdp neo4j``: the embedded Neo4j of this project."""

import json
import os
import sys
import webbrowser
from dataclasses import asdict, dataclass
from typing import Annotated

import typer

from graph.backups.commands import backup_command, restore_command
from graph.embedded.progress import report_progress
from graph.embedded.server import EmbeddedServer, ServerStatus, embedded_server
from graph.errors import ConfigurationError, EmbeddedServerError
from graph.settings import cdp_settings, neo4j_settings

neo4j_app = typer.Typer(
    no_args_is_help=True,
    help="Start, stop, back up and look at the embedded Neo4j.",
    epilog="Example: cdp neo4j status",
)
neo4j_app.command("backup", epilog="Example: cdp neo4j backup backups/monday")(backup_command)
neo4j_app.command("restore", epilog="Example: cdp neo4j restore backups/monday --force")(restore_command)

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout, nothing else.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]


@dataclass(frozen=True, slots=True)
class ConfiguredServer:
    """A server that is not ours: ``NEO4J_URI`` names it."""

    uri: str
    user: str
    database: str


@neo4j_app.command(epilog="Example: CDP_BOLT_PORT=7690 cdp neo4j start")
def start(as_json: AsJson = False) -> None:
    """Start Neo4j, or find it running. The first time, it is downloaded (148 MB)."""
    _refuse_configured_server("start")
    status = _server().start(report_progress())
    _print(_document(status), _describe(status), as_json=as_json)


@neo4j_app.command(epilog="Example: cdp neo4j stop")
def stop(as_json: AsJson = False) -> None:
    """Stop Neo4j and wait until it has ended. Its data stays."""
    stopped = _server().stop(report_progress())
    _print({"stopped": stopped}, ["Neo4j stopped." if stopped else "Neo4j was not running."], as_json=as_json)


@neo4j_app.command(epilog="Example: cdp neo4j status --json")
def status(as_json: AsJson = False) -> None:
    """Say whether Neo4j runs, and where its address, password, data and log are. Ends with 3 where it does not run.

    With NEO4J_URI that server is named, not asked: cdp doctor does that.
    """
    configured = neo4j_settings()
    if configured.uri:
        other = ConfiguredServer(configured.uri, configured.user, configured.database)
        _print(
            {"embedded": False, **asdict(other)},
            [f"NEO4J_URI is set: {other.uri} is used, not the embedded Neo4j."],
            as_json=as_json,
        )
        return
    found = _server().status()
    _print(_document(found), _describe(found), as_json=as_json)
    if not found.running:
        raise typer.Exit(EmbeddedServerError.exit_code)


@neo4j_app.command(epilog="Example: cdp neo4j browser")
def browser(as_json: AsJson = False) -> None:
    """Open Neo4j Browser at our database; without a desktop, say where it is. Starts Neo4j when necessary."""
    _refuse_configured_server("show")
    found = _server().start(report_progress())
    assert found.browser_url is not None
    opened = _has_desktop() and webbrowser.open(found.browser_url)
    lines = [
        f"{'Opened' if opened else 'Open'} {found.browser_url}",
        f"User {found.user}, password in {found.password_file}",
    ]
    _print(_document(found) | {"opened": opened}, lines, as_json=as_json)


@neo4j_app.command(epilog="Example: cdp neo4j reset --yes")
def reset(yes: Yes = False, as_json: AsJson = False) -> None:
    """Stop Neo4j and delete the database of this data folder, with its password and logs."""
    server = _server()
    if not yes:
        typer.confirm(f"Delete everything in {server.home.folder}?", abort=True, err=True)
    deleted = server.reset(report_progress())
    said = f"Deleted {server.home.folder}." if deleted else f"There was nothing in {server.home.folder}."
    _print({"deleted": deleted, "home": str(server.home.folder)}, [said], as_json=as_json)


def _server() -> EmbeddedServer:
    return embedded_server(cdp_settings())


def _refuse_configured_server(verb: str) -> None:
    if neo4j_settings().uri:
        raise ConfigurationError(
            f"NEO4J_URI is set: its server is used, there is no embedded Neo4j to {verb}.",
            "Unset NEO4J_URI, in the environment and in .env, to use the embedded Neo4j.",
        )


def _has_desktop() -> bool:
    return sys.platform == "darwin" or any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER"))


def _document(found: ServerStatus) -> dict[str, object]:
    return {"embedded": True, **asdict(found)}


def _describe(found: ServerStatus) -> list[str]:
    if not found.running:
        return [f"Neo4j is not running. Its data: {found.home}", "Start it with: cdp neo4j start"]
    return [
        f"Neo4j {found.version} {'answers' if found.ready else 'does not answer yet'} on {found.uri} (pid {found.pid})",
        f"Neo4j Browser: {found.browser_url}",
        f"User {found.user}, password in {found.password_file}",
        f"Data: {found.home}",
        f"Log: {found.log}",
    ]


def _print(document: dict[str, object], lines: list[str], *, as_json: bool) -> None:
    typer.echo(json.dumps(document, indent=2) if as_json else "\n".join(lines))
