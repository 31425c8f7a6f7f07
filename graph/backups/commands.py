"""``cdp neo4j backup`` and ``cdp neo4j restore``."""

from pathlib import Path
from typing import Annotated

import orjson
import typer

from graph.backups.backing_up import GUARDS_FILE, Project, back_up
from graph.backups.manifest import Manifest
from graph.backups.restoring import restore
from graph.embedded.progress import report_progress
from graph.embedded.server import embedded_server
from graph.errors import ConfigurationError
from graph.settings import cdp_settings, neo4j_settings

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout, nothing else.")]
_OWN_SERVER = {
    "back up": "on its machine, with the database stopped: neo4j-admin database dump {database} --to-path=FOLDER. "
    "Enterprise also has neo4j-admin database backup, and Aura has snapshots in its console",
    "restore": "on its machine, with the database stopped: neo4j-admin database load {database} --from-path=FOLDER "
    "--overwrite-destination=true. Enterprise also has neo4j-admin database restore",
}


def backup_command(
    folder: Annotated[Path, typer.Argument(help="Folder to make; it holds personal data.", show_default=False)],
    force: Annotated[bool, typer.Option("--force", help="Replace a folder that is there.")] = False,
    as_json: AsJson = False,
) -> None:
    """Back up the embedded Neo4j, models, dead letters and whatever else the data folder keeps, and verify it.

    Neo4j is stopped while it is dumped and started again.
    """
    _refuse_own_server("back up")
    manifest = back_up(_project(), folder.absolute(), report_progress(), overwrite=force)
    if as_json:
        _print_json({"backup": str(folder.absolute()), **manifest.as_json()})
    else:
        _tell(f"Backed up into {folder}, verified", manifest)
        if manifest.written_meanwhile:
            typer.echo("Somebody wrote while it was counted: the backup holds what was there at the stop.")


def restore_command(
    folder: Annotated[Path, typer.Argument(help="Folder that `cdp neo4j backup` made.", show_default=False)],
    force: Annotated[bool, typer.Option("--force", help="Replace a graph that is not empty.")] = False,
    as_json: AsJson = False,
) -> None:
    """Make graph and files what they were when a backup was made. Stop `cdp serve` and loads before.

    The old graph goes when the new one has answered; files that differ are kept aside.
    """
    _refuse_own_server("restore")
    restored = restore(_project(), folder.absolute(), report_progress(), overwrite=force)
    if as_json:
        changed = {"set_aside": restored.set_aside, "kept_in": restored.kept_in}
        _print_json({**restored.manifest.as_json(), **changed, "guards_differ": restored.guards_differ})
        return
    _tell(f"Restored from {folder}", restored.manifest)
    if restored.kept_in:
        typer.echo(f"{len(restored.set_aside)} files differed; as they were they are in {restored.kept_in}")
    if restored.guards_differ:
        typer.echo(f"The guards in force (CDP_GUARDS_FILE) are not those of the backup: {folder / GUARDS_FILE}")


def _project() -> Project:
    settings = cdp_settings()
    return Project(embedded_server(settings), settings.data_dir.expanduser().absolute(), settings.guards_file)


def _refuse_own_server(verb: str) -> None:
    configured = neo4j_settings()
    if configured.uri:
        how = _OWN_SERVER[verb].format(database=configured.database)
        raise ConfigurationError(
            f"NEO4J_URI is set: its server is yours to {verb}, there is no embedded Neo4j.", f"Do it {how}."
        )


def _tell(what: str, manifest: Manifest) -> None:
    held = manifest.contents
    typer.echo(
        f"{what}: {held.nodes:,} nodes, {held.edges:,} relationships, {len(held.schema)} constraints and indexes"
    )
    typer.echo(f"State of {manifest.created_at:%Y-%m-%d %H:%M:%S} UTC, Neo4j {manifest.neo4j}, {manifest.release}")


def _print_json(document: dict[str, object]) -> None:
    typer.echo(orjson.dumps(document, option=orjson.OPT_INDENT_2).decode())
