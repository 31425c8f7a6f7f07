"""Neo4j's own dumps: the store of a stopped server in one compressed file, and a store made from one."""

import re
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

from graph.embedded.configuration import Home
from graph.embedded.installation import Installation
from graph.embedded.process import admin_command, folder_options, java_environment
from graph.embedded.progress import Progress
from graph.embedded.readiness import DATABASE
from graph.errors import EmbeddedServerError

DUMP_FILE = f"{DATABASE}.dump"
_SHARE = re.compile(r"data:\s*([\d.]+)%")
_REASON = re.compile(r"Failed to \w+ database '\w+': (.{1,200})")


def store_bytes(home: Home) -> int:
    """Bytes of the store of a home, its transaction logs included."""
    parts = (folder / DATABASE for folder in home.store_folders)
    return sum(file.stat().st_size for part in parts for file in part.rglob("*") if file.is_file())


def dump_store(installation: Installation, home: Home, folder: Path, progress: Progress) -> None:
    """Write ``DUMP_FILE`` into a folder; the server of the home is stopped. Raises EmbeddedServerError."""
    arguments = ("database", "dump", DATABASE, f"--to-path={folder}")
    with progress.count_bytes("Dumping the store", total := store_bytes(home)) as advance:
        _run(admin_command(installation, _java(home), arguments), home, _advancing(advance, total))


def load_store(installation: Installation, home: Home, folder: Path, size: int, progress: Progress) -> None:
    """Make the store of a home from the ``DUMP_FILE`` of a folder; ``size``: bytes that it will have.

    Raises EmbeddedServerError.
    """
    arguments = ("database", "load", DATABASE, f"--from-path={folder}", "--overwrite-destination=true")
    with progress.count_bytes("Loading the dump", size) as advance:
        _run(admin_command(installation, _java(home), arguments), home, _advancing(advance, size))


def _java(home: Home) -> tuple[str, ...]:
    """Most of the work is compression in native code, so what Java compiles for later never pays."""
    return ("-Xmx1g", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", *folder_options(home.folder))


def _advancing(advance: Callable[[int], None], total: int) -> Callable[[float], None]:
    """Turns the tool's percentages into bytes."""
    done = 0

    def reached(percent: float) -> None:
        nonlocal done
        now = int(total * min(percent, 100.0) / 100)
        advance(now - done)
        done = now

    return reached


def _run(command: Sequence[str], home: Home, reached: Callable[[float], None]) -> None:
    said: list[str] = []
    with subprocess.Popen(
        command, env=java_environment(home), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as tool:
        assert tool.stdout is not None
        try:
            for line in tool.stdout:
                share = _SHARE.search(line)
                if share:
                    reached(float(share[1]))
                else:
                    said.append(line)
        except BaseException:
            tool.kill()
            raise
    if tool.returncode:
        reasons = _REASON.findall("".join(said))
        why = f": {reasons[0].strip()}" if reasons else "."
        raise EmbeddedServerError(
            f"Neo4j's own tool ended with {tool.returncode}{why}", "Check the free room and memory, and try again."
        )
