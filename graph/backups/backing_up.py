"""Backing up: stop, dump, start again; then see in another server that the dump is whole."""

import shutil
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp

from graph.address import Address
from graph.backups.checksums import write_checksums
from graph.backups.data_folder import copy_out
from graph.backups.manifest import Contents, Manifest, count_contents, manifest_of, write_manifest
from graph.backups.rehearsal import rehearsed
from graph.connection import open_graph
from graph.embedded.dumping import dump_store, store_bytes
from graph.embedded.installation import Installation
from graph.embedded.progress import Progress
from graph.embedded.readiness import USER
from graph.embedded.server import EmbeddedServer
from graph.embedded.storage import require_room, storage_errors
from graph.errors import BackupError, ConfigurationError

FILES_FOLDER = "files"
GUARDS_FILE = "guards.yaml"


@dataclass(frozen=True, slots=True)
class Project:
    """What is backed up: a server, the data folder that its home lies in, and guards of one's own."""

    server: EmbeddedServer
    data_dir: Path
    guards_file: Path | None


def back_up(project: Project, target: Path, progress: Progress, *, overwrite: bool) -> Manifest:
    """Make a backup in the folder ``target``, which is there afterwards only when it is whole.

    Raises ConfigurationError where ``target`` is there already, BackupError where the dump does not hold what the graph
    held, StorageError, EmbeddedServerError, GraphError.
    """
    if target.exists() and not overwrite:
        raise ConfigurationError(f"{target} is there already.", "Name another folder, or replace it with --force.")
    if target.resolve().is_relative_to(project.data_dir.resolve()):
        problem = f"{target} lies in the data folder, and would be lost with it."
        raise ConfigurationError(problem, "Name a folder outside, best on another disk.")
    with _draft_of(target) as draft:
        before, was_running = _contents_now(project.server, progress)
        installation, size = _dump(project.server, draft, progress, restart=was_running)
        copy_out(project.data_dir, draft / FILES_FOLDER)
        if project.guards_file is not None:
            shutil.copyfile(project.guards_file, draft / GUARDS_FILE)
        progress.say("Verifying: the dump is loaded into a server that is thrown away.")
        with rehearsed(installation, draft, size, draft.parent, progress) as (_, held):
            _require_whole(before, held)
        manifest = manifest_of(held, installation.version, size, written_meanwhile=held != before)
        write_manifest(draft, manifest)
        write_checksums(draft, progress)
        _put_in_place(draft, target)
    return manifest


def address_of(server: EmbeddedServer) -> Address:
    """Where a running server answers. Raises StorageError."""
    endpoint = server.endpoint()
    return Address(endpoint.uri, USER, endpoint.password)


def _contents_now(server: EmbeddedServer, progress: Progress) -> tuple[Contents, bool]:
    """What the graph holds, and whether the server ran before it was asked."""
    was_running = server.status().running
    server.start(progress)
    with open_graph(address_of(server)) as graph:
        return count_contents(graph), was_running


def _dump(server: EmbeddedServer, folder: Path, progress: Progress, *, restart: bool) -> tuple[Installation, int]:
    progress.say("Neo4j stops for the dump; until it is back, calls of the API are answered with 503.")
    with server.stopped(progress, restart=restart) as installation:
        size = store_bytes(server.home)
        require_room(folder, size)
        dump_store(installation, server.home, folder, progress)
    return installation, size


def _require_whole(before: Contents, held: Contents) -> None:
    """Counts may differ where somebody wrote before the stop; the schema, and a graph that is gone, may not."""
    if before.schema != held.schema or (before.nodes and not held.nodes):
        raise BackupError("The dump does not hold what the graph held.", "Nothing was kept of it: try again.")


@contextmanager
def _draft_of(target: Path) -> Generator[Path]:
    """A folder of its owner beside the target, which goes away unless it was put in place."""
    with storage_errors(target.parent):
        target.parent.mkdir(parents=True, exist_ok=True)
        draft = Path(mkdtemp(prefix=f".{target.name}.", dir=target.parent))
    try:
        yield draft
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _put_in_place(draft: Path, target: Path) -> None:
    """Give the folder its name; one that had it before goes afterwards."""
    with storage_errors(target.parent):
        if not target.exists():
            draft.rename(target)
            return
        with _draft_of(target) as old:
            target.replace(old)
            draft.rename(target)
