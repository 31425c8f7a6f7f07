"""The bulk load: batches are kept, merged, and imported into an empty embedded database, all of them or none."""

import shutil
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa

from graph.address import Address
from graph.bulk.counting import Sent
from graph.bulk.cursors import latest_cursors
from graph.bulk.merging import Merged, Spooled, merge
from graph.bulk.spooling import SpooledTable
from graph.bulk.tables import SCHEMAS, BatchTables, tables_of
from graph.connection import open_graph
from graph.constraints import install_schema
from graph.embedded.importing import Import
from graph.embedded.locks import exclusive_lock
from graph.embedded.progress import Progress
from graph.embedded.readiness import USER
from graph.embedded.server import EmbeddedServer
from graph.embedded.storage import storage_errors
from graph.errors import ConfigurationError
from graph.guards import DEVICE, current_guards
from graph.records import Batch, SourceCursor
from graph.writing import WriteCounts

_OWNER_ONLY = 0o700


class BulkLoad:
    """One load of batches of one run into the database of a server. Made by ``bulk_load``.

    ``counts``: when it is finished, what each batch would have written, had they been written in turn.
    """

    def __init__(self, server: EmbeddedServer, folder: Path, progress: Progress) -> None:
        self._server, self._folder, self._progress = server, folder, progress
        self._guards = current_guards()
        self._tables = {name: SpooledTable(folder, name) for name in SCHEMAS}
        self._sent, self._cursors = list[Sent](), dict[int, Sequence[SourceCursor]]()
        self._dropped = set[int]()
        self._run_id = ""
        self.counts = list[WriteCounts]()

    def add(self, batch: Batch) -> int:
        """Keep a batch; its number, from 0. Raises StorageError."""
        return self.keep(tables_of(batch, self._guards))

    def keep(self, tables: BatchTables) -> int:
        """Keep what a batch was made into, here or in another process; its number. Raises StorageError."""
        number = len(self._sent)
        for name, rows in tables.rows.items():
            self._tables[name].add(number, rows)
        if tables.cursors:
            self._cursors[number] = tables.cursors
        self._sent.append(tables.sent)
        self._run_id = tables.run_id
        return number

    def drop(self, number: int) -> None:
        """Leave out a batch that was kept."""
        self._dropped.add(number)
        self._cursors.pop(number, None)

    def finish(self, merged: Merged) -> None:
        """Put all of them into the database.

        Raises ConfigurationError where the database is not empty any more, StorageError, EmbeddedServerError,
        GraphError: then the database is empty.
        """
        for table in self._tables.values():
            table.close()
        # What reading took is given back: merging needs memory of its own.
        pa.default_memory_pool().release_unused()
        guards = {"guards": self._guards.hub_digest, "device_hub_above": self._guards.hub_above(DEVICE)}
        variables = {"run_id": self._run_id, **guards}
        load = merge(Spooled(self._folder, latest_cursors(self._cursors.values()), self._dropped), variables, merged)
        require_empty(self._server, self._progress)
        if load.nodes:
            self._server.replace_database(Import(load.nodes, load.edges, self._folder / "report"), self._progress)
            self._install_schema()
        self.counts = [sent.counts(number, load.counts) for number, sent in enumerate(self._sent)]

    def _install_schema(self) -> None:
        try:
            with open_graph(_address(self._server)) as graph:
                install_schema(graph)
        except BaseException:
            # A database that lacks an index is neither empty nor whole: no load could go on from it.
            self._server.empty_database(self._progress)
            raise


@contextmanager
def bulk_load(server: EmbeddedServer, progress: Progress) -> Generator[BulkLoad]:
    """A load into the empty database of a server; what was not finished leaves nothing behind, there or on the disk.

    Raises ConfigurationError where the database is not empty, StorageError, EmbeddedServerError, GraphError.
    """
    folder = server.home.folder.with_name("bulk")
    waiting = "Waiting for another bulk load to end."
    with exclusive_lock(folder.with_name("bulk.lock"), lambda: progress.say(waiting)):
        require_empty(server, progress)
        with _fresh(folder):
            yield BulkLoad(server, folder, progress)


def require_empty(server: EmbeddedServer, progress: Progress) -> None:
    """Raise ConfigurationError unless the database of a server has no node; starts the server where necessary."""
    server.start(progress)
    with open_graph(_address(server)) as graph:
        nodes = graph.read("count_nodes")[0]["nodes"]
    if nodes:
        problem = f"--bulk is for the first load of an empty database; this one has {nodes:,} nodes."
        raise ConfigurationError(problem, "Load without --bulk, or begin anew with `cdp neo4j reset`.")


def _address(server: EmbeddedServer) -> Address:
    endpoint = server.endpoint()
    return Address(endpoint.uri, USER, endpoint.password)


@contextmanager
def _fresh(folder: Path) -> Generator[None]:
    """A folder of its own; one that a killed load left is emptied."""
    with storage_errors(folder):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(mode=_OWNER_ONLY, parents=True)
    try:
        yield
    finally:
        shutil.rmtree(folder, ignore_errors=True)
