"""The database: version, schema, memory, clock."""

import re
import time
from collections.abc import Iterator

import psutil

from api.operation.doctor.finding import Finding, fail, ok, warn
from graph.connection import Graph
from graph.constraints import inspect_schema
from graph.embedded.dumping import store_bytes
from graph.embedded.server import EmbeddedServer
from graph.errors import GraphError

_OLDEST = (5, 26)
_UNITS = {"K": 1 << 10, "M": 1 << 20, "G": 1 << 30}
_SIZE = re.compile(r"([\d.]+)\s*([KMG])", re.IGNORECASE)
_MEGABYTE = 1 << 20
# A token of an identity provider, and the order of what came, do not bear more.
_LATE_S, _WRONG_S = 2.0, 60.0


def look_at_server(graph: Graph) -> Iterator[Finding]:
    """Version, edition, and how far its clock is from ours."""
    started = time.time()
    row = graph.read("get_server")[0]
    between = (started + time.time()) / 2
    version, edition = row["version"], row["edition"]
    numbers = tuple(int(part) for part in version.split(".")[:2] if part.isdecimal())
    found = f"Neo4j {version} {edition}"
    if numbers < _OLDEST:
        yield fail("neo4j", found, "Neo4j 5.26 or later is needed.")
    else:
        yield ok("neo4j", found)
    yield _clock(row["now"] / 1000 - between)


def _clock(difference_s: float) -> Finding:
    found = f"{abs(difference_s):.1f} s between this machine and the database"
    if abs(difference_s) > _WRONG_S:
        return fail("clock", found, "Set the clocks: keys expire and consents are withdrawn at the wrong time.")
    if abs(difference_s) > _LATE_S:
        return warn("clock", found, "Let both machines follow a time server (NTP).")
    return ok("clock", found)


def look_at_schema(graph: Graph) -> Iterator[Finding]:
    """Constraints and indexes: there, and online."""
    report = inspect_schema(graph)
    states = {f"{row['label']} ({', '.join(row['properties'])})": row["state"] for row in graph.read("list_indexes")}
    waiting = sorted(name for name, state in states.items() if state != "ONLINE")
    if report.missing:
        first = report.missing[0]
        found = f"{len(report.missing)} constraints or indexes are missing, {first[0]} ({', '.join(first[1])}) first"
        yield fail("schema", found, "Run any command that writes, as cdp load or cdp serve: it installs them.")
    else:
        yield ok("schema", "every constraint and index is there")
    if waiting:
        yield warn("indexes", f"{len(waiting)} not online: {', '.join(waiting[:3])}", "Wait; if FAILED, drop and load.")
    else:
        yield ok("indexes", f"{len(states)} online")


def look_at_memory(graph: Graph, server: EmbeddedServer | None) -> Finding:
    """Heap and page cache, against the store and the machine where both are here."""
    try:
        told = {row["name"]: _bytes(row["value"]) for row in graph.read("list_memory_settings")}
    except GraphError:
        return ok("memory", "the server does not tell")
    heap, cache = told.get("server.memory.heap.max_size"), told.get("server.memory.pagecache.size")
    if heap is None or cache is None:
        return warn("memory", "heap or page cache are not set", "Set server.memory.heap.max_size and .pagecache.size.")
    found = f"heap {heap // _MEGABYTE:,} MB, page cache {cache // _MEGABYTE:,} MB"
    return _judged(found, heap, cache, server) if server else ok("memory", found)


def _judged(found: str, heap: int, cache: int, server: EmbeddedServer) -> Finding:
    store, machine = store_bytes(server.home), psutil.virtual_memory().total
    found = f"{found}, store {store // _MEGABYTE:,} MB, machine {machine // _MEGABYTE:,} MB"
    if heap + cache > machine:
        return fail("memory", found, "Lower CDP_HEAP or CDP_PAGE_CACHE: together they are more than the machine has.")
    if store > cache:
        return warn("memory", found, "Raise CDP_PAGE_CACHE to the size of the store and a fifth more, and restart.")
    return ok("memory", found)


def _bytes(value: str | None) -> int | None:
    size = _SIZE.match(value or "")
    return int(float(size[1]) * _UNITS[size[2].upper()]) if size else None
