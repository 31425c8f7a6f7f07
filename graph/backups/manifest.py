"""The manifest of a backup: what is in it, to be compared with what comes out of it."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import orjson

from graph.connection import Graph
from graph.errors import BackupError
from graph.release import release

MANIFEST_FILE = "manifest.json"
FORMAT = 1


@dataclass(frozen=True, slots=True)
class Contents:
    """What a graph holds: nodes by label, relationships by type, all in the order of their names, and its schema.

    ``schema``: label or type with its properties, of each constraint and index.
    """

    nodes: int
    edges: int
    labels: dict[str, int]
    types: dict[str, int]
    schema: list[str]


@dataclass(frozen=True, slots=True)
class Manifest:
    """``created_at``: in UTC. ``store_bytes``: of the store, which a restore needs room for.

    ``written_meanwhile``: somebody wrote between the count and the stop, so only the dump itself was counted.
    """

    created_at: datetime
    release: str
    neo4j: str
    store_bytes: int
    written_meanwhile: bool
    contents: Contents

    def as_json(self) -> dict[str, object]:
        """The document in the file."""
        return {"format": FORMAT, **asdict(self)}


def count_contents(graph: Graph) -> Contents:
    """What a graph holds now. Raises GraphError."""
    counts = graph.read("count_kinds")[0]["data"]
    labels = {one["label"]: one["count"] for one in counts["nodes"] if "label" in one}
    types = {
        one["relationshipType"]: one["count"]
        for one in counts["relationships"]
        if "relationshipType" in one and "startLabel" not in one and "endLabel" not in one
    }
    schema = [*graph.read("list_constraints"), *graph.read("list_indexes")]
    return Contents(
        nodes=_total(counts["nodes"], "label"),
        edges=_total(counts["relationships"], "relationshipType"),
        labels=_some(labels),
        types=_some(types),
        schema=sorted(f"{row['label']} ({', '.join(row['properties'])})" for row in schema),
    )


def _total(counts: Iterable[dict[str, int]], kind: str) -> int:
    return sum(one["count"] for one in counts if kind not in one)


def _some(counts: dict[str, int]) -> dict[str, int]:
    """A label that nothing has any more is known to one store and not to another."""
    return {name: counts[name] for name in sorted(counts) if counts[name]}


def manifest_of(contents: Contents, neo4j: str, store_bytes: int, *, written_meanwhile: bool) -> Manifest:
    """The manifest of a backup that is made now."""
    return Manifest(datetime.now(UTC), release(), neo4j, store_bytes, written_meanwhile, contents)


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write it into the folder of a backup."""
    (folder / MANIFEST_FILE).write_bytes(orjson.dumps(manifest.as_json(), option=orjson.OPT_INDENT_2) + b"\n")


def read_manifest(folder: Path) -> Manifest:
    """The manifest of a backup. Raises BackupError."""
    try:
        document = orjson.loads((folder / MANIFEST_FILE).read_bytes())
        found = document.pop("format")
        contents = Contents(**document.pop("contents"))
        created_at = datetime.fromisoformat(document.pop("created_at"))
        manifest = Manifest(created_at=created_at, contents=contents, **document)
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        raise BackupError(
            f"{folder} is no backup, or its {MANIFEST_FILE} is damaged.", "Name a folder that `cdp neo4j backup` made."
        ) from None
    if found != FORMAT:
        raise BackupError(f"{folder} was made by another release, in the format {found}.", "Restore it with that one.")
    return manifest
