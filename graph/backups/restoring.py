"""Restoring: a backup is loaded and counted beside the graph, and takes its place when it is what the manifest says.

The store that was there is kept until the server answers with the new one. Users and passwords of Neo4j are no part of
a backup: those of the data folder stay, and a new folder gets its own.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from graph.backups.backing_up import FILES_FOLDER, GUARDS_FILE, Project, address_of
from graph.backups.checksums import verify_checksums
from graph.backups.data_folder import copy_back
from graph.backups.manifest import Contents, Manifest, count_contents, read_manifest
from graph.backups.rehearsal import rehearsed
from graph.connection import open_graph
from graph.constraints import install_schema
from graph.embedded.artifacts import pinned_artifacts
from graph.embedded.configuration import Home
from graph.embedded.exchanging import exchange_store, forget_replaced, undo_exchange
from graph.embedded.installation import install
from graph.embedded.progress import Progress
from graph.embedded.server import EmbeddedServer
from graph.errors import BackupError, ConfigurationError


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore did. ``set_aside``: files that differed; they are kept as they were in ``kept_in``.

    ``guards_differ``: the guards in force are not those of the backup.
    """

    manifest: Manifest
    set_aside: list[str]
    kept_in: str | None
    guards_differ: bool


def restore(project: Project, backup: Path, progress: Progress, *, overwrite: bool) -> Restored:
    """Make graph and files what they were when a backup was made.

    Raises BackupError for one that is damaged, incomplete or of a newer Neo4j, ConfigurationError where the database is
    not empty and ``overwrite`` was not said, StorageError, EmbeddedServerError, GraphError. Until the new store has
    answered, nothing that was there is lost.
    """
    manifest = read_manifest(backup)
    _require_known_version(manifest)
    verify_checksums(backup, progress)
    _require_empty(project.server, progress, overwrite=overwrite)
    installation = install(project.server.cache_dir, progress)
    with rehearsed(installation, backup, manifest.store_bytes, project.data_dir, progress) as (home, held):
        _require_equal(manifest.contents, held)
        _take_over(project.server, home, manifest.contents, progress)
    aside = project.data_dir / f"before-restore-{datetime.now(UTC):%Y%m%dT%H%M%SZ}"
    changed = copy_back(backup / FILES_FOLDER, project.data_dir, aside)
    with open_graph(address_of(project.server)) as graph:
        install_schema(graph)
    return Restored(manifest, changed, str(aside) if changed else None, _guards_differ(project, backup))


def _require_known_version(manifest: Manifest) -> None:
    ours = pinned_artifacts().version
    if _numbers(manifest.neo4j) > _numbers(ours):
        raise BackupError(
            f"The backup is of Neo4j {manifest.neo4j}; the one here is {ours} and cannot read it.",
            "Install the release that made it, or a later one.",
        )


def _numbers(version: str) -> list[int]:
    return [int(part) for part in version.split(".") if part.isdecimal()]


def _require_empty(server: EmbeddedServer, progress: Progress, *, overwrite: bool) -> None:
    server.start(progress)
    with open_graph(address_of(server)) as graph:
        nodes = graph.read("count_nodes")[0]["nodes"]
    if nodes and not overwrite:
        raise ConfigurationError(
            f"The database has {nodes:,} nodes, which a restore would replace.",
            "Back it up first with `cdp neo4j backup`, then say --force.",
        )


def _require_equal(expected: Contents, held: Contents) -> None:
    if expected != held:
        raise BackupError(
            f"The dump holds {held.nodes:,} nodes and {held.edges:,} relationships, not the {expected.nodes:,} and"
            f" {expected.edges:,} of its manifest, or another schema.",
            "Use another backup; nothing was changed.",
        )


def _take_over(server: EmbeddedServer, home: Home, expected: Contents, progress: Progress) -> None:
    progress.say("Neo4j stops for a moment and comes back with the restored graph.")
    with server.stopped(progress, restart=False):
        exchange_store(server.home, home)
    try:
        server.start(progress)
        with open_graph(address_of(server)) as graph:
            _require_equal(expected, count_contents(graph))
    except BaseException:
        progress.say("The restored graph does not answer: the old one is put back.")
        with server.stopped(progress, restart=True):
            undo_exchange(server.home)
        raise
    forget_replaced(server.home)


def _guards_differ(project: Project, backup: Path) -> bool:
    kept, current = backup / GUARDS_FILE, project.guards_file
    if current is None or not current.exists():
        return kept.exists()
    return not kept.exists() or kept.read_bytes() != current.read_bytes()
