"""Neo4j's own importer: builds the store of a stopped server anew.

A mark in the home says that a store is being built. Whoever starts the server and finds it throws that store away: so
an import that was killed leaves an empty database.
"""

import re
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from graph.embedded.configuration import Home
from graph.embedded.installation import Installation
from graph.embedded.process import admin_command, folder_options, java_environment
from graph.embedded.storage import storage_errors
from graph.errors import EmbeddedServerError

_DATABASE = "neo4j"
# Between list elements and labels; no text has it.
_BETWEEN = "U+001F"
_REASON = re.compile(r"^(?:Caused by: )?([\w.$]+(?:Exception|Error))\b", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class ImportFile:
    """A CSV file with a header. ``kind``: label or relationship type; ``has_line_ends``: within values."""

    kind: str
    file: Path
    has_line_ends: bool


@dataclass(frozen=True, slots=True)
class Import:
    """What the store is built from. ``report``: file for what the importer finds bad, which nobody else should read."""

    nodes: Sequence[ImportFile]
    edges: Sequence[ImportFile]
    report: Path

    def arguments(self) -> list[str]:
        """Of the importer."""
        files = (*self.nodes, *self.edges)
        return [
            "--overwrite-destination=true",
            "--id-type=string",
            "--bad-tolerance=0",
            f"--array-delimiter={_BETWEEN}",
            f"--report-file={self.report}",
            f"--multiline-fields={str(any(one.has_line_ends for one in files)).lower()}",
            *(f"--nodes={one.kind}={_pattern(one.file)}" for one in self.nodes),
            *(f"--relationships={one.kind}={_pattern(one.file)}" for one in self.edges),
        ]


def run_import(installation: Installation, home: Home, content: Import, held: int) -> None:
    """Build the store of a home whose server is stopped; ``held``: descriptor of the lock that the importer keeps.

    Should this process be killed, the importer goes on for a while, and nobody starts the server before it has ended.
    Raises EmbeddedServerError: then the database is empty.
    """
    with storage_errors(home.folder):
        home.import_mark.touch()
    try:
        ended = subprocess.run(
            _command(installation, home, content),
            env=java_environment(home),
            capture_output=True,
            text=True,
            pass_fds=(held,),
            check=False,
        )
    except BaseException:
        discard_unfinished_import(home)
        raise
    if ended.returncode:
        discard_unfinished_import(home)
        raise _failure(ended)
    with storage_errors(home.folder):
        home.import_mark.unlink()


def discard_unfinished_import(home: Home) -> None:
    """Throw away a store that was not built to its end; the next start makes an empty one. Raises StorageError."""
    if home.import_mark.exists():
        discard_store(home)


def discard_store(home: Home) -> None:
    """Throw away the store of a stopped server, whole or not; the next start makes an empty one. Raises StorageError.

    Should this process be killed meanwhile, the next start goes on with it.
    """
    with storage_errors(home.folder):
        home.import_mark.touch()
        for folder in home.store_folders:
            shutil.rmtree(folder / _DATABASE, ignore_errors=True)
        home.import_mark.unlink()


def _command(installation: Installation, home: Home, content: Import) -> list[str]:
    # The database stands before the files, of which the importer takes any number.
    arguments = ("database", "import", "full", _DATABASE, *content.arguments())
    return admin_command(installation, ("-Xmx1g", *folder_options(home.folder)), arguments)


def _pattern(file: Path) -> str:
    """Names of files are expressions there."""
    return str(file.with_name(re.escape(file.name)))


def _failure(ended: "subprocess.CompletedProcess[str]") -> EmbeddedServerError:
    """Only the names of errors are told: their texts may quote values."""
    reasons = list(dict.fromkeys(_REASON.findall(ended.stderr + ended.stdout)))
    why = f": {', '.join(reasons[-3:])}" if reasons else ""
    return EmbeddedServerError(
        f"Neo4j's importer ended with {ended.returncode}{why}. The database is empty.",
        "Check the free room and memory, and load again; without --bulk the same data is written in batches.",
    )
