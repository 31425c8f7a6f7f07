"""A rehearsal: the dump of a backup in a server that is thrown away, and what that server counts."""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from graph.backups.manifest import Contents, count_contents
from graph.connection import open_graph
from graph.embedded.configuration import Home
from graph.embedded.dumping import load_store
from graph.embedded.installation import Installation
from graph.embedded.progress import Progress
from graph.embedded.storage import require_room
from graph.embedded.temporary import guarded_home, running_alone

_MEMORY = ("512m", "128m")


@contextmanager
def rehearsed(
    installation: Installation, backup: Path, size: int, within: Path, progress: Progress
) -> Generator[tuple[Home, Contents]]:
    """The home of a stopped server that was made from a dump, below ``within``, and what it held; gone afterwards.

    ``size``: bytes of the store. Raises EmbeddedServerError, GraphError.
    """
    require_room(within, size)
    with guarded_home(within) as home:

        def load() -> None:
            load_store(installation, home, backup, size, progress)

        with running_alone(installation, home, _MEMORY, load, quick=True) as address, open_graph(address) as graph:
            graph.run_alone("get_indexes_online")
            contents = count_contents(graph)
        yield home, contents
